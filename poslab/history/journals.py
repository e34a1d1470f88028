"""What the parties showed, printed, said and logged, noted by attempt and purchase as a history goes by.

Nothing here looks at what was done to a run from outside: a terminal's reboot is known from its journal, a broken line
from whoever found it broken.
"""

from collections.abc import Callable, Mapping
from typing import Final

from poslab.history.line import Line
from poslab.history.trails import NOTES, Story, Trail
from poslab.messages.card import (
    CLAIMS,
    AdviceResponse,
    FinancialNotice,
    FinancialRequest,
    FinancialResponse,
    ReversalAdvice,
    ReversalRequest,
)
from poslab.messages.people import OfflineSaleKeyed, PreauthKeyed, SaleKeyed, Slip
from poslab.party.contract import Address, Became, Input, Logged, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, PowerCut, PowerRestored, Recovered
from poslab.party.time import Instant
from poslab.world.contracts import Contracts
from poslab.world.world import World

SENT: Final = "sent"

_SAYS: Final[Mapping[str, str]] = {SENT: "unknown", "dropped": "reversal-failed", "purged": "none"}
_BLOCKED: Final[Mapping[str, str]] = {
    "sale-blocked": "reversal",
    "doubt-blocked": "doubt",
    "log-full": "log-full",
    "settle-first": "settlement",
    "offline-refused": "floor-limit",
}
_BEFORE_SENDING: Final = ("connect-failed", "cancelled", "busy", *_BLOCKED)


def said_of(state: str) -> str:
    """A terminal's own word for an attempt in the words of its view."""
    if state.startswith("closed:"):
        return "reversal-" + state
    return _SAYS.get(state, state)


