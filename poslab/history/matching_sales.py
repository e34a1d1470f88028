"""The first half of a matching: the records of one sale, brought together from all lists and held up to each other."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from poslab.history.breaks import (
    AMOUNT,
    DUPLICATE,
    FEE,
    FILE,
    FILE_WITHOUT_LEDGER,
    HOST_WITHOUT_SLIP,
    LEDGER,
    LEDGER_WITHOUT_FILE,
    SLIP_WITHOUT_HOST,
    SLIPS,
    STATUS,
    age_of,
)
from poslab.history.differences import CONTRACT, OWED, Difference, Side
from poslab.history.entries import Contracts, Entry, Lists, Unread
from poslab.money import share

_NAMELESS: Final = frozenset({"", "000000000000"})
"""RRNs that name nothing."""
_PRODUCTS: Final = ("debit", "credit")
_DAYS_TO_RECOVER: Final = 30
"""A chargeback is taken from later payouts, as they come; for so many days that is no difference."""

Records: TypeAlias = Mapping[str, Sequence[Entry]]


class Sale(Struct):
    """Everything that the lists have of one sale or refund: list → its records, voids apart."""

    records: dict[str, list[Entry]] = {}
    voids: dict[str, list[Entry]] = {}

    def first(self, name: str) -> Entry | None:
        """A list's record of it."""
        found = self.records.get(name)
        return found[0] if found else None

    def stands(self, name: str) -> bool:
        """Whether it is good by a list: there, and not taken back."""
        found = self.first(name)
        return found is not None and not found.undone and name not in self.voids

    @property
    def everything(self) -> list[Entry]:
        """All records, the ledger's first."""
        order = (LEDGER, SLIPS, FILE)
        kept = [entry for name in order for entry in self.records.get(name, ())]
        return kept + [entry for name in order for entry in self.voids.get(name, ())]

    @property
    def case(self) -> str:
        """Of a chargeback or a representment its case; it is no sale then."""
        return next((entry.case for entry in self.everything if entry.case), "")

    def names(self) -> tuple[str, str]:
        """Its key, or RRN, or place; and its RRN."""
        all_of = self.everything
        rrn = next((entry.rrn for entry in all_of if entry.rrn not in _NAMELESS), "")
        key = next((entry.key for entry in all_of if entry.key), "")
        return key or rrn or all_of[0].where, rrn

    def order(self) -> str:
        """The till's number of the purchase, from whichever list has it."""
        return next((entry.order for entry in self.everything if entry.order), "")


# --- bringing together


def sales_of(lists: Lists) -> list[Sale]:
    """The sales of all lists, in an order that does not depend on the records'."""
    named = [
        (name, entry)
        for name, entries in ((LEDGER, lists.ledger), (SLIPS, lists.slips or ()), (FILE, lists.file or ()))
        for entry in sorted(entries, key=_order)
    ]
    roots = _Roots()
    for place, (_, entry) in enumerate(named):
        for known_as in _known_as(entry):
            roots.join(place, known_as)
    loose = _Roots()
    for place, (_, entry) in enumerate(named):
        if entry.tid and entry.stan and not entry.case:
            loose.join(place, _without_batch(entry))
    sales: dict[int, Sale] = {}
    for place, (name, entry) in enumerate(named):
        root = roots.find(place)
        if not entry.key and not entry.case and entry.rrn in _NAMELESS and entry.tid and entry.stan:
            root = roots.find(loose.find(place))
        sale = sales.get(root)
        if sale is None:
            sale = sales[root] = Sale({}, {})
        (sale.voids if entry.undoes else sale.records).setdefault(name, []).append(entry)
    for sale in sales.values():
        for name, entries in sale.records.items():
            if len(entries) > 1:
                _set_off(sale, name, entries)
    return list(sales.values())


def _set_off(sale: Sale, name: str, entries: list[Entry]) -> None:
    """What gives a sale back under the sale's own name, as an adjustment does, is no second sale."""
    taken = [entry for entry in entries if entry.amount_fen >= 0]
    if taken and len(taken) < len(entries):
        sale.voids.setdefault(name, []).extend(entry for entry in entries if entry.amount_fen < 0)
        entries[:] = taken


def _order(entry: Entry) -> tuple[object, ...]:
    return (
        entry.date, entry.mid, entry.tid, entry.batch, entry.stan, entry.rrn, entry.amount_fen, entry.undoes,
        entry.undone, entry.fee_fen or 0, entry.payout_no, entry.order,
    )  # fmt: skip


def _known_as(entry: Entry) -> Iterator[str]:
    if entry.case:
        yield f"{'representment' if entry.amount_fen > 0 else 'chargeback'} {entry.case}"
        return
    if entry.undoes:
        yield f"key {entry.undoes}"
        return
    if entry.rrn not in _NAMELESS:
        yield f"rrn {entry.rrn}"
    if entry.key:
        yield f"key {entry.key}"


def _without_batch(entry: Entry) -> str:
    return f"{entry.mid} {entry.tid} {entry.stan} {entry.amount_fen} {entry.date}"


