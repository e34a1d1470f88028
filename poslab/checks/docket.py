"""Every attempt that may still move, and what each party last said of it: the fold that most checks share.

A sale at rest (approved, debited once, waiting for its clearing file) is packed into one integer, and remembered as
such until two more files have come after the one with its line. Whatever is less plain stays whole for an hour at
least, and until everything about it is final. A purchase of which nothing is remembered is taken at its word.
"""

from collections.abc import Iterator
from typing import Any

from poslab.checks.beside import Beside
from poslab.checks.case import (
    APPROVED,
    APPROVED_UNPRINTED,
    DEBITED,
    DECLINED,
    FORWARDED,
    HELD,
    NONE,
    REVERSAL_ONLY,
    SENT,
    SUCCESS,
    Case,
    amount_of,
    chain,
    has_key,
    is_of,
    packed,
    paid_fen,
    stem,
    unpacked,
)
from poslab.checks.findings import (
    CLAIMED_TWICE,
    DEBITED_TWICE,
    NO_DEBIT,
    OTHER_AMOUNT,
    PLAIN,
    TOO_EARLY,
    Ended,
    Moved,
    PayoutBecame,
    Recharged,
    Redated,
    RefundAccepted,
    Reposted,
    at_rest,
)
from poslab.checks.resting import Resting
from poslab.checks.tell import Tell
from poslab.history.line import Line
from poslab.messages.card import (
    ADJUSTMENTS,
    BALANCE,
    REFUND,
    SALE,
    AdviceResponse,
    FinancialNotice,
    FinancialRequest,
    ReversalAdvice,
)
from poslab.messages.disputes import is_case
from poslab.messages.facts import CorrectionOrdered
from poslab.party.contract import About, Became, Kept, Logged, Posted, Send
from poslab.party.time import HOUR, Instant
from poslab.world.calendar import day_word
from poslab.world.world import World

UNDONE_CODES = ("00", "25")


