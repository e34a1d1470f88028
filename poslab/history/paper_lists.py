"""Files from anywhere as lists to be matched: slips (W), settlement detail (X), clearing file (Y), statement (Z)."""

from collections.abc import Iterable

from msgspec.structs import replace

from poslab.history.entries import Credit, Entry, Lists, Paid
from poslab.history.settlement_detail import Unpaid, due_day
from poslab.messages.files.salvage import Booked, Cleared
from poslab.messages.files.settlement import (
    ADJUSTMENT,
    CHARGEBACK,
    CHARGEBACK_REVERSED,
    HELD,
    PAYOUT,
    REFUND,
    RETURNED,
    SALE,
    SettlementRow,
)
from poslab.messages.files.slips import REFUND as REFUND_SLIP
from poslab.messages.files.slips import SALE as SALE_SLIP
from poslab.messages.files.slips import SlipRow
from poslab.world.calendar import Calendar, day_of_word, day_word
from poslab.world.world import World


def slips_of(file: str, rows: Iterable[tuple[int, SlipRow]]) -> list[Entry]:
    """The slips of a file of that name."""
    return [
        Entry(
            where=place(file, line), mid=slip.mid, tid=slip.tid, batch=slip.batch, stan=slip.stan, rrn=slip.rrn,
            amount_fen=-slip.amount_fen if slip.type == REFUND_SLIP else slip.amount_fen,
            date=day_word(slip.day), order=slip.order, undoes=slip.original,
        )
        for line, slip in rows
    ]  # fmt: skip


def slips_on_paper(lists: Lists) -> list[SlipRow]:
    """The slips that stand, as a table tells of them; those that were voided or reversed are left out."""
    return [
        SlipRow(
            type=REFUND_SLIP if slip.amount_fen < 0 else SALE_SLIP, mid=slip.mid, tid=slip.tid, batch=slip.batch,
            stan=slip.stan, amount_fen=abs(slip.amount_fen), day=day_of_word(slip.date), rrn=slip.rrn, order=slip.order,
        )
        for slip in lists.slips or ()
        if not slip.undone
    ]  # fmt: skip


def ledger_of(file: str, rows: Iterable[tuple[int, SettlementRow]]) -> tuple[list[Entry], list[Entry], list[Paid]]:
    """Sales and refunds; what else is netted into payouts (chargebacks, adjustments, fees); payouts."""
    sales: list[Entry] = []
    others: list[Entry] = []
    paid: dict[str, list[Paid]] = {}
    returned: dict[str, int] = {}
    for line, row in rows:
        where = place(file, line)
        if row.kind == PAYOUT:
            payout = Paid(
                where=where, payout_no=row.payout_no, mid=row.mid, amount_fen=-row.net_fen, date=day_word(row.booked)
            )  # fmt: skip
            paid.setdefault(row.payout_no, []).append(payout)
        elif row.kind == RETURNED:
            returned[row.payout_no] = returned.get(row.payout_no, 0) + 1
        else:
            tid, batch, stan = _parts(row.key)
            gives_back = f"{tid}-{batch}-{stan}" if row.kind == ADJUSTMENT and row.gross_fen < 0 and stan else ""
            entry = Entry(
                where=where, mid=row.mid, tid=tid, batch=batch, stan=stan, rrn=row.rrn, amount_fen=row.gross_fen,
                date=day_word(row.created), product=row.product, fee_fen=None if row.kind == HELD else row.fee_fen,
                payout_no=row.payout_no, held=row.kind == HELD,
                undoes=gives_back, case=row.rrn if row.kind in (CHARGEBACK, CHARGEBACK_REVERSED) else "",
            )  # fmt: skip
            (sales if row.kind in (SALE, HELD, REFUND) or gives_back else others).append(entry)
    return (
        sales,
        others,
        [payout for number, made in paid.items() for payout in _standing(made, returned.get(number, 0))],
    )


def without_settled(ledger: Iterable[Entry]) -> list[Entry]:
    """Without what was held and is settled by now, or is told of as held once more."""
    found = list(ledger)
    settled = {name for entry in found if not entry.held for name in (entry.key, entry.rrn)}
    last = {entry.rrn or entry.key: entry for entry in found if entry.held}
    return [
        entry
        for entry in found
        if not entry.held or (last[entry.rrn or entry.key] is entry and not settled & {entry.key, entry.rrn} - {""})
    ]


def held_of(ledger: Iterable[Entry], calendar: Calendar, world: World | None) -> list[Unpaid]:
    """Sales of a detail that are held and were to be paid; by T+1, where nobody says by what contract."""
    found = []
    for entry in ledger:
        if entry.held:
            day = day_of_word(entry.date)
            row = SettlementRow(
                HELD, entry.mid, day, day, entry.amount_fen, 0, "", 0, entry.rrn, entry.key, product=entry.product
            )  # fmt: skip
            known = world is not None and any(merchant.mid == entry.mid for merchant in world.merchants)
            due = due_day(world, row) if world is not None and known else calendar.due_day(day)
            found.append(Unpaid(row, due, True))
    return found


def _standing(made: list[Paid], returned: int) -> list[Paid]:
    """Of several tries of a payout those that were not sent back; where all were, one that is open since the first."""
    if returned >= len(made):
        return [replace(made[-1], state="returned", date=made[0].date)]
    return made[returned:]


def file_of(file: str, lines: Iterable[tuple[int, Cleared]]) -> list[Entry]:
    """The lines of clearing files."""
    found = []
    for line, cleared in lines:
        claimed = cleared.line
        tid, batch, stan = _parts(claimed.key)
        found.append(
            Entry(
                where=place(file, line), mid=claimed.mid, tid=tid, batch=batch, stan=stan, rrn=claimed.rrn,
                amount_fen=claimed.amount_fen, date=cleared.business_date.replace("-", ""),
                case=claimed.rrn if claimed.disputed else "",
            )
        )  # fmt: skip
    return found


def statement_of(file: str, booked: Iterable[tuple[int, Booked]]) -> list[Credit]:
    """The entries of an account's statement."""
    return [
        Credit(
            where=place(file, line) if line else f"{file} {it.entry.bank_reference}".strip(),
            account_no=it.account_no, reference=it.entry.reference, amount_fen=it.entry.amount_fen,
            date=day_word(it.entry.booked),
        )
        for line, it in booked
    ]  # fmt: skip


def place(file: str, line: int) -> str:
    """``"slips.csv:12"``."""
    return f"{file}:{line}"


def _parts(key: str) -> tuple[str, str, str]:
    """TID, batch and STAN of a key as slips and reports write it; nothing where it is written otherwise."""
    key = key.partition("/")[0]
    tid, batch, stan = (*key.split("-"), "", "", "")[:3]
    return (tid, batch, stan) if key.count("-") == 2 else ("", "", "")
