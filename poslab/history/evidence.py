"""Evidence: what people could know of every purchase, gathered from what parties showed, printed, said and logged.

Nothing here looks at what was done to a run from outside: a terminal's reboot is known from its journal, a broken line
from whoever found it broken, a freeze from the bank that refuses.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from poslab.history.line import Line
from poslab.history.purchases import Attempt, Purchase, Purchases
from poslab.history.questions import FACT_NAMES, FACTS, Facts, Role, Value
from poslab.history.trails import Story, Trail
from poslab.history.views import Views, views
from poslab.messages.card import (
    SALE,
    AdviceResponse,
    FinancialRequest,
    FinancialResponse,
    ReversalAdvice,
    ReversalRequest,
)
from poslab.messages.people import SaleKeyed, Slip
from poslab.party.contract import Address, Became, Effect, Input, Logged, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, PowerCut, PowerRestored, Recovered
from poslab.party.time import MINUTE, Instant, clock_text, date_of, day_text, midnight
from poslab.world.calendar import day_of_word
from poslab.world.world import World

__all__ = ["FACTS", "FACT_NAMES", "Evidence", "Facts"]

ALIKE_US: Final = 10 * MINUTE
"""How near in time another terminal's dial must be to say something about a failed one."""

_SENT: Final = "sent"
_SAYS: Final[Mapping[str, str]] = {"sent": "unknown", "dropped": "reversal-failed"}