class _Roots:
    """Which records belong together: the first one of each lot stands for it."""

    def __init__(self) -> None:
        self._named: dict[str, int] = {}
        self._parents: dict[int, int] = {}

    def find(self, place: int) -> int:
        while (parent := self._parents.get(place, place)) != place:
            grand = self._parents.get(parent, parent)
            self._parents[place] = grand
            place = grand
        return place

    def join(self, place: int, known_as: str) -> None:
        first = self._named.setdefault(known_as, place)
        ours, theirs = self.find(place), self.find(first)
        self._parents[max(ours, theirs)] = min(ours, theirs)


# --- holding against each other


class SalesJudge:
    """Says of each sale how its records differ; ``today`` is the date by which it is judged."""

    def __init__(self, lists: Lists, today: str, contracts: Contracts) -> None:
        self._has_slips = lists.slips is not None
        self._has_file = lists.file is not None
        self._unread = lists.unread
        self._today = today
        self._contracts = contracts
        self._netted: dict[tuple[str, bool], int] = {}
        """Case → what a settlement detail has taken from payouts for it so far, or given back."""
        for entry in lists.others:
            if entry.case:
                known = (entry.case, entry.amount_fen > 0)
                self._netted[known] = self._netted.get(known, 0) + entry.amount_fen
        self._cases = frozenset(entry.case for entry in lists.file or () if entry.case)

    def differences(self, sale: Sale) -> Iterator[Difference]:
        """Every way in which the records of a sale differ, each once."""
        yield from self._doubled(sale)
        if sale.case:
            yield from self._disputed(sale)
            return
        at_host = self._missing(sale)
        if at_host is not None:
            yield at_host
        elif (other := _status(sale)) is not None or (other := _amounts(sale)) is not None:
            yield other
        fee = self._fee(sale)
        if fee is not None:
            yield fee

    def unread(self, sale: Sale, found: Difference) -> Difference:
        """The difference; where one of its sides cannot be read, that side says so."""
        names = {found.name, found.rrn, *(entry.key for entry in sale.everything)}
        names |= {entry.rrn for entry in sale.everything}
        return with_unread(found, names - {""}, self._unread)

    def waits(self, found: Difference) -> bool:
        """Whether a record that was found once may still turn up: the other list's day may be cut at another hour."""
        if found.why == STATUS and found.note and found.note in self._cases:
            ours_fen, theirs_fen = (abs(side.amount_fen or 0) for side in found.sides)
            return ours_fen < theirs_fen and age_of(found.since, self._today) <= _DAYS_TO_RECOVER
        one_sided = found.why in (SLIP_WITHOUT_HOST, LEDGER_WITHOUT_FILE, FILE_WITHOUT_LEDGER)
        return one_sided and found.since >= self._today

    def _doubled(self, sale: Sale) -> Iterator[Difference]:
        counts = {name: len(entries) for name, entries in sale.records.items()}
        most = max(counts.values(), default=0)
        if most < 2:
            return
        twice = next(name for name in (LEDGER, FILE, SLIPS) if counts.get(name) == most)
        entries = sale.records[twice]
        sides = (Side(OWED, entries[0].amount_fen), _side(twice, entries))
        yield _difference(sale, DUPLICATE, sides, entries[-1].date)

    def _disputed(self, sale: Sale) -> Iterator[Difference]:
        """A chargeback or representment is booked by the ledger and cleared by the file; there is no slip of it."""
        booked, line = sale.first(LEDGER), sale.first(FILE)
        if booked is not None and line is not None:
            if booked.amount_fen != line.amount_fen:
                sides = (_side(LEDGER, [booked]), _side(FILE, [line]))
                yield _difference(sale, AMOUNT, sides, line.date, sale.case)
        elif booked is not None and self._has_file:
            sides = (_side(LEDGER, [booked]), Side(FILE, None))
            yield _difference(sale, LEDGER_WITHOUT_FILE, sides, booked.date, sale.case)
        elif line is not None:
            taken_fen = self._netted.get((sale.case, line.amount_fen > 0), 0)
            if taken_fen != line.amount_fen:
                sides = (Side(LEDGER, taken_fen or None), _side(FILE, [line]))
                yield _difference(sale, STATUS, sides, line.date, sale.case)

    def _missing(self, sale: Sale) -> Difference | None:
        slip, booked, line = sale.first(SLIPS), sale.first(LEDGER), sale.first(FILE)
        if booked is None:
            if line is not None:
                sides = (Side(LEDGER, None), _side(FILE, [line]))
                return _difference(sale, FILE_WITHOUT_LEDGER, sides, line.date)
            if slip is not None and sale.stands(SLIPS):
                sides = (_side(SLIPS, [slip]), Side(LEDGER, None))
                return _difference(sale, SLIP_WITHOUT_HOST, sides, slip.date)
            return None
        if not sale.stands(LEDGER):
            return None
        if self._has_file and line is None:
            sides = (_side(LEDGER, [booked]), Side(FILE, None))
            return _difference(sale, LEDGER_WITHOUT_FILE, sides, booked.date)
        if self._has_slips and slip is None:
            sides = (Side(SLIPS, None), _side(LEDGER, [booked]))
            return _difference(sale, HOST_WITHOUT_SLIP, sides, booked.date)
        return None

    def _fee(self, sale: Sale) -> Difference | None:
        booked, line = sale.first(LEDGER), sale.first(FILE)
        charging = booked if booked is not None and booked.fee_fen is not None else line
        if charging is None or charging.fee_fen is None or not (sale.stands(LEDGER) or booked is None):
            return None
        name = LEDGER if charging is booked else FILE
        due_fen = self._due(charging)
        against = Side(CONTRACT, due_fen)
        if due_fen is None:
            if line is None or line.fee_fen is None or charging is line:
                return None
            due_fen, against = line.fee_fen, Side(FILE, line.fee_fen, line.where)
        if charging.fee_fen == due_fen:
            return None
        sides = (Side(name, charging.fee_fen, charging.where), against)
        return _difference(sale, FEE, sides, charging.date)

    def _due(self, entry: Entry) -> int | None:
        """What the contract charges; of several that could apply the one that was charged, else the first."""
        products = (entry.product,) if entry.product else _PRODUCTS
        rates = [rate for product in products if (rate := self._contracts.get((entry.mid, product))) is not None]
        if not rates:
            return None
        if entry.amount_fen < 0:
            return 0
        dues = [share(entry.amount_fen, rate.ppm, rate.cap_fen) for rate in rates]
        return entry.fee_fen if entry.fee_fen in dues else dues[0]