class Journals:
    """The fold. Feed it every line."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._roles = world.roles()
        self._codes = frozenset(ref for ref, card in world.cards.items() if card.is_code)
        self._contracts = Contracts(world)
        self._routes = {terminal.address: terminal.route for terminal in world.terminals}
        self.platform = "" if world.platform is None else world.platform.address
        self._hear: dict[str, Callable[[Line, Input], None]] = {
            "terminal": self._terminal,
            "platform": self._platform_line,
            "host": self._host,
            "switch": self._switch,
            "issuer": self._issuer,
        }
        self.stories: dict[str, Story] = {}
        self.trails: dict[str, Trail] = {}
        self._by_rrn: dict[str, Trail] = {}
        self._latest: dict[tuple[Address, str], Trail] = {}
        """(Terminal, purchase) → the attempt that its journal speaks of if it names none."""
        self._waiting: dict[str, Trail] = {}
        """Attempts that a terminal has sent and nobody has answered."""
        self.batches: dict[str, str] = {}
        """TID and batch → how far its settlement is, by the terminal's journal: one of the words of *settlement*."""
        self.dark: set[Address] = set()
        self.dials: dict[Address, tuple[Instant, bool]] = {}
        self._platform_closed = False
        self._issuer_lines: dict[Address, str] = {}
        self._day_end: set[Address] = set()

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        hear = self._hear.get(self._roles.get(line.party, ""))
        if hear is not None and type(given) is not Recovered:
            hear(line, given)

    # --- the terminal's journal and what it shows -----------------------------------------------------------------

    def _terminal(self, line: Line, given: Input) -> None:
        told = type(given)
        terminal = line.party
        if told is SaleKeyed or told is OfflineSaleKeyed or told is PreauthKeyed:
            self._keyed(terminal, line.at, given.about)
        elif told is Connected:
            self.dials[terminal] = (line.at, True)
        elif told is ConnectFailed:
            self.dials[terminal] = (line.at, False)
        elif told is PowerCut:
            self.dark.add(terminal)
        elif told is PowerRestored:
            self.dark.discard(terminal)
        for effect in line.effects:
            what = type(effect)
            if what is Became:
                self._moved(effect)  # type: ignore[arg-type]
            elif what is Logged:
                self._journal(line, given, effect)  # type: ignore[arg-type]
            elif what is Send:
                self._shown(effect.message)  # type: ignore[union-attr]

    def _keyed(self, terminal: Address, at: Instant, about: str) -> None:
        story = self._story(about)
        story.keyed_on = terminal
        story.keyed_at = at
        story.keyed_unsent = True
        sales = story.sales
        story.keyed_while = said_of(sales[-1].state) if sales else ""

    def _moved(self, became: Became) -> None:
        trail = self.trails.get(became.of)
        if trail is None:
            return
        trail.state = became.after
        if became.after == SENT:
            self._waiting[trail.key] = trail
            return
        self._waiting.pop(trail.key, None)
        if became.before == SENT and became.after.startswith("approved"):
            trail.code = "00"

    def _shown(self, message: Input) -> None:
        if type(message) is Slip:
            if message.about:
                self._story(message.about).slips.append(message.slip)
        elif isinstance(message, FinancialRequest) or type(message) is FinancialNotice:
            trail = self.trails.get(message.key)
            if trail is not None:
                trail.card = message.card
                trail.amount_fen = message.amount_fen

    def _journal(self, line: Line, given: Input, logged: Logged) -> None:
        word = logged.word
        if word == "attempt":
            self._announced(line, logged)
        elif word == "booted":
            self._booted(line.party, logged.about)
        elif word == "notice-renumbered":
            self._story(logged.about).resent = True
        elif word in ("settle-answered", "batch-settled"):
            batch = str(logged.details["key"]).rpartition("-")[0]
            how = str(logged.details["how"])
            self.batches[batch] = "closed" if word == "batch-settled" else {"error": "failed"}.get(how, how)
        elif word in ("settle-failed", "settle-refused"):
            self.batches.setdefault(str(logged.details["key"]).rpartition("-")[0], "failed")
        elif word in _BEFORE_SENDING:
            self._not_sent(line, logged)
        else:
            note = NOTES.get(word)
            if note is not None:
                trail = self._meant(line.party, given, logged)
                if trail is not None:
                    note(trail, logged.details)

    def _announced(self, line: Line, logged: Logged) -> None:
        details = logged.details
        trail = Trail(
            logged.about, str(details["key"]), str(details["what"]), str(details["stan"]), line.party, line.at
        )
        self.trails[trail.key] = trail
        self._latest[line.party, logged.about] = trail
        story = self._story(logged.about)
        if trail.what in CLAIMS:
            earlier = story.sales
            if earlier:
                story.repeated_while = story.keyed_while or said_of(earlier[-1].state)
            story.keyed_unsent = False
        story.trails.append(trail)

    def _booted(self, terminal: Address, about: str) -> None:
        for trail in self._waiting.values():
            if trail.terminal == terminal:
                trail.booted = "before-answer"
        trail_ = self._latest.get((terminal, about))
        if trail_ is not None and trail_.state == "approved-unprinted" and not trail_.print_failed:
            trail_.booted = "after-approval"
        for story in self.stories.values():
            if story.keyed_on == terminal:
                story.keyed_unsent = False

    def _not_sent(self, line: Line, logged: Logged) -> None:
        story = self.stories.get(logged.about)
        if story is None or not story.keyed_unsent:
            return
        story.keyed_unsent = False
        word = logged.word
        if word == "connect-failed":
            story.connect_failed = str(logged.details.get("reason", "unreachable"))
            story.failed_at = line.at
            story.platform_closed = self._platform_closed
        elif word == "cancelled":
            story.cancelled_unsent = True
        elif word != "busy":
            story.blocked = _BLOCKED[word]

    def _meant(self, terminal: Address, given: Input, logged: Logged) -> Trail | None:
        """The attempt that a line is about: a line that names a key which is no attempt's is about a query."""
        named = logged.details.get("key")
        if named:
            return self.trails.get(str(named))
        return self.trails.get(getattr(given, "key", "")) or self._latest.get((terminal, logged.about))

    # --- platform, acquirer, network, issuer ----------------------------------------------------------------------

    def _platform_line(self, line: Line, given: Input) -> None:
        for effect in line.effects:
            if type(effect) is not Logged:
                continue
            if effect.word == "closed":
                self._platform_closed = True
            elif effect.word == "open":
                self._platform_closed = False
            elif effect.word == "restarted":
                self._gateway_gone()

    def _gateway_gone(self) -> None:
        for trail in self._waiting.values():
            if self._routes[trail.terminal] == self.platform:
                trail.gateway_down = True

    def _host(self, line: Line, given: Input) -> None:
        told = type(given)
        if told is ReversalRequest:
            trail = self.trails.get(given.key)  # type: ignore[attr-defined]
            if trail is not None:
                trail.reversal_at_host = True
        elif told is Disconnected and given.peer == self.platform:  # type: ignore[attr-defined]
            self._gateway_gone()
        self._advices(line, given)
        for effect in line.effects:
            if type(effect) is Logged:
                if effect.word == "restarted":
                    self._host_gone(line.party)
                elif effect.word == "duplicate" and told is not FinancialNotice:  # whose repetition is its own rule
                    again = self.trails.get(str(effect.details.get("key") or getattr(given, "key", "")))
                    if again is not None:
                        again.duplicate = True
            elif type(effect) is Send and isinstance(effect.message, FinancialResponse):
                self._said(effect.message, given, "host")

    def _host_gone(self, host: Address) -> None:
        """Its log has a gap here, and so all terminals that wait for it are struck in the same minute."""
        for trail in self._waiting.values():
            if self._contracts.of_key(trail.key).address == host:
                trail.host_restarted = True

    def _switch(self, line: Line, given: Input) -> None:
        if type(given) is Disconnected:
            self._issuer_lines[given.peer] = given.reason
            if self._roles.get(given.peer) == "host" and given.reason == "refused":
                self._host_gone(given.peer)
        elif type(given) is Connected:
            self._issuer_lines.pop(given.peer, None)
        elif isinstance(given, FinancialRequest):
            trail = self.trails.get(given.key)
            if trail is not None and given.card in self.world.cards:
                issuer = self.world.issuer_of(given.card).address
                trail.issuer_line = self._issuer_lines.get(issuer, "up")
        self._advices(line, given)
        for effect in line.effects:
            if type(effect) is Send and isinstance(effect.message, FinancialResponse):
                self._said(effect.message, given, "network")

    def _issuer(self, line: Line, given: Input) -> None:
        if isinstance(given, FinancialRequest) and given.rrn:
            trail = self.trails.get(given.key)
            if trail is not None:
                self._by_rrn[given.rrn] = trail
                trail.issuer_day_end = line.party in self._day_end
        for effect in line.effects:
            if type(effect) is Logged:
                if effect.word == "day-end":
                    self._day_end.add(line.party)
                elif effect.word == "day-open":
                    self._day_end.discard(line.party)
            elif type(effect) is Became:
                debited = self._by_rrn.get(effect.of)
                if debited is not None and effect.after == "debited":
                    debited.rrns_debited += effect.before == "none"
            elif type(effect) is Send and isinstance(effect.message, FinancialResponse):
                self._said(effect.message, given, "issuer")

    def _said(self, answer: FinancialResponse, given: Input, who: str) -> None:
        """Somebody answers a request: the first to say a code is noted, those who pass it on are not."""
        trail = self.trails.get(answer.key)
        if trail is None or (who != "issuer" and isinstance(given, FinancialResponse)):
            return
        if answer.not_forwarded:
            trail.not_forwarded = True
        if trail.answered_by == "nobody" or who == "host":
            asked = isinstance(given, FinancialRequest)
            trail.answered_by = who if asked or who == "issuer" else f"{who}-timer"

    def _advices(self, line: Line, given: Input) -> None:
        if type(given) is AdviceResponse:
            trail = self._by_rrn.get(given.rrn) or self.trails.get(given.key)
            if trail is not None:
                trail.advice = "done" if given.code in ("00", "25") else "refused"
        for effect in line.effects:
            if type(effect) is Send and type(effect.message) is ReversalAdvice:
                trail = self.trails.get(effect.message.key)
                if trail is not None and trail.advice != "done":
                    trail.advice = "waiting"
            elif type(effect) is Logged and effect.word == "advice-stopped":
                trail = self._by_rrn.get(str(effect.details.get("rrn", "")))
                if trail is not None:
                    trail.advice = "stopped"

    def _story(self, about: str) -> Story:
        found = self.stories.get(about)
        if found is None:
            found = self.stories[about] = Story()
        return found