class Evidence:
    """A fold beside ``Purchases``: feed both every line, then ask for the facts of a purchase at that instant."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._roles = world.roles()
        self._platform = "" if world.platform is None else world.platform.address
        self._hear: dict[str, Callable[[Line, Input], None]] = {
            "terminal": self._terminal,
            "platform": self._platform_line,
            "host": self._host,
            "switch": self._switch,
            "issuer": self._issuer,
        }
        self._stories: dict[str, Story] = {}
        self._trails: dict[str, Trail] = {}
        self._by_rrn: dict[str, Trail] = {}
        self._latest: dict[tuple[Address, str], Trail] = {}
        """(Terminal, purchase) → the attempt that its journal speaks of if it names none."""
        self._waiting: dict[str, Trail] = {}
        """Attempts that a terminal has sent and nobody has answered."""
        self._dark: set[Address] = set()
        self._dials: dict[Address, tuple[Instant, bool]] = {}
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
        if told is SaleKeyed:
            self._keyed(terminal, line.at, given.about)
        elif told is Connected:
            self._dials[terminal] = (line.at, True)
        elif told is ConnectFailed:
            self._dials[terminal] = (line.at, False)
        elif told is PowerCut:
            self._dark.add(terminal)
        elif told is PowerRestored:
            self._dark.discard(terminal)
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
        story.keyed_while = _said_of(sales[-1].state) if sales else ""

    def _moved(self, became: Became) -> None:
        trail = self._trails.get(became.of)
        if trail is None:
            return
        trail.state = became.after
        if became.after == _SENT:
            self._waiting[trail.key] = trail
            return
        self._waiting.pop(trail.key, None)
        if became.before == _SENT and became.after.startswith("approved"):
            trail.code = "00"

    def _shown(self, message: Input) -> None:
        if type(message) is Slip:
            if message.about:
                self._story(message.about).slips.append(message.slip)
        elif type(message) is FinancialRequest:
            trail = self._trails.get(message.key)
            if trail is not None:
                trail.card = message.card
                trail.amount_fen = message.amount_fen

    def _journal(self, line: Line, given: Input, logged: Logged) -> None:
        word = logged.word
        if word == "attempt":
            self._announced(line, logged)
        elif word == "booted":
            self._booted(line.party, logged.about)
        elif word in _BEFORE_SENDING:
            self._not_sent(line, logged)
        else:
            note = _NOTES.get(word)
            if note is not None:
                trail = self._meant(line.party, given, logged)
                if trail is not None:
                    note(trail, logged.details)

    def _announced(self, line: Line, logged: Logged) -> None:
        details = logged.details
        trail = Trail(
            logged.about, str(details["key"]), str(details["what"]), str(details["stan"]), line.party, line.at
        )
        self._trails[trail.key] = trail
        self._latest[line.party, logged.about] = trail
        story = self._story(logged.about)
        if trail.what == SALE:
            earlier = story.sales
            if earlier:
                story.repeated_while = story.keyed_while or _said_of(earlier[-1].state)
            story.keyed_unsent = False
        story.trails.append(trail)

    def _booted(self, terminal: Address, about: str) -> None:
        for trail in self._waiting.values():
            if trail.terminal == terminal:
                trail.booted = "before-answer"
        trail_ = self._latest.get((terminal, about))
        if trail_ is not None and trail_.state == "approved-unprinted" and not trail_.print_failed:
            trail_.booted = "after-approval"
        for story in self._stories.values():
            if story.keyed_on == terminal:
                story.keyed_unsent = False

    def _not_sent(self, line: Line, logged: Logged) -> None:
        story = self._stories.get(logged.about)
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
            story.blocked = "doubt" if word == "doubt-blocked" else "reversal"

    def _meant(self, terminal: Address, given: Input, logged: Logged) -> Trail | None:
        key = logged.details.get("key") or getattr(given, "key", "")
        return self._trails.get(str(key)) or self._latest.get((terminal, logged.about))

    # --- platform, acquirer, network, issuer ----------------------------------------------------------------------

    def _platform_line(self, line: Line, given: Input) -> None:
        for logged in _logs(line):
            if logged.word == "closed":
                self._platform_closed = True
            elif logged.word == "open":
                self._platform_closed = False
            elif logged.word == "restarted":
                self._gateway_gone()

    def _gateway_gone(self) -> None:
        for trail in self._waiting.values():
            trail.gateway_down = True

    def _host(self, line: Line, given: Input) -> None:
        told = type(given)
        if told is ReversalRequest:
            trail = self._trails.get(given.key)  # type: ignore[attr-defined]
            if trail is not None:
                trail.reversal_at_host = True
        elif told is Disconnected and given.peer == self._platform:  # type: ignore[attr-defined]
            self._gateway_gone()
        self._advices(line, given)
        for effect in line.effects:
            if type(effect) is Logged:
                if effect.word == "restarted":
                    for waiting in self._waiting.values():
                        waiting.host_restarted = True
                elif effect.word == "duplicate":
                    again = self._trails.get(str(effect.details.get("key") or getattr(given, "key", "")))
                    if again is not None:
                        again.duplicate = True
            elif type(effect) is Send and type(effect.message) is FinancialResponse:
                self._said(effect.message, given, "host")

    def _switch(self, line: Line, given: Input) -> None:
        if type(given) is Disconnected:
            self._issuer_lines[given.peer] = given.reason
        elif type(given) is Connected:
            self._issuer_lines.pop(given.peer, None)
        elif type(given) is FinancialRequest:
            trail = self._trails.get(given.key)
            if trail is not None and given.card in self._world.cards:
                issuer = self._world.issuer_of(given.card).address
                trail.issuer_line = self._issuer_lines.get(issuer, "up")
        self._advices(line, given)
        for effect in line.effects:
            if type(effect) is Send and type(effect.message) is FinancialResponse:
                self._said(effect.message, given, "network")

    def _issuer(self, line: Line, given: Input) -> None:
        if type(given) is FinancialRequest and given.rrn:
            trail = self._trails.get(given.key)
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
            elif type(effect) is Send and type(effect.message) is FinancialResponse:
                self._said(effect.message, given, "issuer")

    def _said(self, answer: FinancialResponse, given: Input, who: str) -> None:
        """Somebody answers a request: the first to say a code is noted, those who pass it on are not."""
        trail = self._trails.get(answer.key)
        if trail is None or (who != "issuer" and type(given) is FinancialResponse):
            return
        if answer.not_forwarded:
            trail.not_forwarded = True
        if trail.answered_by == "nobody" or who == "host":
            asked = type(given) is FinancialRequest
            trail.answered_by = who if asked or who == "issuer" else f"{who}-timer"

    def _advices(self, line: Line, given: Input) -> None:
        if type(given) is AdviceResponse:
            trail = self._by_rrn.get(given.rrn) or self._trails.get(given.key)
            if trail is not None:
                trail.advice = "done" if given.code in ("00", "25") else "refused"
        for effect in line.effects:
            if type(effect) is Send and type(effect.message) is ReversalAdvice:
                trail = self._trails.get(effect.message.key)
                if trail is not None and trail.advice != "done":
                    trail.advice = "waiting"
            elif type(effect) is Logged and effect.word == "advice-stopped":
                trail = self._by_rrn.get(str(effect.details.get("rrn", "")))
                if trail is not None:
                    trail.advice = "stopped"

    def _story(self, about: str) -> Story:
        found = self._stories.get(about)
        if found is None:
            found = self._stories[about] = Story()
        return found

    # --- the facts ------------------------------------------------------------------------------------------------

    def facts(self, about: str, fold: Purchases, role: Role = "all") -> Facts:
        """What somebody in that role may know of a purchase as of the last line that both folds have seen."""
        purchase = fold.purchases.get(about) or Purchase(about)
        story = self._stories.get(about) or Story()
        sales = purchase.sales
        known = _views(views(fold, purchase), _VIEW_FACTS)
        known |= self._at_the_till(story)
        known |= self._account(fold, purchase)
        if sales:
            known |= self._of_attempt(fold, sales[0])
        last: dict[str, Value] = {}
        if len(sales) > 1:
            last = _views(_views_of_last(fold, purchase), _ATTEMPT_VIEWS) | self._of_attempt(fold, sales[-1])
        everything = Facts(about, known, last)
        return everything if role == "all" else everything.for_role(role)

    def _at_the_till(self, story: Story) -> dict[str, Value]:
        sales = story.sales
        known: dict[str, Value] = {
            "keyed-unsent": story.keyed_unsent,
            "connect-failed": story.connect_failed,
            "platform-closed": story.platform_closed,
            "blocked": story.blocked,
            "cancelled-unsent": story.cancelled_unsent,
            "attempts": len(sales),
            "terminals": len({trail.terminal for trail in sales}),
            "slips": tuple(story.slips),
            "stans": tuple(trail.stan for trail in sales),
            "void": next((_said_of(t.state) for t in reversed(story.trails) if t.what == "void"), "none"),
        }
        if story.keyed_on:
            at_platform = self._world.terminal(story.keyed_on).route == self._platform
            known["dials"] = "platform" if at_platform else "host"
        if story.connect_failed != "no":
            alike = self._others(story)
            if alike is not None:
                known["others-fail"] = alike
        if len(sales) > 1:
            known["same-card-and-amount"] = len({(trail.card, trail.amount_fen) for trail in sales}) == 1
            known["repeated-while"] = story.repeated_while
        return known

    def _others(self, story: Story) -> bool | None:
        """Whether another terminal's nearest dial failed too; ``None`` if none dialled at that time."""
        near = [
            connected
            for terminal, (at, connected) in self._dials.items()
            if terminal != story.keyed_on and abs(at - story.failed_at) <= ALIKE_US
        ]
        return None if not near else not all(near)

    def _account(self, fold: Purchases, purchase: Purchase) -> dict[str, Value]:
        mid = purchase.sales[0].mid if purchase.sales else ""
        if not mid:
            return {}
        frozen = fold.frozen.get(fold.world.merchant(mid).account_no, "no")
        return {"account-frozen": frozen, "withdrawals-refused": frozen in ("out", "both")}

    def _of_attempt(self, fold: Purchases, attempt: Attempt) -> dict[str, Value]:
        known: dict[str, Value] = {}
        trail = self._trails.get(attempt.key)
        if trail is not None:
            known = self._journals(fold, trail)
        known["rrn"] = attempt.rrn or "none"
        payout = fold.payout(attempt)
        known["return-reason"] = payout.reason or "none" if payout is not None else "none"
        if attempt.business_date:
            known |= _calendar(fold, attempt)
        return known

    def _journals(self, fold: Purchases, trail: Trail) -> dict[str, Value]:
        dark = trail.terminal in self._dark
        timeout_us = self._world.terminal(trail.terminal).answer_timeout_us
        running = trail.state == _SENT and not dark and fold.now - trail.started_at < timeout_us
        return {
            "timer-running": running,
            "dark": dark,
            "code": trail.code,
            "no-answer": trail.no_answer,
            "late-answer": _late(trail),
            "booted": trail.booted,
            "cancel-pressed": trail.cancel_pressed,
            "print-failed": trail.print_failed,
            "reversal-reason": trail.reversal_reason,
            "reversal-tries": trail.reversal_tries,
            "reversal-failed": trail.reversal_failed,
            "reversal-answer": trail.reversal_answer,
            "query-answer": trail.query_answer,
            "gateway-down": trail.gateway_down,
            "answered-by": trail.answered_by,
            "not-forwarded": trail.not_forwarded,
            "reversal-at-host": trail.reversal_at_host,
            "host-restarted": trail.host_restarted,
            "duplicate-at-host": trail.duplicate or trail.rrns_debited > 1,
            "advice": trail.advice,
            "issuer-line": trail.issuer_line,
            "issuer-day-end": trail.issuer_day_end,
        }