def with_unread(found: Difference, names: Collection[str], unread: Mapping[str, Unread]) -> Difference:
    """The difference, its missing sides marked where that list has something of it, or of nobody, that is illegible."""
    sides = []
    for side in found.sides:
        damage = unread.get(side.of)
        if damage is not None and side.amount_fen is None:
            where = next((damage.names[name] for name in sorted(names) if name in damage.names), damage.anything)
            side = replace(side, where=where, unread=bool(where))
        sides.append(side)
    return found if tuple(sides) == found.sides else replace(found, sides=(sides[0], sides[1]))


def _side(name: str, entries: Sequence[Entry]) -> Side:
    where = ", ".join(entry.where for entry in entries if entry.where)
    return Side(name, sum(entry.amount_fen for entry in entries), where)


def _difference(sale: Sale, why: str, sides: tuple[Side, Side], since: str, note: str = "") -> Difference:
    name, rrn = sale.names()
    mid = next((entry.mid for entry in sale.everything if entry.mid), "")
    return Difference(
        why=why, name=name, since=since, sides=sides, rrn=rrn, mid=mid, order=sale.order(), note=note
    )  # fmt: skip


def _status(sale: Sale) -> Difference | None:
    """Good by one list and taken back, or another merchant's, by the other."""
    booked = sale.first(LEDGER)
    if booked is None:
        return None
    for name in (SLIPS, FILE):
        other = sale.first(name)
        if other is None:
            continue
        stands = sale.stands(name)
        note = other.mid if other.mid and booked.mid and other.mid != booked.mid and stands else ""
        if stands != sale.stands(LEDGER) or note:
            ours, theirs = _worth(sale, LEDGER, booked), _worth(sale, name, other)
            return _difference(sale, STATUS, (ours, theirs), booked.date, note)
    return None


def _worth(sale: Sale, name: str, entry: Entry) -> Side:
    return Side(name, entry.amount_fen if sale.stands(name) else 0, entry.where)


def _amounts(sale: Sale) -> Difference | None:
    found = [(name, entry) for name in (SLIPS, LEDGER, FILE) if (entry := sale.first(name)) is not None]
    for (name, entry), (other_name, other) in pairwise(found):
        if entry.amount_fen != other.amount_fen:
            return _difference(sale, AMOUNT, (_side(name, [entry]), _side(other_name, [other])), other.date)
    return None


# --- one purchase, two sales


def paid_again(sales: Iterable[Sale]) -> dict[int, Difference]:
    """Sales that stand beside an earlier one of the same purchase, by their place among ``sales``."""
    by_order: dict[str, list[tuple[int, Sale]]] = {}
    for place, sale in enumerate(sales):
        booked = sale.first(LEDGER)
        if (
            booked is not None
            and booked.amount_fen > 0
            and not booked.case
            and sale.stands(LEDGER)
            and (order := sale.order())
        ):
            by_order.setdefault(order, []).append((place, sale))
    found: dict[int, Difference] = {}
    for several in by_order.values():
        first = several[0][1].records[LEDGER][0]
        for place, sale in several[1:]:
            extra = sale.records[LEDGER][0]
            if len(sale.records[LEDGER]) > 1:
                continue  # a duplicate already
            twice = Side(LEDGER, first.amount_fen + extra.amount_fen, extra.where)
            found[place] = _difference(sale, DUPLICATE, (Side(OWED, first.amount_fen), twice), extra.date)
    return found
