"""The four records of every sale, as a run's history has them: slips, ledger, clearing file, statement.

Slips (W) are what terminals have stored as approved; the ledger (X) is the host's, and where a platform keeps wallets a
sale whose money has reached the platform stands in it only when the platform has booked it; the file (Y) is what the
network was told; the statement (Z) is what merchants were told by their bank. Each is taken from its own party's lines:
none is derived from another, so that they can differ. Where a world has several acquirers, one of them can be asked for
alone: what its own terminals, book, files and accounts hold, and nothing of the others.
"""

from msgspec.structs import replace

from poslab.history.entries import Contracts, Credit, Entry, Lists, Paid, Rate
from poslab.history.line import Line
from poslab.history.platform_ledger import PlatformLedger
from poslab.messages.card import ADJUSTMENTS, PAYS, REFUND, FinancialNotice, FinancialRequest
from poslab.messages.disputes import is_case, rrn_of_case
from poslab.messages.funding import ClearingFile, ClearingLine, PayoutOrder, StatementLine, acquirer_of_file
from poslab.messages.people import Slip
from poslab.party.contract import Address, Became, Effect, Input, Logged, Posted, Send
from poslab.party.facts import Recovered
from poslab.party.time import Instant, date_of
from poslab.world.calendar import day_word
from poslab.world.world import World

_DUE_FROM_NETWORK = "A.scheme_receivable"
_COUNTED = (*PAYS, REFUND)
_REQUESTS = (FinancialRequest, FinancialNotice)

_SLIP_KEPT = ("approved", "approved-unprinted", "offline-unsent", "refunded")
_SLIP_UNDONE = ("voided", "reversed")
_BOOKED = ("approved", "voiding", "forwarded-notice")
_BOOKED_UNDONE = ("reversed", "voided")
_REFUSED_NOTICE = "refused-notice"