# --- what single lines of a terminal's journal say ------------------------------------------------------------------

_BEFORE_SENDING: Final = ("connect-failed", "sale-blocked", "doubt-blocked", "cancelled", "busy")

Details = Mapping[str, Any]


def _answered(trail: Trail, details: Details) -> None:
    trail.code = str(details.get("code", "none"))


def _silent(trail: Trail, details: Details) -> None:
    trail.no_answer = True


def _late_answer(trail: Trail, details: Details) -> None:
    if details.get("mti", "0210") == "0210":
        trail.late_answer = True


def _cancel_pressed(trail: Trail, details: Details) -> None:
    trail.cancel_pressed = True


def _print_failed(trail: Trail, details: Details) -> None:
    trail.print_failed = True


def _reversal_stored(trail: Trail, details: Details) -> None:
    trail.reversal_reason = str(details.get("reason", "none"))


def _reversal_sent(trail: Trail, details: Details) -> None:
    trail.reversal_tries += 1


def _reversal_failed(trail: Trail, details: Details) -> None:
    trail.reversal_failed = True


def _reversal_answered(trail: Trail, details: Details) -> None:
    trail.reversal_answer = str(details.get("code", "none"))


def _query_answered(trail: Trail, details: Details) -> None:
    trail.query_answer = str(details.get("state", "none"))


