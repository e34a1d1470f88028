"""The second half of a matching: what a payout's sales add up to, what it paid, and what the account received."""

from collections.abc import Sequence

from poslab.history.breaks import (
    AMOUNT,
    CREDIT_WITHOUT_PAYOUT,
    DUPLICATE,
    LEDGER,
    PAYOUT_WITHOUT_CREDIT,
    STATEMENT,
    age_of,
)
from poslab.history.differences import (
    BROKEN,
    MATCHED,
    OWED,
    PAYOUT,
    WAITING,
    Difference,
    Side,
    Tally,
)
from poslab.history.entries import Credit, Entry, Lists, Paid, Unread
from poslab.history.matching_sales import with_unread

_DAYS_TO_ARRIVE = 5
"""A credit without a reference is a payout's of the same amount if it came so many days after it, at most."""


class FundsMatch:
    """The payouts of a ledger held against their sales, and against an account's statement if there is one."""

    def __init__(self, lists: Lists, today: str) -> None:
        self.tally = Tally()
        self.breaks: list[Difference] = []
        self.waiting: list[Difference] = []
        self.unjudged: list[Difference] = []
        self._unread = lists.unread
        self._today = today
        payouts = sorted(lists.payouts, key=lambda paid: (paid.date, paid.payout_no, paid.amount_fen))
        self._add_up(payouts, (*lists.ledger, *lists.others))
        if lists.statement is not None:
            self._match_statement(payouts, lists.statement)

    def _add_up(self, payouts: Sequence[Paid], ledger: Sequence[Entry]) -> None:
        """A payout pays what its sales leave, less refunds."""
        net_fen: dict[str, int] = {}
        for entry in ledger:
            if entry.payout_no and not entry.undone:
                net_fen[entry.payout_no] = net_fen.get(entry.payout_no, 0) + entry.net_fen
        for paid in payouts:
            due_fen = net_fen.get(paid.payout_no)
            if due_fen is not None and due_fen != paid.amount_fen:
                damage = self._unread.get(LEDGER, Unread())
                unread_at = damage.names.get(paid.payout_no, damage.anything)
                ours = Side(LEDGER, due_fen, unread_at, bool(unread_at))
                found = _of_payout(AMOUNT, paid, (ours, Side(PAYOUT, paid.amount_fen, paid.where)))
                (self.breaks if found.judged else self.unjudged).append(found)

    def _match_statement(self, payouts: Sequence[Paid], statement: Sequence[Credit]) -> None:
        rest = sorted(statement, key=lambda it: (it.date, it.amount_fen, it.reference, it.account_no))
        known: dict[str, Paid] = {}
        for paid in payouts:
            if paid.payout_no in known:
                sides = (Side(OWED, paid.amount_fen), Side(LEDGER, 2 * paid.amount_fen, paid.where))
                self.breaks.append(_of_payout(DUPLICATE, paid, sides))
            else:
                known[paid.payout_no] = paid
        arrived: dict[str, list[Credit]] = {payout_no: [] for payout_no in known}
        lengths = sorted({len(payout_no) for payout_no in known if payout_no}, reverse=True)
        strangers: list[Credit] = []
        of_payouts: dict[str, list[Credit]] = {}
        for credit in rest:
            named = _named_in(credit.reference, known, lengths)
            if named:
                of_payouts.setdefault(named, []).append(credit)
            else:
                strangers.append(credit)
        for payout_no, named_so in of_payouts.items():
            arrived[payout_no], others = self._by_account(known[payout_no], named_so)
            strangers += others
        strangers = self._without_round_trips(strangers)
        self._by_amount(known, arrived, strangers)
        for payout_no, paid in known.items():
            self._judge(paid, arrived[payout_no])
        for credit in strangers:
            self._stranger(credit)

    def _by_account(self, paid: Paid, lines: Sequence[Credit]) -> tuple[list[Credit], list[Credit]]:
        """Of the lines that name a payout those that are its credit, and those that are not.

        It is credited on one account. What is passed on from there under the same reference left it, and is no return.
        """
        own = [credit for credit in lines if _is_for(paid, credit)]
        others = [credit for credit in lines if not _is_for(paid, credit)]
        for left in [credit for credit in own if credit.amount_fen < 0]:
            came = next((it for it in others if it.amount_fen == -left.amount_fen and it.date >= left.date), None)
            if came is not None:  # passed on to somebody else, who has it
                own.remove(left)
                others.remove(came)
                self.tally.count(left.amount_fen, MATCHED)
                self.tally.count(came.amount_fen, MATCHED)
        nets_fen: dict[str, int] = {}
        for credit in own:
            nets_fen[credit.account_no] = nets_fen.get(credit.account_no, 0) + credit.amount_fen
        if paid.amount_fen and paid.amount_fen in nets_fen.values():
            for credit in [credit for credit in own if nets_fen[credit.account_no] == 0]:
                own.remove(credit)
                self.tally.count(credit.amount_fen, "other")
        return own, others

    def _without_round_trips(self, lines: Sequence[Credit]) -> list[Credit]:
        """What came to an account and left it again under the same reference is nobody's any more."""
        left = list(lines)
        for gone in [credit for credit in lines if credit.amount_fen < 0 and credit.reference]:
            named = (gone.account_no, gone.reference, -gone.amount_fen)
            came = next((it for it in left if (it.account_no, it.reference, it.amount_fen) == named), None)
            if came is not None and came.date <= gone.date:
                left.remove(came)
                left.remove(gone)
                self.tally.count(came.amount_fen, "other")
                self.tally.count(gone.amount_fen, "other")
        return left

    def _by_amount(self, known: dict[str, Paid], arrived: dict[str, list[Credit]], strangers: list[Credit]) -> None:
        """Banks that pass no reference on: the only payout of an amount and the only credit of it belong together."""
        lacking: dict[int, list[Paid]] = {}
        for payout_no, paid in known.items():
            if not arrived[payout_no]:
                lacking.setdefault(paid.amount_fen, []).append(paid)
        nameless: dict[int, list[Credit]] = {}
        for credit in strangers:
            nameless.setdefault(credit.amount_fen, []).append(credit)
        for amount_fen, payouts in lacking.items():
            found = nameless.get(amount_fen, [])
            if len(payouts) == 1 and len(found) == 1:
                paid, credit = payouts[0], found[0]
                in_time = paid.date <= credit.date and age_of(paid.date, credit.date) <= _DAYS_TO_ARRIVE
                if in_time and _is_for(paid, credit):
                    arrived[paid.payout_no].append(credit)
                    strangers.remove(credit)

    def _judge(self, paid: Paid, came: list[Credit]) -> None:
        came_fen = sum(credit.amount_fen for credit in came)
        word = MATCHED
        if came_fen != paid.amount_fen:
            where = ", ".join(credit.where for credit in came if credit.where)
            there = Side(STATEMENT, came_fen if came else None, where)
            sides = (Side(LEDGER, paid.amount_fen, paid.where), there)
            if came_fen == 0:
                found = _of_payout(PAYOUT_WITHOUT_CREDIT, paid, sides)
            elif paid.amount_fen and came_fen % paid.amount_fen == 0 and came_fen > paid.amount_fen > 0:
                found = _of_payout(DUPLICATE, paid, (Side(OWED, paid.amount_fen), there), came[-1].date)
            else:
                found = _of_payout(AMOUNT, paid, sides)
            found = with_unread(found, (paid.payout_no,), self._unread)
            waits = found.why == PAYOUT_WITHOUT_CREDIT and paid.date >= self._today
            word = self._put(found, waits)
        for credit in came:
            self.tally.count(credit.amount_fen, word)

    def _stranger(self, credit: Credit) -> None:
        """Money that no payout explains. What left the account is the account holder's affair."""
        if credit.amount_fen <= 0:
            self.tally.count(credit.amount_fen, "other")
            return
        waits = credit.date >= self._today
        found = Difference(
            why=CREDIT_WITHOUT_PAYOUT,
            name=credit.reference or credit.where,
            since=credit.date,
            sides=(Side(LEDGER, None), Side(STATEMENT, credit.amount_fen, credit.where)),
        )
        names = (credit.reference, *self._named_unread(credit.reference))
        self.tally.count(credit.amount_fen, self._put(with_unread(found, names, self._unread), waits))

    def _named_unread(self, reference: str) -> list[str]:
        """Payouts of the ledger that cannot be read, and that a reference names."""
        return [name for name in self._unread.get(LEDGER, Unread()).names if name in reference]

    def _put(self, found: Difference, waits: bool) -> str:
        """File a difference, and say what its records are then."""
        if not found.judged:
            self.unjudged.append(found)
            return WAITING
        (self.waiting if waits else self.breaks).append(found)
        return WAITING if waits else BROKEN


def _named_in(reference: str, known: dict[str, Paid], lengths: Sequence[int]) -> str:
    """The payout whose number stands in a reference, the longest one first; ``lengths`` are theirs, longest first."""
    if reference in known:
        return reference
    for length in lengths:
        for start in range(len(reference) - length + 1):
            part = reference[start : start + length]
            if part in known:
                return part
    return ""


def _is_for(paid: Paid, credit: Credit) -> bool:
    """Whether a credit is on the account of whoever should receive the payout, as far as that is known."""
    return not paid.holder or not credit.holder or paid.holder == credit.holder


def _of_payout(why: str, paid: Paid, sides: tuple[Side, Side], since: str = "") -> Difference:
    return Difference(
        why=why, name=paid.payout_no, since=since or paid.date, sides=sides, mid=paid.mid, note=paid.state
    )  # fmt: skip
