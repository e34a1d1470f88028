"""The lines of a healthy sale, recognised whole.

Nearly every line of a long run is one of a dozen: a plain sale on its way from the till to the issuer and back. Each
is compared here in one piece with what it must be, and if it is just that, all checks would hold: the folds are brought
forward at once, and nobody else looks at the line. Whatever is different in the least goes the ordinary way, effect by
effect. A test plays stories both ways and wants the same folds, verdicts and counts.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from poslab.checks.card_numbers import PINS, SHORTEST, is_key
from poslab.checks.case import ANSWERED, APPROVED, APPROVED_UNPRINTED, DEBITED, FORWARDED, NONE, SENT, Case
from poslab.checks.docket import Docket
from poslab.checks.own_books import RECEIVABLE, SALES
from poslab.checks.reference import Reference
from poslab.history.line import Line
from poslab.messages.card import SALE, FinancialRequest, FinancialResponse
from poslab.messages.people import CustomerAtTill, SaleKeyed, Slip, Sms
from poslab.party.contract import Became, Connect, Kept, Logged, Posted, Remind, Send
from poslab.party.facts import Connected
from poslab.party.time import DAY, Instant, midnight
from poslab.world.calendar import day_word
from poslab.world.world import World

Recognise: TypeAlias = Callable[[Line, Any], bool]
"""Whether a line is just that line of a healthy sale; if so, the folds have taken it."""


class Recognisers(dict[type, Recognise]):
    """Input type → what recognises such a line; for any other type one for all."""

    def __init__(self, whole: dict[type, Recognise], otherwise: Recognise) -> None:
        super().__init__(whole)
        self._otherwise = otherwise

    def __missing__(self, kind: type) -> Recognise:
        return self._otherwise


def never(line: Line, given: Any) -> bool:
    """No such line is plain."""
    return False


NOTHING_PLAIN = Recognisers({}, never)

_REQUESTED: list[type] = [Logged, Kept, Became, Send, Remind]
_TAKEN: list[type] = [Logged, Became, Kept, Send, Remind]
_ROUTED: list[type] = [Became, Kept, Send, Remind]
_DEBITED: list[type] = [Kept, Became, Posted, Logged, Send, Send]
_PASSED_BACK: list[type] = [Became, Kept, Send]
_APPROVED: list[type] = [Posted, Became, Kept, Send]
_STORED: list[type] = [Kept, Became, Posted, Remind]
_PRINTED: list[type] = [Send, Became]


class Plain:
    """The recogniser. The counts are what checks would have counted, had they looked."""

    def __init__(self, world: World, docket: Docket, reference: Reference) -> None:
        self._docket = docket
        self._reference = reference
        self._calendar = world.calendar
        self._cards = frozenset(ref for ref, card in world.cards.items() if not card.is_code)
        self._merchants = frozenset(merchant.mid for merchant in world.merchants)
        self._open = docket.open
        self._tills = {
            till.address: (mark + RECEIVABLE, mark + SALES)
            for till in world.terminals
            for mark in (reference.own_books.get(till.address, ""),)
        }
        """Terminal → receivable and sales in the book of its merchant."""
        self._begins: Instant = 0
        self._ends: Instant = 0
        self._date = ""
        self.host_keys: dict[str, int] = {}
        """TID → the version of the keys that the host has for it, as far as is known; the first one if not listed."""
        self.terminal_keys: dict[str, int] = {}
        """TID → the version of the keys that the terminal has, likewise."""
        self.sent = 0
        """Requests that a terminal sent."""
        self.forwarded = 0
        """Requests that the host forwarded."""
        self.dated = 0
        """Answers with a business date."""
        self.booked = 0
        """Sales that a terminal has stored and booked."""
        self.printed = 0
        """Sale slips."""
        self.said = 0
        """Messages and lines of business logs."""

    def of(self, role: str) -> "Recognisers":
        """What recognises the lines of a role, by the input's type."""
        whole: dict[str, dict[type, Recognise]] = {
            "cashier": {CustomerAtTill: self.keyed, Slip: self.nothing},
            "cardholder": {Sms: self.nothing},
            "terminal": {SaleKeyed: self.dialled, Connected: self.requested, FinancialResponse: self.stored},
            "host": {FinancialRequest: self.taken, FinancialResponse: self.approved},
            "switch": {FinancialRequest: self.routed, FinancialResponse: self.passed_back},
            "issuer": {FinancialRequest: self.debited},
        }
        return Recognisers(whole.get(role, {}), self.slip_printed if role == "terminal" else never)

    def nothing(self, line: Line, given: Slip | Sms) -> bool:
        """Somebody was shown something, and let it be."""
        return not line.effects

    def keyed(self, line: Line, given: CustomerAtTill) -> bool:
        """The cashier keys the sale in."""
        effects: Any = line.effects
        if len(effects) != 1 or type(effects[0]) is not Send:
            return False
        message = effects[0].message
        if (
            type(message) is not SaleKeyed
            or message.card not in self._cards
            or message.pin not in PINS
            or len(message.about) >= SHORTEST
        ):
            return False
        self.said += 1
        return True

    def dialled(self, line: Line, given: SaleKeyed) -> bool:
        """The terminal opens a connection."""
        effects = line.effects
        return len(effects) == 1 and type(effects[0]) is Connect

    def requested(self, line: Line, given: Connected) -> bool:
        """The terminal takes a STAN, keeps its record, and sends the 0200."""
        effects: Any = line.effects
        if [*map(type, effects)] != _REQUESTED:
            return False
        logged, _, became, send, _ = effects
        message = send.message
        key = became.of
        about = became.about
        docket = self._docket
        if (
            type(message) is not FinancialRequest
            or became.before != NONE
            or became.after != SENT
            or logged.word != "attempt"
            or message.key != key
            or message.about != about
            or message.mid not in self._merchants
            or not self._is_plain(message)
            or not is_key(key)
            or about in self._open
            or docket.is_resting(about)
            or line.at >= docket.turn_at
        ):
            return False
        tid, batch, stan = key[:8], key[9:15], key[16:]
        told = {"key": key, "what": SALE, "stan": stan, "batch": batch, "tid": tid, "mid": message.mid}
        if logged.details != told:
            return False
        self._open[about] = Case(about, key, line.party, line.at, kept=True, terminal=SENT, plain=True)
        docket.moves += 1
        self.sent += 1
        self.said += 2
        return True

    def taken(self, line: Line, given: FinancialRequest) -> bool:
        """The host gives a request its date and RRN, keeps it and forwards it."""
        effects: Any = line.effects
        if [*map(type, effects)] != _TAKEN:
            return False
        logged, became, _, send, _ = effects
        message = send.message
        about = given.about
        case = self._open.get(about)
        if (
            case is None
            or not case.plain
            or case.host != NONE
            or case.business_date
            or case.key != became.of
            or case.key != given.key
            or type(message) is not FinancialRequest
            or logged.word != "business-date"
            or became.before != NONE
            or became.after != FORWARDED
            or became.about != about
            or message.key != given.key
            or message.about != about
            or given.what != SALE
            or given.mac != self.host_keys.get(given.key[:8], 1)
            or not self._is_plain(message)
        ):
            return False
        details = logged.details
        rrn = message.rrn
        date = details.get("date", 0)
        if len(details) != 2 or details.get("rrn") != rrn or type(date) is not str or not 0 < len(date) < SHORTEST:
            return False
        case.host = FORWARDED
        case.amount_fen = given.amount_fen
        case.what = SALE
        case.rrn = rrn
        case.business_date = date
        case.accepted = line.at
        docket = self._docket
        docket.dated = (rrn, date)
        docket.moves += 1
        self.forwarded += 1
        self.said += 2
        return True

    def routed(self, line: Line, given: FinancialRequest) -> bool:
        """The switch passes a request to the issuer."""
        effects: Any = line.effects
        if [*map(type, effects)] != _ROUTED:
            return False
        became, _, send, _ = effects
        case = self._open.get(given.about)
        if (
            case is None
            or case.rrn != became.of
            or case.switch != NONE
            or became.before != NONE
            or became.after != FORWARDED
            or became.about != given.about
            or send.message is not given
        ):
            return False
        case.switch = FORWARDED
        self._docket.moves += 1
        self.said += 1
        return True

    def debited(self, line: Line, given: FinancialRequest) -> bool:
        """The issuer debits the cardholder, writes an SMS and answers."""
        effects: Any = line.effects
        if [*map(type, effects)] != _DEBITED:
            return False
        _, became, posted, logged, to_cardholder, to_switch = effects
        about = given.about
        case = self._open.get(about)
        if (
            case is None
            or case.rrn != became.of
            or case.issuer != NONE
            or not case.plain
            or case.key != given.key
            or became.before != NONE
            or became.after != DEBITED
            or became.about != about
            or posted.about != about
            or not about
            or case.issuer_entries
            or case.charges
        ):
            return False
        sms = to_cardholder.message
        answer = to_switch.message
        if (
            type(sms) is not Sms
            or sms.card not in self._cards
            or not self._is_plain_answer(answer, given.key)
            or len(posted.postings) != 1
            or len(logged.details) != 1
            or logged.details.get("rrn") != case.rrn
        ):
            return False
        posting = posted.postings[0]
        if not posting[0].startswith("I.cardholder.") or not self._reference.post_plain("I", posting, reference=True):
            return False
        docket = self._docket
        docket.debiting = (line.n, case)
        docket.moves += 1
        docket.debits += 1
        case.issuer = DEBITED
        case.issuer_entries = (posted.entry,)
        case.charges = 1
        self.said += 3
        return True

    def passed_back(self, line: Line, given: FinancialResponse) -> bool:
        """The switch passes an answer back to the host."""
        effects: Any = line.effects
        if [*map(type, effects)] != _PASSED_BACK:
            return False
        became, _, send = effects
        case = self._open.get(given.about)
        if (
            case is None
            or case.rrn != became.of
            or case.switch != FORWARDED
            or became.before != FORWARDED
            or became.after != ANSWERED
            or became.about != given.about
            or send.message is not given
        ):
            return False
        case.switch = ANSWERED
        self._docket.moves += 1
        self.said += 1
        return True

    def approved(self, line: Line, given: FinancialResponse) -> bool:
        """The host books an approved sale and answers the terminal."""
        effects: Any = line.effects
        if [*map(type, effects)] != _APPROVED:
            return False
        posted, became, _, send = effects
        about = given.about
        case = self._open.get(about)
        if (
            case is None
            or not case.plain
            or case.key != became.of
            or case.host != FORWARDED
            or became.before != FORWARDED
            or became.after != APPROVED
            or became.about != about
            or posted.about != about
            or not about
            or case.host_entries
            or not posted.entry.endswith(case.key)
            or len(posted.postings) != 1
        ):
            return False
        answer: Any = send.message
        if not self._is_plain_answer(answer, case.key) or answer.about != about:
            return False
        date = answer.business_date
        if date != case.business_date or not date or not self._is_own_date(date, answer.host_at):
            return False
        if not self._reference.post_plain("A", posted.postings[0], reference=False):
            return False
        case.host = APPROVED
        case.host_entries = (posted.entry,)
        self._docket.moves += 1
        self.dated += 1
        self.said += 1
        return True

    def stored(self, line: Line, given: FinancialResponse) -> bool:
        """The terminal stores the approval, books it for the merchant, and prints."""
        effects: Any = line.effects
        if [*map(type, effects)] != _STORED:
            return False
        kept, became, posted, _ = effects
        case = self._open.get(given.about)
        if (
            case is None
            or kept.what != "approval"
            or case.key != became.of
            or case.terminal != SENT
            or became.before != SENT
            or became.after != APPROVED_UNPRINTED
            or became.about != given.about
            or given.mac != self.terminal_keys.get(given.key[:8], 1)
            or posted.about != given.about
            or case.till_entries
            or posted.entry != "P1/" + case.key
            or len(posted.postings) != 1
        ):
            return False
        debit, credit, amount_fen = posted.postings[0]
        if debit != RECEIVABLE or credit != SALES or amount_fen != given.amount_fen:
            return False
        debit, credit = self._tills[line.party]
        if not self._reference.post_plain("M", (debit, credit, amount_fen), reference=False):
            return False
        case.till_entries = (posted.entry,)
        self.booked += 1
        case.terminal = APPROVED_UNPRINTED
        case.stored = True
        self._docket.moves += 1
        return True

    def slip_printed(self, line: Line, given: Any) -> bool:
        """The slip is out: the terminal's last word about a good sale."""
        effects: Any = line.effects
        if [*map(type, effects)] != _PRINTED:
            return False
        send, became = effects
        slip = send.message
        if type(slip) is not Slip:
            return False
        about = became.about
        case = self._open.get(about)
        if (
            case is None
            or not case.plain
            or case.key != became.of
            or case.terminal != APPROVED_UNPRINTED
            or not case.stored
            or became.before != APPROVED_UNPRINTED
            or became.after != APPROVED
            or slip.slip != "sale"
            or slip.key != case.key
            or slip.about != about
            or slip.card not in self._cards
            or len(slip.rrn) >= SHORTEST
            or len(slip.auth) >= SHORTEST
            or slip.original
            or slip.state
        ):
            return False
        case.terminal = APPROVED
        docket = self._docket
        docket.moves += 1
        docket.rest(case)
        self.printed += 1
        self.said += 1
        return True

    # --- parts

    def _is_plain(self, message: FinancialRequest) -> bool:
        return (
            message.card in self._cards
            and message.pin in PINS
            and message.what == SALE
            and len(message.rrn) < SHORTEST
            and not (message.original or message.original_rrn or message.original_auth)
        )

    def _is_plain_answer(self, answer: Any, key: str) -> bool:
        return (
            type(answer) is FinancialResponse
            and answer.key == key
            and len(answer.rrn) < SHORTEST
            and len(answer.auth) < SHORTEST
        )

    def _is_own_date(self, date: str, host_at: Instant) -> bool:
        if self._begins <= host_at < self._ends and date == self._date:
            return True
        day = self._calendar.business_day(host_at)
        self._date = day_word(day)
        self._ends = midnight(day) + self._calendar.cut_off
        self._begins = self._ends - DAY
        return date == self._date
