"""What became of every purchase, as the history tells it: a fold that remembers, view by view, who last said what.

A purchase (``about``) has attempts, each with its key, in the order in which terminals took their STANs. Nothing here
asks a party: terminals, host and platform are read from the moves of their machines, the issuer and the account bank
from what they really did.
"""

from collections.abc import Iterable

from poslab.history import wallet_lines
from poslab.history.cases import Cases
from poslab.history.debts import NETTED, Debts
from poslab.history.debts import WORDS as DEBT_WORDS
from poslab.history.kept_back import WORDS as KEPT_BACK_WORDS
from poslab.history.kept_back import KeepingBack
from poslab.history.line import Line
from poslab.history.records import RECEIVED_AT_RAIL, Attempt, Break, Payout, Purchase, Refund
from poslab.messages.card import (
    COMPLETIONS,
    PREAUTH,
    REFUND,
    VOIDS,
    FinancialNotice,
    FinancialRequest,
)
from poslab.messages.disputes import is_case, rrn_of_case
from poslab.messages.facts import AccountSet, CorrectionOrdered, FreezeLifted, FreezeOrdered
from poslab.messages.funding import ClearingFile, CreditOrder, PayoutOrder, payout_no_of, rrn_of_kept
from poslab.messages.people import Prompted, Sms
from poslab.party.contract import Became, Input, Logged, Posted, Send
from poslab.party.facts import Recovered
from poslab.party.time import Instant, date_of, midnight
from poslab.world.calendar import day_of_word, day_word
from poslab.world.contracts import Contracts, file_day
from poslab.world.world import Acquirer, Platform, World

__all__ = ["Attempt", "Break", "Payout", "Purchase", "Purchases", "Refund", "account_of_payout"]

_ACCEPTED = (FinancialRequest, FinancialNotice)


_OF_MONEY = ("adjusted", "refund-netted", "adjustment-netted", "adjustment-due", "credit-adjusted")
"""Words of the host's log that change what a payment is worth to somebody."""
_WHAT_FOR = ("payout-scheduled", "payout-put-off", "payout-carried", "instant-fee")
"""Words of the host's log that say what a payout is for."""
_OF_PAYOUTS = {
    "host": (*_WHAT_FOR, "payout-waits", "payout-break", "payout-break-cleared", "payout-recalled", "recall-ended"),
    "rail": ("taken",),
    "bank": ("limit-reached", "credited", "applied", "refused", "transferred"),
}
"""Words that tell of a payout, by who logs them."""
_OF_CAPTURE = ("batch-break", "file-break", "captured", "claimed", "adjustment-stopped")
"""Words of the host's log about whether a sale is claimed."""


