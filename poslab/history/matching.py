"""Matching of lists 对账: what is in one and not in another, or differs; each difference is found once and named.

Three-way (slips, ledger, statement) or four-way (with the clearing file), by whichever lists are handed in. Records are
of the same sale where they share the RRN, or else TID, batch and STAN; where a list has neither, MID, TID, STAN, amount
and date. In this order: count and sum of each batch, sales line by line, fees, the sum of each payout, its credit. The
order of the records in a list does not matter.

A record that was found only once waits for a day, since the other list's day may be cut at another hour.
"""

from poslab.history.breaks import FILE, LEDGER, SLIPS, STATEMENT
from poslab.history.differences import BROKEN, MATCHED, WAITING, BatchTotals, Difference, Matched, Tally, in_order
from poslab.history.entries import Contracts, Lists
from poslab.history.matching_funds import FundsMatch
from poslab.history.matching_sales import Sale, SalesJudge, paid_again, sales_of


def match(lists: Lists, today: str, contracts: Contracts | None = None) -> Matched:
    """Match the lists as they stand on a date. Fees are checked against ``contracts``, else between the lists."""
    sales = sales_of(lists)
    judge = SalesJudge(lists, today, contracts or {})
    again = paid_again(sales)
    handed_in = ((SLIPS, lists.slips), (LEDGER, lists.ledger), (FILE, lists.file), (STATEMENT, lists.statement))
    tallies = {name: Tally() for name, records in handed_in if records is not None}
    breaks: list[Difference] = []
    waiting: list[Difference] = []
    unjudged: list[Difference] = []
    for place, sale in enumerate(sales):
        told = [judge.unread(sale, it) for it in judge.differences(sale)]
        found = [it for it in told if it.judged]
        unjudged += [it for it in told if not it.judged]
        if place in again:
            found.append(again[place])
        broken = [it for it in found if not judge.waits(it)]
        breaks += broken
        waiting += [it for it in found if judge.waits(it)]
        word = BROKEN if broken else WAITING if told else MATCHED
        for name, entries in sale.records.items():
            for entry in entries:
                if not entry.undone:  # what a list has taken back is no record of a sale any more
                    tallies[name].count(entry.amount_fen, word)
        for name, entries in sale.voids.items():
            for entry in entries:
                tallies[name].count(-abs(entry.amount_fen), word)
    for entry in lists.others:
        tallies[LEDGER].count(entry.amount_fen, "other")
    funds = FundsMatch(lists, today)
    if lists.statement is not None:
        tallies[STATEMENT] = funds.tally
    return Matched(
        today,
        tallies,
        () if lists.slips is None else _batches(sales),
        in_order(breaks + funds.breaks),
        in_order(waiting + funds.waiting),
        in_order(unjudged + funds.unjudged),
    )


def _batches(sales: list[Sale]) -> tuple[BatchTotals, ...]:
    """Count and sum of what stands, by terminal and batch."""
    totals: dict[str, list[int]] = {}
    for sale in sales:
        if sale.case:
            continue
        key, _ = sale.names()
        batch = key.rpartition("-")[0]
        if not batch:
            continue
        total = totals.setdefault(batch, [0, 0, 0, 0])
        for at, name in ((0, SLIPS), (2, LEDGER)):
            if sale.stands(name):
                entries = sale.records[name]
                total[at] += len(entries)
                total[at + 1] += sum(entry.amount_fen for entry in entries)
    return tuple(BatchTotals(batch, *total) for batch, total in sorted(totals.items()))