class Docket:
    """The fold. ``open`` holds purchases by name, the newest attempt first; ``resting`` the packed ones."""

    def __init__(self, world: World, tell: Tell) -> None:
        self._tell = tell
        self._calendar = world.calendar
        self._platform = NONE if world.platform is None else SUCCESS
        self._merchants = {merchant.mid: merchant.address for merchant in world.merchants}
        self._stations = {terminal.tid: terminal.address for terminal in world.terminals}
        self.open: dict[About, Case] = {}
        self.resting = Resting()
        self._beside = Beside()
        self.turn_at: Instant = 0
        """When purchases that are over leave the next time."""
        self.dated = ("", "")
        """RRN and business date that the host assigned last."""
        self.debiting: tuple[int, Case | None] = (0, None)
        """The line in which an issuer's machine moved last, and whose it was."""
        self.missing: set[str] = set()
        """Keys that the host has found to be in no clearing file, and that wait for a claim."""
        self.moves = 0
        """Plain moves."""
        self.debits = 0
        """Debits of cardholders, given back or not."""
        self.rested = 0
        """Sales that were approved, debited and printed without anything else."""
        self.ended = 0
        """Attempts that left the docket otherwise."""

    def sees(self) -> dict[Any, Any]:
        """What the fold is fed with."""
        return {
            ("terminal", Became): self._terminal_became,
            ("host", Became): self._host_became,
            ("switch", Became): self._switch_became,
            ("issuer", Became): self._issuer_became,
            ("platform", Became): self._platform_became,
            ("issuer", Posted): self._issuer_posted,
            ("host", Posted): self._host_posted,
            **dict.fromkeys(_HOST_WORDS, self._host_logged),
            **dict.fromkeys(_SWITCH_WORDS, self._advice_logged),
        }

    def hears(self) -> dict[Any, Any]:
        """Inputs the fold is fed with."""
        return {
            ("host", AdviceResponse): self._advice_answered,
            ("switch", AdviceResponse): self._advice_answered,
            ("issuer", ReversalAdvice): self._advice_heard,
        }

    # --- what checks ask

    def find(self, about: About, key: str) -> Case | None:
        """The attempt of a purchase with this key, whole again if it was packed."""
        case = self.open.get(about)
        while case is not None:
            if case.key == key:
                return case
            case = case.earlier
        if about in self.resting:
            self._wake(about)
            return self.find(about, key)
        return None

    def find_rrn(self, about: About, rrn: str) -> Case | None:
        """The attempt of a purchase with this RRN, likewise."""
        if not rrn:
            return None
        case = self.open.get(about)
        while case is not None:
            if case.rrn == rrn:
                return case
            case = case.earlier
        if about in self.resting:
            self._wake(about)
            return self.find_rrn(about, rrn)
        return None

    def peek(self, about: About, key: str) -> Case | None:
        """The attempt, unless it is packed or forgotten; nothing is unpacked for the look."""
        case = self.open.get(about)
        while case is not None and case.key != key:
            case = case.earlier
        return case

    def is_resting(self, about: About) -> bool:
        """Whether the purchase is one good sale, packed or cleared: stored, approved and debited once."""
        return self.resting.knows(about)

    def rests_as(self, about: About, key: str) -> bool:
        """Whether the purchase is one good sale with this key, and packed."""
        value = self.resting.get(about)
        return value is not None and has_key(value, key)

    def was_cleared(self, about: About) -> bool:
        """Whether a sale of this purchase went to rest and was cleared, in one of the last files."""
        return self.resting.was_cleared(about)

    def purchases(self) -> Iterator[tuple[Case, ...]]:
        """Purchases that are not at rest, each with its attempts, the newest first."""
        for case in self.open.values():
            yield tuple(chain(case))

    def claim(self, about: About, rrn: str, amount_fen: int, business_date: str, part: str) -> str:
        """A clearing line claims a sale; what is wrong with that, one of ``CLAIM_FAULTS``, or ``""``."""
        value = self.resting.get(about)
        if value is not None:
            if is_of(value, rrn, amount_fen, int(business_date) if business_date.isdecimal() else 0):
                self.resting.clear(about)
                return ""
            self._wake(about)
        case = self.find_rrn(about, rrn)
        if case is None:
            return CLAIMED_TWICE if self.was_cleared(about) else NO_DEBIT
        if case.part:
            return CLAIMED_TWICE
        case.part = part
        if case.charges != 1:
            return DEBITED_TWICE if case.charges > 1 else NO_DEBIT
        if case.amount_fen != amount_fen:
            return OTHER_AMOUNT
        return TOO_EARLY if business_date < case.business_date else ""

    def claim_refund(self, about: About, rrn: str, amount_fen: int, part: str) -> str:
        """A clearing line gives a refund back; what is wrong with that, one of ``CLAIM_FAULTS``, or ``""``."""
        case = self.find_rrn(about, rrn)
        if case is None or case.what != REFUND:
            return NO_DEBIT
        if case.part:
            return CLAIMED_TWICE
        case.part = part
        return OTHER_AMOUNT if case.amount_fen != amount_fen else ""

    def new_file(self) -> None:
        """The file of another business date begins: forget what the file before the last one cleared."""
        self.resting.turn()
        self._beside.turn()

    # --- the terminal

    def _terminal_became(self, became: Became, line: Line, given: Any) -> None:
        before = became.before
        after = became.after
        if before == NONE:
            self._begin(became, line, given)
            return
        case = self.open.get(became.about)
        if case is None or case.key != became.of:
            case = self.find(became.about, became.of)
            if case is None:
                self._moved("terminal", became, "", None, line, given)
                return
        if case.terminal != before or (before, after) not in PLAIN["terminal"]:
            self._moved("terminal", became, case.terminal, case, line, given)
        else:
            self.moves += 1
        case.terminal = after
        if after == APPROVED:
            self.rest(case)
        elif after == APPROVED_UNPRINTED:
            case.stored = _has_kept(line, "approval")

    def _begin(self, became: Became, line: Line, given: Any) -> None:
        about = became.about
        key = became.of
        first = self.open.get(about)
        if first is None and self.resting.knows(about):
            self._wake(about)
            first = self.open.get(about)
        if first is not None:
            known = self.find(about, key)
            if known is not None:
                self._moved("terminal", became, known.terminal, known, line, given)
                known.terminal = became.after
                return
        if became.after != SENT:
            self._moved("terminal", became, "", None, line, given)
        else:
            self.moves += 1
        case = Case(about, key, line.party, line.at, earlier=first)
        case.terminal = became.after
        for effect in line.effects:
            what = type(effect)
            if what is Kept:
                case.kept = True
            elif what is Logged:
                if effect.word == "attempt":  # type: ignore[union-attr]
                    case.what = str(effect.details.get("what", "sale"))  # type: ignore[union-attr]
            elif what is Send:
                break
        if line.at >= self.turn_at:
            self._turn(line, given)
        self.open[about] = case

    # --- the others

    def _host_became(self, became: Became, line: Line, given: Any) -> None:
        before = became.before
        after = became.after
        about = became.about
        case = self.open.get(about)
        if case is None or case.key != became.of:
            if became.of.partition("-")[0] in self._merchants:
                self._tell(PayoutBecame(became), line, given)
                return
            case = self.find(about, became.of)
            if case is None:
                case = self._begin_at_host(became, line)
                if case is None:
                    self._moved("host", became, "", None, line, given)
                    return
        if case.host != before or (before, after) not in PLAIN["host"]:
            self._moved("host", became, case.host, case, line, given)
        else:
            self.moves += 1
        case.host = after
        if type(given) is CorrectionOrdered:
            case.by_clerk = True
        if before == NONE and isinstance(given, _ACCEPTED):
            case.amount_fen = given.amount_fen
            case.what = given.what
            if after == FORWARDED:
                rrn, date = self.dated
                if case.business_date:
                    self._tell(Redated(case, date), line, given)
                case.rrn = rrn
                case.business_date = date
                case.accepted = line.at
                if given.what == REFUND:
                    self._refund_accepted(case, given, line)
        if case.what == BALANCE and after != FORWARDED:
            self._drop(case, line, given)

    def _refund_accepted(self, refund: Case, given: Any, line: Line) -> None:
        refund.original = given.original
        paid = paid_fen(self.open.get(refund.about), given.original)
        self._tell(RefundAccepted(refund.about, refund.key, given.original, refund.amount_fen, paid), line, given)

    def _credited_back(self, posted: Posted, line: Line, given: Any) -> None:
        """A refund reached the cardholder: with the last of them the debit of its payment stands no more."""
        cases = chain(self.open.get(posted.about))
        refund = next((case for case in cases if case.what == REFUND and case.rrn and case.rrn in posted.entry), None)
        if refund is None:
            return
        if posted.entry in refund.issuer_entries:
            self._tell(Reposted(posted.about, posted.entry), line, given)
        refund.issuer_entries += (posted.entry,)
        given_back_fen = sum(
            case.amount_fen for case in cases if case.original == refund.original and case.issuer_entries
        )
        for case in cases:
            mine = case.key == refund.original or (not case.key and case.part)
            if mine and case.charges > 0 and 0 < case.amount_fen <= given_back_fen:
                case.charges -= 1

    def _begin_at_host(self, became: Became, line: Line) -> Case | None:
        """An attempt that begins at the host: a copy taken for a new request, an inquiry."""
        if became.before != NONE or stem(became.after) not in (FORWARDED, DECLINED, REVERSAL_ONLY):
            return None
        about = became.about
        if self.resting.knows(about):
            self._wake(about)
        case = Case(about, became.of, began=line.at, earlier=self.open.get(about))
        self.open[about] = case
        return case

    def _switch_became(self, became: Became, line: Line, given: Any) -> None:
        before = became.before
        after = became.after
        case = self.open.get(became.about)
        if case is None or case.rrn != became.of:
            case = self.find_rrn(became.about, became.of)
            if case is None:
                self._moved("switch", became, "", None, line, given)
                return
        if case.switch != before or (before, after) not in PLAIN["switch"]:
            self._moved("switch", became, case.switch, case, line, given)
        else:
            self.moves += 1
        case.switch = after

    def _issuer_became(self, became: Became, line: Line, given: Any) -> None:
        before = became.before
        after = became.after
        case = self.open.get(became.about)
        if case is None or case.rrn != became.of:
            case = self.find_rrn(became.about, became.of)
            if case is None:
                self._moved("issuer", became, "", None, line, given)
                return
        if case.issuer != before or (before, after) not in PLAIN["issuer"]:
            self._moved("issuer", became, case.issuer, case, line, given)
        else:
            self.moves += 1
        case.issuer = after
        self.debiting = (line.n, case)

    def _platform_became(self, became: Became, line: Line, given: Any) -> None:
        case = self.open.get(became.about)
        if case is None or case.key != became.of:
            case = self.find(became.about, became.of)
            if case is None:
                self._moved("platform", became, "", None, line, given)
                return
        before, after = became.before, became.after
        if case.platform != before or (before, after) not in PLAIN["platform"]:
            self._moved("platform", became, case.platform, case, line, given)
        else:
            self.moves += 1
        case.platform = after
        if after == SUCCESS and case.terminal == APPROVED and case.what == SALE:
            self.rest(case)

    def _moved(self, role: str, became: Became, was: str, case: Case | None, line: Line, given: Any) -> None:
        if is_case(became.of):
            return  # a dispute's machine
        moved = Moved(role, became.of, became.about, was, became.before, became.after, case)
        self._tell(moved, line, given)

    # --- postings

    def _issuer_posted(self, posted: Posted, line: Line, given: Any) -> None:
        debit, credit, _ = posted.postings[0]
        charges = 1 if debit.startswith("I.cardholder.") else -1 if credit.startswith("I.cardholder.") else 0
        if not charges:
            return
        if posted.entry.startswith("P8b/"):
            self._credited_back(posted, line, given)
            return
        if type(given) is FinancialNotice and given.what in ADJUSTMENTS:
            self._adjusted(posted, line, given)
            return
        n, case = self.debiting
        if n != line.n or case is None:
            case = self._of_entry(posted)
            if case is None:
                return
        if case.issuer_entries:
            if posted.entry in case.issuer_entries:
                self._tell(Reposted(posted.about, posted.entry), line, given)
            if charges > 0 and case.charges > 0:
                self._tell(Recharged(case, posted.entry), line, given)
        case.issuer_entries += (posted.entry,)
        case.charges += charges
        if charges > 0:
            self.debits += 1

    def _adjusted(self, posted: Posted, line: Line, given: FinancialNotice) -> None:
        """A debit that stands has another amount from now on: it is still one charge."""
        case = self.find_rrn(posted.about, given.original_rrn)
        if case is None:
            return
        if posted.entry in case.issuer_entries:
            self._tell(Reposted(posted.about, posted.entry), line, given)
        case.issuer_entries += (posted.entry,)
        case.amount_fen = given.amount_fen

    def _host_posted(self, posted: Posted, line: Line, given: Any) -> None:
        about = posted.about
        if not about:
            return
        entry = posted.entry
        case = self.open.get(about)
        if case is None or not entry.endswith(case.key):
            case = self.find(about, entry.partition("/")[2])
            if case is None:
                if self._beside.add(entry):
                    self._tell(Reposted(about, entry), line, given)
                return
        if entry in case.host_entries or entry in self._beside:
            self._tell(Reposted(about, entry), line, given)
        case.host_entries += (entry,)

    def _of_entry(self, posted: Posted) -> Case | None:
        """The attempt that an entry names by key or RRN, where no machine moved with it."""
        cases = chain(self.open.get(posted.about))
        if not cases and posted.about in self.resting:
            self._wake(posted.about)
            cases = chain(self.open.get(posted.about))
        for case in cases:
            if case.rrn and case.rrn in posted.entry:
                return case
        for case in cases:
            if case.key in posted.entry:
                return case
        return cases[0] if len(cases) == 1 else None

    # --- business logs

    def _host_logged(self, logged: Logged, line: Line, given: Any) -> None:
        if logged.word == "business-date":
            self.dated = (str(logged.details["rrn"]), str(logged.details["date"]))
        elif logged.word == "file-break":
            self.missing.add(str(logged.details["key"]))
        elif logged.word == "claimed":
            self._claimed(logged, line)
        elif logged.word == "credit-adjusted":
            self._adjustment_made(logged, line, given)
        else:
            self._advice_logged(logged, line, given)

    def _claimed(self, logged: Logged, line: Line) -> None:
        """What was missing is claimed: from now on it waits for the next file, as a sale of that day does."""
        key = str(logged.details["key"])
        self.missing.discard(key)
        case = self.find(logged.about, key)
        if case is not None:
            case.business_date = day_word(self._calendar.business_day(line.at))

    def _adjustment_made(self, logged: Logged, line: Line, given: Any) -> None:
        """A cleared sale is given back by a line of its own: a refund that no terminal has keyed."""
        about, original = logged.about, str(logged.details["key"])
        self.find(about, original)
        rrn, amount_fen = str(logged.details["rrn"]), int(logged.details["amount_fen"])
        if about not in self.open and self.was_cleared(about):
            self._wake(about)
        made = Case(
            about, f"{original}/{rrn}", began=line.at, what=REFUND, rrn=rrn, amount_fen=amount_fen, host=APPROVED,
            original=original, earlier=self.open.get(about),
        )  # fmt: skip
        paid = paid_fen(self.open.get(about), original)
        self.open[about] = made
        self._tell(RefundAccepted(about, made.key, original, amount_fen, paid), line, given)

    def _advice_heard(self, given: ReversalAdvice, line: Line, _: Any) -> None:
        if any(type(effect) is Logged and effect.word == "reversal-refused" for effect in line.effects):
            case = self.find_rrn(given.about, given.rrn)
            if case is not None and case.unheard != "stopped":
                case.unheard = "refused"

    def _advice_logged(self, logged: Logged, line: Line, given: Any) -> None:
        case = self.find_rrn(logged.about, str(logged.details.get("rrn", "")))
        if case is None:
            return
        if logged.word == "advice-stopped":
            case.unheard = "stopped"
        else:
            case.advised = line.n if _has_kept(line, "advice") else 0

    def _advice_answered(self, given: AdviceResponse, line: Line, _: Any) -> None:
        if given.code in UNDONE_CODES and not given.forwarder:
            case = self.find_rrn(given.about, given.rrn)
            if case is not None:
                case.confirmed = True

    # --- memory

    def rest(self, case: Case) -> None:
        """Pack a plain good sale that is the only attempt of its purchase."""
        if (
            case.host == APPROVED
            and case.issuer == DEBITED
            and case.charges == 1
            and case.earlier is None
            and case.platform == self._platform
            and not case.part
            and not case.advised
            and self.open.get(case.about) is case
        ):
            value = packed(case)
            if value is not None:
                del self.open[case.about]
                self.resting.put(case.about, value)
                self.rested += 1

    def _wake(self, about: About) -> None:
        was_cleared = self.was_cleared(about)
        value = self.resting.take(about)
        if not was_cleared:
            case = unpacked(about, value, self._platform)
            case.party = self._stations.get(case.key[:8], "")
        else:
            case = Case(
                about, "", amount_fen=amount_of(value), terminal=APPROVED, host=APPROVED, issuer=DEBITED, charges=1,
                part="earlier",
            )  # fmt: skip
        case.earlier = self.open.get(about)
        self.open[about] = case

    def _drop(self, case: Case, line: Line, given: Any) -> None:
        """Forget one attempt, and tell of it where it was a purchase's only one."""
        first = self.open.get(case.about)
        if first is case:
            if case.earlier is None:
                del self.open[case.about]
                self.ended += 1
                self._tell(Ended((case,)), line, given)
            else:
                self.open[case.about] = case.earlier
            return
        while first is not None:
            if first.earlier is case:
                first.earlier = case.earlier
                return
            first = first.earlier

    def _turn(self, line: Line, given: Any) -> None:
        """Once an hour: purchases leave that are older than that and about which everything is final."""
        at = line.at
        self.turn_at = at + HOUR
        for about, first in list(self.open.items()):
            cases = tuple(chain(first))
            if first.began < at - HOUR and all(map(_is_over, cases)):
                del self.open[about]
                self.ended += len(cases)
                self._tell(Ended(cases), line, given)


_ACCEPTED = (FinancialRequest, FinancialNotice)


def _is_over(case: Case) -> bool:
    """Whether nothing more can come of an attempt: a debit was claimed, and no hold waits to be completed."""
    if case.what == REFUND and case.host == APPROVED and not case.issuer_entries:
        return False  # the cardholder waits for it
    return at_rest(case) and (not case.charges or bool(case.part)) and case.issuer != HELD


_ADVICE_WORDS = ("advice-stored", "advice-stopped")
_SWITCH_WORDS = tuple(("switch", word) for word in _ADVICE_WORDS)
_HOST_WORDS = tuple(
    ("host", word) for word in ("business-date", "file-break", "claimed", "credit-adjusted", *_ADVICE_WORDS)
)


def _has_kept(line: Line, what: str) -> bool:
    return any(type(effect) is Kept and effect.what == what for effect in line.effects)