class Purchases:
    """The fold. Feed it every line; ask it at any instant."""

    def __init__(self, world: World, orders: Iterable[str] = ()) -> None:
        self.world = world
        self.roles = world.roles()
        self.now: Instant = 0
        self._owners = {terminal.tid: terminal.owner for terminal in world.terminals}
        self._holders = {merchant.account_no: merchant.account_name for merchant in world.merchants}
        """Account number → whose it is."""
        for bank in world.banks:
            self._holders.update((account.account_no, account.owner) for account in bank.accounts)
        self.purchases: dict[str, Purchase] = {order: Purchase(order) for order in orders}
        self.payouts: dict[str, Payout] = {}
        self.contracts = Contracts(world)
        self._cleared: dict[str, Instant] = {}
        """Acquirer's file of a business date that is made → when it was."""
        self._settled: set[str] = set()
        """Those whose settlement reached the acquirer's reserve at the rail."""
        self.frozen: dict[str, str] = {}
        """Account number → the direction in which it is frozen."""
        self.account_states: dict[str, str] = {}
        """Account number → its state, where it ever was another one than open."""
        self.blocked_by_order: dict[str, str] = {}
        """Account number → the authority's order by which it is frozen."""
        self.kept_back = KeepingBack()
        self.cases = Cases()
        self.debts = Debts()
        self.breaks: dict[str, Break] = {}
        """Attempt's key → what the comparison of a batch, or of a clearing file, found wrong with it."""
        self.refunds: dict[str, list[Refund]] = {}
        """Payment's key → its refunds, the first one first."""
        self._attempts: dict[str, Attempt] = {}
        self._by_rrn: dict[str, Attempt] = {}
        self._sales: dict[str, int] = {}
        """Payout → how many sales it is for."""
        self._meant: dict[tuple[str, str], str] = {}
        """TID and voucher number that a cashier keyed in for a void → the purchase that she meant."""

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        self.now = line.at
        if type(given) is Recovered:
            return
        role = self.roles.get(line.party, "")
        if role in ("cardholder", "cashier"):
            self._person(given)
            return
        if role == "issuer" and type(given) is ClearingFile:
            for entry in given.lines:
                booked = self._by_rrn.get(entry.rrn)
                if booked is not None:
                    booked.booked = True
            return
        if role == "bank":
            self._account(given)
        elif type(given) is CorrectionOrdered:
            self._purchase(given.about).corrected = True
        for effect in line.effects:
            what = type(effect)
            if what is Became:
                self._became(role, effect)  # type: ignore[arg-type]
            elif what is Logged:
                self._logged(role, line, given, effect)  # type: ignore[arg-type]
            elif what is Posted:
                self._posted(role, effect)  # type: ignore[arg-type]
            elif what is Send and role in ("host", "platform"):
                if type(effect.message) is ClearingFile:  # type: ignore[union-attr]
                    self._file(effect.message, line.at, self.contracts.at(line.party))  # type: ignore[union-attr]
                elif type(effect.message) is PayoutOrder:  # type: ignore[union-attr]
                    self._ordered(effect.message)  # type: ignore[union-attr]

    def attempt(self, key: str) -> Attempt | None:
        """The attempt with a key, if it was ever announced."""
        return self._attempts.get(key)

    def acquirer(self, attempt: Attempt) -> Acquirer:
        """Who takes an attempt."""
        return self.contracts.of_mid(attempt.mid)

    def cleared_at(self, attempt: Attempt) -> Instant | None:
        """When its acquirer's file of its business date was made; ``None`` before that."""
        return self._cleared.get(file_day(attempt.business_date, self.acquirer(attempt)))

    def is_settled(self, attempt: Attempt) -> bool:
        """Whether the file that has its line is settled: the money is in its acquirer's reserve."""
        return file_day(attempt.file_date, self.acquirer(attempt)) in self._settled

    def platform_of(self, attempt: Attempt) -> Platform | None:
        """The platform between its merchant and its acquirer, if there is one."""
        platform = self.world.platform
        return platform if platform is not None and platform.onward == self.acquirer(attempt).address else None

    def due(self, attempt: Attempt) -> Instant | None:
        """When the merchant is to be paid for an attempt; ``None`` before the host has given it a business date.

        By the host's word once it has scheduled a payout, before that by contract and calendar.
        """
        if not attempt.business_date:
            return None
        payout = self.payout(attempt)
        if payout is not None and payout.due_at:
            return payout.due_at
        if payout is not None and payout.date:
            return midnight(day_of_word(payout.date)) + self.world.calendar.payout_at
        product = self.world.merchant(attempt.mid).product
        return self.world.calendar.due(day_of_word(attempt.business_date), product)

    def payout(self, attempt: Attempt) -> Payout | None:
        """The payout that an attempt is part of, if one was scheduled.

        Where a platform keeps wallets: the acquirer's, until that has come; then the one from the wallet, if any.
        """
        if self.has_reached_platform(attempt):
            return self.payouts.get(attempt.ledger)
        return self.payouts.get(attempt.payout_no)

    def payout_heard_of(self, attempt: Attempt) -> Payout | None:
        """The payout that tells how far it is: the acquirer's, until that one is known to have come."""
        first = self.payouts.get(attempt.payout_no)
        return self.payout(attempt) if first is not None and first.host == "credited" else first

    def has_reached_platform(self, attempt: Attempt) -> bool:
        """Whether a platform that keeps wallets has the acquirer's payout, by the rail's word or the acquirer's."""
        payout = self.payouts.get(attempt.payout_no)
        if payout is None or not attempt.ledger:
            return False
        return payout.host == "credited" or self.paid_with(payout).rail in RECEIVED_AT_RAIL

    def paid_with(self, payout: Payout) -> Payout:
        """The payout that the rail was or will be ordered to make: itself, or the one that it rides with."""
        return self.payouts.get(payout.carried_by, payout)

    def is_one_of_several(self, payout: Payout) -> bool:
        """Whether what is credited is another sum than one sale leaves: of several sales, or less something."""
        ordered = self.paid_with(payout)
        sales = sum(self._sales.get(number, 0) for number in (ordered.number, *ordered.riders))
        return sales > 1 or ordered.lessened

    def owner(self, attempt: Attempt) -> str:
        """The MID of the merchant in whose shop it was paid, whatever number the terminal sells under."""
        return self._owners.get(attempt.tid, attempt.mid)

    def paid_to_owner(self, attempt: Attempt) -> bool:
        """Whether its payout is meant for, or has come to, an account of the merchant who sold."""
        payout = self.payout(attempt)
        if payout is None:
            return True
        account_no = account_of_payout(self.world, self.paid_with(payout))
        return self._holders.get(account_no, "") == self.world.merchant(self.owner(attempt)).account_name

    def refunds_of(self, attempt: Attempt) -> list[Refund]:
        """The refunds of a payment that the host has accepted."""
        return self.refunds.get(attempt.key, []) if self.refunds else []

    def _account(self, given: Input) -> None:
        """An account gets a state; what an authority has ordered only the authority changes."""
        if isinstance(given, FreezeOrdered):
            self.frozen[given.account_no] = "both"
            self.blocked_by_order[given.account_no] = given.order_no
        elif isinstance(given, FreezeLifted):
            self.frozen.pop(given.account_no, None)
            self.blocked_by_order.pop(given.account_no, None)
        elif isinstance(given, AccountSet) and given.account_no not in self.blocked_by_order:
            self._account_set(given)

    # --- lines ----------------------------------------------------------------------------------------------------

    def _purchase(self, about: str) -> Purchase:
        found = self.purchases.get(about)
        if found is None:
            found = self.purchases[about] = Purchase(about)
        return found

    def _person(self, given: Input) -> None:
        if type(given) is Sms:
            self._purchase(given.about).sms.append(given.word)
        elif type(given) is Prompted:
            self._acted(given)

    def _acted(self, given: Prompted) -> None:
        """A cashier does something out of the ordinary: what she means may differ from what she keys in."""
        if given.due_fen not in (0, given.amount_fen) and given.do in ("sale", PREAUTH):
            self._purchase(given.about).due_fen = given.due_fen
        elif given.voucher and given.do in VOIDS:
            self._meant[self.world.terminal(given.terminal).tid, given.voucher] = given.about

    def _account_set(self, given: AccountSet) -> None:
        self.frozen.pop(given.account_no, None)
        self.account_states[given.account_no] = given.state
        if given.state == "frozen":
            self.frozen[given.account_no] = given.direction

    def _became(self, role: str, became: Became) -> None:
        if role in ("terminal", "host", "platform"):
            attempt = self._attempts.get(became.of)
            if attempt is not None:
                setattr(attempt, role, became.after)
                if became.after == "approved" and role == "host":
                    attempt.approved_at = self.now
                if became.after == "voided" and role == "terminal":
                    meant = self._meant.get((attempt.tid, attempt.stan), became.about)
                    self._purchase(became.about).mistaken |= meant != became.about
                return
            if role == "host":
                self._payout_became(became)
            elif role == "platform":
                self._wallet_became(became)
        elif role == "issuer":
            self._issuer_became(became)
        elif role in ("bank", "rail"):
            payout = self.payouts.get(became.of.split("/")[0])
            if payout is not None:
                setattr(payout, role, became.after)

    def _wallet_became(self, became: Became) -> None:
        if became.of not in self.payouts:
            if became.after != "instructed":
                return
            self.payouts[became.of] = Payout(became.of)
        self._payout_became(became)

    def _payout_became(self, became: Became) -> None:
        payout = self.payouts.get(became.of)
        if payout is None:
            if became.after != "scheduled":
                return
            payout = self.payouts[became.of] = Payout(became.of)
        payout.host = became.after
        if became.after.startswith("returned:"):
            payout.reason = became.after.partition(":")[2]

    def _issuer_became(self, became: Became) -> None:
        attempt = self._by_rrn.get(became.of)
        if attempt is not None:
            attempt.issuer = became.after
        purchase = self._purchase(became.about)
        if became.after == "debited":
            purchase.standing += 1
            purchase.debits += 1
            purchase.peak = max(purchase.peak, purchase.standing)
        elif became.before == "debited" and became.after == "returned":
            purchase.standing -= 1
            purchase.returned_ever = True
        elif became.after == "held":
            purchase.holds += 1
        if became.before == "held":
            purchase.holds -= 1

    def _logged(self, role: str, line: Line, given: Input, logged: Logged) -> None:
        details = logged.details
        if logged.word == "attempt" and role == "terminal":
            attempt = Attempt(
                str(details["key"]), str(details["what"]), str(details["tid"]), str(details["mid"]), line.at
            )
            self._attempts[attempt.key] = attempt
            made = self._purchase(logged.about).attempts
            if attempt.what in COMPLETIONS:
                hold = next((earlier for earlier in reversed(made) if earlier.what == PREAUTH), None)
                if hold is not None:
                    hold.completion = attempt
            made.append(attempt)
        elif logged.word == "business-date" and role == "host" and isinstance(given, _ACCEPTED):
            accepted = self._attempts.get(given.key)
            if accepted is not None:
                if accepted.rrn:
                    accepted = self._copy_of(logged.about, accepted, str(details["rrn"]), line.at)
                accepted.business_date = str(details["date"])
                accepted.rrn = str(details["rrn"])
                accepted.amount_fen = given.amount_fen
                self._by_rrn[accepted.rrn] = accepted
                if given.what == REFUND:
                    self.refunds.setdefault(given.original, []).append(Refund(accepted, given.amount_fen))
        elif logged.word in _OF_CAPTURE and role == "host":
            self._capture_logged(logged, line)
        elif logged.word == "advice-stopped" and role in ("host", "switch"):
            left = self._by_rrn.get(str(details.get("rrn", "")))
            if left is not None:
                left.given_up = role
                left.given_up_at = line.at
        elif logged.word in _OF_PAYOUTS.get(role, ()):
            self._payout_logged(logged, line.at)
        elif role == "platform":
            self._ledger_logged(logged, given)
        elif role == "host":
            self._paying_logged(logged, line)

    def _ledger_logged(self, logged: Logged, given: Input) -> None:
        """A platform books what it was paid, and pays it out."""
        if logged.word == "received" and type(given) is CreditOrder:
            for attempt in self._by_rrn.values():
                if attempt.line is not None and attempt.line.mid == given.account_no:
                    wallet_lines.told_of_money(attempt)
        elif logged.word in ("ledger-booked", "withdrawn"):
            line_no = str(logged.details["rrn"])
            sale = self._by_rrn.get(rrn_of_kept(line_no))
            if sale is not None and logged.word == "ledger-booked":
                wallet_lines.booked(sale, line_no, int(logged.details["amount_fen"]))
            elif sale is not None and wallet_lines.withdrawn(sale, line_no, str(logged.details["payout_no"])):
                number = str(logged.details["payout_no"])
                self._sales[number] = self._sales.get(number, 0) + 1

    def _paying_logged(self, logged: Logged, line: Line) -> None:
        """The host wrote of what it keeps back, of a dispute, or of what a payment is worth."""
        if logged.word in DEBT_WORDS or logged.word in NETTED:
            self.debts.logged(logged, line.at)
        if logged.word in KEPT_BACK_WORDS:
            key = str(logged.details.get("key", ""))
            if is_case(key):  # of a payment's case
                disputed = self._by_rrn.get(rrn_of_case(key))
                key = key if disputed is None else disputed.key
            self.kept_back.logged(logged, key, line.at)
            self._kept_back(logged)
        elif logged.word == "dispute":
            self.cases.logged(logged, line.at)
        elif logged.word in _OF_MONEY:
            self._money_logged(logged)

    def _on_its_way(self, logged: Logged, at: Instant) -> None:
        details = logged.details
        payout = self.payouts.get(str(details.get("payout_no") or str(details["payout"]).partition("/")[0]))
        if payout is None:
            return
        if logged.word in ("payout-break", "payout-break-cleared"):
            payout.break_at = at if logged.word == "payout-break" else 0
        elif logged.word in ("payout-recalled", "recall-ended"):
            payout.recalled = logged.word == "payout-recalled"
        elif logged.word == "payout-waits":
            payout.waits = str(details["reason"])
        elif logged.word == "taken":
            payout.waits = ""
        elif logged.word == "transferred":
            payout.passed_on_to = str(details["account_no"])
        elif logged.word == "limit-reached":
            payout.limit = str(details["limit"])
        else:
            payout.credited_on = day_word(date_of(at))

    def _capture_logged(self, logged: Logged, line: Line) -> None:
        key = str(logged.details["key"])
        attempt = self._attempts.get(key)
        if logged.word in ("batch-break", "file-break"):
            self.breaks[key] = Break(key, str(logged.details["why"]), line.at)
        elif attempt is not None and logged.word == "adjustment-stopped":
            attempt.parked_fen = 0
            attempt.adjustment_due = False
            attempt.kept = True
        elif attempt is not None and logged.word == "captured":
            attempt.captured = True
        elif attempt is not None:
            self.breaks.pop(key, None)
            attempt.approved_at = line.at  # it is waiting for a file again

    def _money_logged(self, logged: Logged) -> None:
        key, amount_fen = str(logged.details["key"]), int(logged.details["amount_fen"])
        if logged.word in ("refund-netted", "adjustment-netted"):
            netted = self.payouts.get(str(logged.details["payout_no"]))
            if netted is not None:
                netted.lessened = True
            for refund in self._refunds_with(key):
                refund.netted_fen += amount_fen
            return
        sale = self._attempts.get(key)
        if sale is None:
            return
        if logged.word == "adjustment-due":
            payout_no = str(logged.details["payout_no"])
            sale.parked_fen = amount_fen if payout_no else 0
            sale.adjustment_due = True
            if payout_no:
                self._pays(payout_no, sale)
        elif logged.word == "credit-adjusted":
            rrn = str(logged.details["rrn"])
            made = Attempt(f"{key}/{rrn}", REFUND, sale.tid, sale.mid, self.now)
            made.rrn, made.amount_fen = rrn, amount_fen
            self._by_rrn[rrn] = made
            self.refunds.setdefault(key, []).append(Refund(made, amount_fen))
            sale.parked_fen = 0
            sale.adjustment_due = False
        else:
            sale.amount_fen = amount_fen

    def _pays(self, number: str, attempt: Attempt) -> None:
        """A payout is for an attempt; a refund is none of its sales."""
        if attempt.payout_no == number:
            return
        if attempt.what != REFUND:
            self._sales[attempt.payout_no] = self._sales.get(attempt.payout_no, 0) - 1
            self._sales[number] = self._sales.get(number, 0) + 1
        attempt.payout_no = number

    def _payout_logged(self, logged: Logged, at: Instant) -> None:
        if logged.word not in _WHAT_FOR:
            self._on_its_way(logged, at)
            return
        number = str(logged.details["payout_no"])
        if "date" in logged.details and number in self.payouts:
            self.payouts[number].date = str(logged.details["date"])
            self.payouts[number].rule = str(logged.details.get("why", ""))
            self.payouts[number].due_at = int(logged.details.get("due_us", 0))
        if logged.word == "payout-scheduled":
            sale = self._by_rrn.get(str(logged.details.get("rrn", "")))
            if sale is not None:
                self._pays(number, sale)
        elif logged.word == "instant-fee" and number in self.payouts:
            self.payouts[number].fee_fen = int(logged.details["amount_fen"])
        elif logged.word == "payout-carried" and number in self.payouts:
            carrier = str(logged.details["by"])
            self.payouts[number].carried_by = carrier
            if carrier in self.payouts:
                self.payouts[carrier].riders.append(number)

    def _kept_back(self, logged: Logged) -> None:
        """A sale that is held before it is paid has a payout of its own."""
        held = self._attempts.get(str(logged.details.get("key", "")))
        if logged.word == "payout-held" and held is not None:
            self._pays(str(logged.details["payout_no"]), held)


    def _copy_of(self, about: str, first: Attempt, rrn: str, at: Instant) -> Attempt:
        name = f"{first.key}/{rrn}"
        copy = self._attempts[name] = Attempt(name, first.what, first.tid, first.mid, at)
        self._purchase(about).copies.append(copy)
        return copy

    def _posted(self, role: str, posted: Posted) -> None:
        kind, _, name = posted.entry.partition("/")
        if role == "issuer" and kind in ("P10a", "P10c"):
            self._charged_back(posted, name.partition("/")[0], kind)
        if role == "issuer" and kind == "P8b":
            self._credited_back(posted.about, name.rpartition("/")[2])
        if role == "rail" and kind == "P3":
            for debit, credit, _ in posted.postings:
                acquirer = self.contracts.cash.get(credit) or self.contracts.cash.get(debit)
                if name.endswith("-out") and acquirer is not None:
                    self._settled.add(file_day(name.split("-")[0], acquirer))

    def _charged_back(self, posted: Posted, key: str, kind: str) -> None:
        """The card's bank has taken money back, or the cardholder pays after all."""
        attempt = self._attempts.get(key)
        before = attempt is not None and self._stands(attempt)
        self.cases.posted(key, kind, sum(amount_fen for _, _, amount_fen in posted.postings), self.now)
        if attempt is not None:
            self._purchase(posted.about).standing += self._stands(attempt) - before

    def given_back_fen(self, attempt: Attempt) -> int:
        """What the cardholder has of a payment again, by refunds and by a chargeback."""
        case = self.cases.of.get(attempt.key)
        refunded_fen = sum(refund.amount_fen for refund in self.refunds_of(attempt) if refund.credited)
        return refunded_fen + (0 if case is None else case.charged_fen)

    def _stands(self, attempt: Attempt) -> bool:
        """Whether a debit stands, or a part of it."""
        return attempt.issuer == "debited" and self.given_back_fen(attempt) < attempt.amount_fen

    def _refunds_with(self, key: str) -> list[Refund]:
        return [refund for refunds in self.refunds.values() for refund in refunds if refund.attempt.key == key]

    def _refunds_under(self, rrn: str) -> list[Refund]:
        return [refund for refunds in self.refunds.values() for refund in refunds if refund.attempt.rrn == rrn]

    def _credited_back(self, about: str, rrn: str) -> None:
        """The issuer has credited a refund; with the last of them its payment's debit stands no more."""
        purchase = self._purchase(about)
        before = sum(map(self._stands, purchase.charges))
        for refund in self._refunds_under(rrn):
            refund.credited = True
        purchase.standing += sum(map(self._stands, purchase.charges)) - before

    def _ordered(self, order: PayoutOrder) -> None:
        payout = self.payouts.get(order.payout_no)
        if payout is not None:
            payout.account_no = order.account_no

    def _file(self, file: ClearingFile, at: Instant, acquirer: Acquirer) -> None:
        if file.last:
            self._cleared.setdefault(file_day(file.business_date, acquirer), at)
        for entry in file.lines:
            attempt = self._by_rrn.get(entry.rrn)
            if attempt is not None:
                attempt.file_at = attempt.file_at or at
                attempt.line = entry
                attempt.file_date = file.business_date
                if not attempt.payout_no:  # one that is paid before it is cleared has its payout
                    self._pays(payout_no_of(entry.mid, file.business_date), attempt)


def account_of_payout(world: World, payout: Payout) -> str:
    """The account number that a payout was sent to, or before that is meant for; then where it was passed on to."""
    return payout.passed_on_to or payout.account_no or world.merchant(payout.mid).filed.account_no