class Daybooks:
    """The fold. ``lists`` says what each list holds after the last line that was seen."""

    def __init__(self, world: World, acquirer: Address = "") -> None:
        self._only = acquirer
        if acquirer:
            world = world.seen_by(acquirer)
        self.contracts = contracts_of(world)
        self._calendar = world.calendar
        self._accounts = frozenset(merchant.account_no for merchant in world.merchants)
        self._roles = world.roles()
        self._holders = {merchant.mid: merchant.address for merchant in world.merchants}
        platform = world.platform
        self._ledger_at = platform.address if platform is not None and platform.keeps_ledger else ""
        """A platform that pays the merchants: what the acquirer pays to it is no merchant's."""
        self._platform_ledger = PlatformLedger()
        self._products = {ref: card.product for ref, card in world.cards.items()}
        self._slips: dict[str, Entry] = {}
        self._slip_states: dict[str, str] = {}
        self._kinds: dict[str, str] = {}
        """Attempt's key → what it was."""
        self._ledger: dict[str, Entry] = {}
        self._ledger_states: dict[str, str] = {}
        self._originals: dict[str, str] = {}
        """An adjustment's key → the sale's."""
        self._by_rrn: dict[str, str] = {}
        self._disputed: dict[str, Entry] = {}
        """Entry of the host's book → the chargeback or the representment that it books."""
        self._given_back: dict[str, str] = {}
        """RRN of a credit adjustment → the key of the sale that it gives back."""
        self._file: dict[tuple[str, int], tuple[Entry, ...]] = {}
        self._payouts: dict[str, Paid] = {}
        self._statement: list[Credit] = []

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        if type(given) is Recovered:
            return
        role = self._roles.get(line.party, "")
        if role == "terminal":
            for effect in line.effects:
                self._at_terminal(effect, line)
        elif role == "host":
            for effect in line.effects:
                self._at_host(effect, line, given)
        elif role == "platform":
            self._platform_ledger.hear(given)
            for effect in line.effects:
                self._platform_ledger.see(effect)
                self._paid(effect, line)
        elif role == "switch" and type(given) is ClearingFile:
            if self._only in ("", acquirer_of_file(given.file_no)):
                self._filed(given, line)
        elif type(given) is StatementLine and role == "merchant" and self._reads(given):
            self._told(given, line)

    def _reads(self, told: StatementLine) -> bool:
        """Whether a statement's line is of an account that the one asked for pays to."""
        return not self._only or told.account_no in self._accounts

    def lists(self) -> Lists:
        """What each list holds now. Slips of sales that are reversed or waiting for it are none."""
        kept = []
        for key, entry in self._slips.items():
            state = self._slip_states.get(key, "")
            if state in _SLIP_KEPT:
                kept.append(entry)
            elif state in _SLIP_UNDONE:
                kept.append(replace(entry, undone=True))
        booked = []
        given_back = frozenset(self._given_back.values())
        unbooked = self._platform_ledger.missing()
        for name, entry in self._ledger.items():
            state = self._ledger_states.get(name, "")
            if entry.rrn in unbooked:
                continue
            if state in _BOOKED and name not in given_back:
                booked.append(entry)
            elif state in (*_BOOKED, *_BOOKED_UNDONE, _REFUSED_NOTICE):
                booked.append(replace(entry, undone=True))
        return Lists(
            slips=tuple(kept),
            ledger=(*booked, *self._disputed.values()),
            file=tuple(self._claimed(entry) for part in self._file.values() for entry in part),
            payouts=tuple(self._payouts.values()),
            statement=tuple(self._statement),
        )

    @property
    def unbooked(self) -> frozenset[str]:
        """RRNs of sales that a platform's ledger has still to book."""
        return self._platform_ledger.unbooked

    def forget(self, before: str, kept: frozenset[str]) -> None:
        """Forget the sales of earlier dates but those whose key or RRN is among ``kept``."""

        def stays(entry: Entry) -> bool:
            return entry.date >= before or entry.key in kept or entry.rrn in kept

        for gone in [key for key, entry in self._slips.items() if entry.date and not stays(entry)]:
            del self._slips[gone]
            self._slip_states.pop(gone, None)
            self._kinds.pop(gone, None)
        for gone in [name for name, entry in self._ledger.items() if not stays(entry)]:
            self._by_rrn.pop(self._ledger.pop(gone).rrn, None)
            self._ledger_states.pop(gone, None)
        for gone in [name for name, entry in self._disputed.items() if not stays(entry)]:
            del self._disputed[gone]
        for part, entries in list(self._file.items()):
            left = tuple(entry for entry in entries if stays(entry))
            if left:
                self._file[part] = left
            else:
                del self._file[part]

    def _claimed(self, entry: Entry) -> Entry:
        """A line of the file; one that gives a sale back says which."""
        key = self._given_back.get(entry.rrn, "") if self._given_back else ""
        return replace(entry, undoes=key.partition("/")[0]) if key else entry

    # --- W: terminals

    def _at_terminal(self, effect: Effect, line: Line) -> None:
        if type(effect) is Logged and effect.word == "attempt":
            details = effect.details
            key, what = str(details["key"]), str(details["what"])
            self._kinds[key] = what
            if what in _COUNTED:
                tid, batch, stan = key.split("-")
                self._slips[key] = Entry(
                    where=_place(line), mid=str(details["mid"]), tid=tid, batch=batch, stan=stan,
                    amount_fen=0, date=_date(line.at), order=effect.about,
                )  # fmt: skip
        elif type(effect) is Became and effect.of in self._kinds:
            if self._kinds[effect.of] in ADJUSTMENTS:
                self._adjusted_on_paper(effect)
            self._slip_states[effect.of] = effect.after.partition(":")[0]
        elif type(effect) is Send:
            message = effect.message
            if isinstance(message, _REQUESTS):
                self._asked(message)
            elif isinstance(message, Slip):
                slip = self._slips.get(message.key)
                if slip is not None and message.amount_fen:
                    amount_fen = _signed(self._kinds[message.key], message)
                    self._slips[message.key] = replace(slip, amount_fen=amount_fen, rrn=message.rrn or slip.rrn)

    def _asked(self, message: FinancialRequest | FinancialNotice) -> None:
        slip = self._slips.get(message.key)
        if slip is not None:
            self._slips[message.key] = replace(slip, amount_fen=_signed(message.what, message))
        elif message.what in ADJUSTMENTS:
            self._originals[message.key] = message.original
            self._slips.setdefault(message.key, _nothing(message))

    def _adjusted_on_paper(self, became: Became) -> None:
        """The slip of a sale has another amount from then on."""
        adjustment = self._slips.pop(became.of, None)
        sale = self._slips.get(self._originals.get(became.of, ""))
        if adjustment is not None and sale is not None and became.after == "approved":
            self._slips[sale.key] = replace(sale, amount_fen=adjustment.amount_fen)
        elif adjustment is not None:
            self._slips[became.of] = adjustment

    # --- X: the host

    def _at_host(self, effect: Effect, line: Line, given: Input) -> None:
        if type(effect) is Logged:
            self._logged(effect, line, given)
        elif type(effect) is Became:
            name = effect.of
            if name in self._ledger:
                state = effect.after.partition(":")[0]
                if state == "forwarded" and isinstance(given, FinancialNotice):
                    state = "forwarded-notice"  # a notice is booked when it is heard
                elif state == "declined" and self._ledger_states.get(name) == "forwarded-notice":
                    state = _REFUSED_NOTICE  # the issuer refuses it, and the booking is taken back
                self._ledger_states[name] = state
            else:
                self._paid(effect, line)
        elif type(effect) is Send:
            message = effect.message
            if isinstance(message, PayoutOrder):
                self._paid(effect, line)
            elif isinstance(message, ClearingFile):
                for cleared in message.lines:
                    self._charged(cleared, message.business_date)
        elif type(effect) is Posted:
            self._taken_back(effect, line)

    def _logged(self, logged: Logged, line: Line, given: Input) -> None:
        details = logged.details
        if logged.word == "business-date" and isinstance(given, _REQUESTS) and given.what in _COUNTED:
            rrn = str(details["rrn"])
            tid, batch, stan = given.key.split("-")
            name = given.key if given.key not in self._ledger else f"{given.key}/{rrn}"
            self._ledger[name] = Entry(
                where=_place(line), mid=given.mid, tid=tid, batch=batch, stan=stan, rrn=rrn,
                amount_fen=_signed(given.what, given), date=str(details["date"]), order=logged.about,
                product=self._products.get(given.card, ""),
            )  # fmt: skip
            self._by_rrn[rrn] = name
        elif logged.word == "credit-adjusted":
            self._given_back[str(details["rrn"])] = str(details["key"])
        elif logged.word == "adjusted":
            sale = self._ledger.get(str(details["key"]))
            if sale is not None:
                self._ledger[str(details["key"])] = replace(sale, amount_fen=int(details["amount_fen"]))

    def _taken_back(self, posted: Posted, line: Line) -> None:
        """The host books a chargeback (P10a), or a representment that was won (P10c)."""
        kind, _, rest = posted.entry.partition("/")
        key, _, case = rest.partition("/")
        if kind not in ("P10a", "P10c") or not is_case(case):
            return
        taken_fen = sum(fen for _, credit, fen in posted.postings if credit == _DUE_FROM_NETWORK)
        given_fen = sum(fen for debit, _, fen in posted.postings if debit == _DUE_FROM_NETWORK)
        sale = self._ledger.get(self._by_rrn.get(rrn_of_case(case), key))
        tid, batch, stan = key.split("-")
        self._disputed[posted.entry] = Entry(
            where=_place(line), mid="" if sale is None else sale.mid, tid=tid, batch=batch, stan=stan, rrn=case,
            amount_fen=given_fen - taken_fen, date=day_word(self._calendar.business_day(line.at)), order=posted.about,
            case=case,
        )  # fmt: skip

    def _charged(self, cleared: ClearingLine, business_date: str) -> None:
        name = self._by_rrn.get(cleared.rrn, "")
        booked = self._ledger.get(name)
        if booked is not None:
            self._ledger[name] = replace(booked, fee_fen=cleared.merchant_fee_fen)

    def _paid(self, effect: Effect, line: Line) -> None:
        """A payout is ordered, or moves."""
        if type(effect) is Send and type(effect.message) is PayoutOrder:
            if effect.message.bank != self._ledger_at:
                self._ordered(effect.message, line)
        elif type(effect) is Became:
            paid = self._payouts.get(effect.of)
            if paid is None or (effect.after == "given-up" and paid.state.startswith("returned:")):
                return  # the reason stays
            self._payouts[effect.of] = replace(paid, state=effect.after)

    def _ordered(self, order: PayoutOrder, line: Line) -> None:
        known = self._payouts.get(order.payout_no)
        if known is None or known.amount_fen != order.amount_fen:
            self._payouts[order.payout_no] = Paid(
                where=_place(line), payout_no=order.payout_no, mid=order.mid, amount_fen=order.amount_fen,
                date=_date(line.at), state="instructed", holder=self._holders.get(order.mid, ""),
            )  # fmt: skip

    # --- Y and Z

    def _filed(self, file: ClearingFile, line: Line) -> None:
        self._file[file.file_no, file.part] = tuple(
            Entry(
                where=_place(line), mid=entry.mid, rrn=entry.rrn, amount_fen=entry.amount_fen,
                date=file.business_date, fee_fen=entry.merchant_fee_fen,
                product=self._products.get(entry.card, ""), case=entry.rrn if is_case(entry.rrn) else "",
            )
            for entry in file.lines
        )  # fmt: skip

    def _told(self, told: StatementLine, line: Line) -> None:
        self._statement.append(
            Credit(
                where=_place(line), account_no=told.account_no, reference=told.reference,
                amount_fen=told.amount_fen, date=_date(told.at), holder=line.party,
            )
        )  # fmt: skip


def contracts_of(world: World) -> Contracts:
    """What the merchants of a world have agreed to be charged."""
    found: Contracts = {}
    for merchant in world.merchants:
        found[merchant.mid, "debit"] = Rate(merchant.debit_rate_ppm, merchant.debit_cap_fen)
        found[merchant.mid, "credit"] = Rate(merchant.credit_rate_ppm, merchant.credit_cap_fen)
    return found


def _place(line: Line) -> str:
    return f"history.jsonl:{line.n}"


def _date(at: Instant) -> str:
    return day_word(date_of(at))


def _signed(what: str, said: FinancialRequest | FinancialNotice | Slip) -> int:
    return -said.amount_fen if what == REFUND else said.amount_fen


def _nothing(message: FinancialRequest | FinancialNotice) -> Entry:
    """Room for an adjustment's amount until its sale has it."""
    tid, batch, stan = message.key.split("-")
    return Entry(mid=message.mid, tid=tid, batch=batch, stan=stan, amount_fen=message.amount_fen, date="")