_NOTES: Final[Mapping[str, Callable[[Trail, Details], None]]] = {
    "answered": _answered,
    "no-answer": _silent,
    "late-answer-discarded": _late_answer,
    "cancel-pressed": _cancel_pressed,
    "print-failed": _print_failed,
    "reversal-stored": _reversal_stored,
    "reversal-sent": _reversal_sent,
    "reversal-failed": _reversal_failed,
    "reversal-answered": _reversal_answered,
    "query-answered": _query_answered,
}


def _late(trail: Trail) -> str:
    """*Not yet* while the reversal is open: until then a lost answer and a late one look the same to everybody."""
    if trail.late_answer:
        return "yes"
    return "not-yet" if trail.state in (_SENT, "unknown") and not trail.reversal_failed else "no"


# --- views and calendar ---------------------------------------------------------------------------------------------

_VIEW_FACTS: Final = ("terminal", "platform", "host", "issuer", "file", "payout", "merchant", "cardholder")
_ATTEMPT_VIEWS: Final = ("terminal", "platform", "host", "file", "payout")


def _views(seen: Views, names: tuple[str, ...]) -> dict[str, Value]:
    return {name: getattr(seen, name) for name in names}


def _views_of_last(fold: Purchases, purchase: Purchase) -> Views:
    alone = Purchase(purchase.about)
    alone.attempts = [purchase.sales[-1]]
    return views(fold, alone)


def _said_of(state: str) -> str:
    """A terminal's own word for an attempt in the words of its view."""
    if state.startswith("closed:"):
        return "reversal-" + state
    return _SAYS.get(state, state)


def _logs(line: Line) -> list[Logged]:
    effects: list[Effect] = [effect for effect in line.effects if type(effect) is Logged]
    return effects  # type: ignore[return-value]


def _calendar(fold: Purchases, attempt: Attempt) -> dict[str, Value]:
    calendar = fold.world.calendar
    business_day = day_of_word(attempt.business_date)
    due = calendar.due(business_day)
    cut_off = midnight(business_day) + calendar.cut_off
    return {
        "business-date": business_day.isoformat(),
        "due-date": day_text(due),
        "due-reached": fold.now >= due,
        "after-cut-off": business_day != date_of(attempt.started_at),
        "closed-days": _closed_days(fold, attempt),
        "cut-off-at": f"{day_text(cut_off)} {clock_text(cut_off)[:5]}",
        "cut-off-passed": fold.now >= cut_off,
    }


def _closed_days(fold: Purchases, attempt: Attempt) -> str:
    calendar = fold.world.calendar
    day = day_of_word(attempt.business_date)
    due_day = calendar.due_day(day)
    between = [
        closed
        for closed in (date_of(midnight(day) + n * 24 * 60 * MINUTE) for n in range(1, (due_day - day).days))
        if not calendar.is_working(closed)
    ]
    if any(closed in calendar.holidays for closed in between):
        return "holiday"
    return "weekend" if between else "none"
