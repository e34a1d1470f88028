"""Days of lists that agree, for tests to disturb."""

import msgspec

from poslab.history.entries import Contracts, Credit, Entry, Lists, Paid, Rate
from poslab.money import share

MID = "999000054110001"
DATE = "20260105"
PAID_ON = "20260106"
TODAY = "20260107"
PAYOUT_NO = f"{MID}-{DATE}"
CONTRACTS: Contracts = {(MID, "debit"): Rate(5_000, 2_000), (MID, "credit"): Rate(6_000)}


def sale(number: int, amount_fen: int = 12_800, **changes: object) -> Entry:
    """The ledger's record of a debit sale under a STAN."""
    entry = Entry(
        where=f"ledger:{number}",
        mid=MID,
        tid="90000001",
        batch="000001",
        stan=f"{number:06d}",
        rrn=f"26{number:010d}",
        amount_fen=amount_fen,
        date=DATE,
        product="debit",
        fee_fen=share(amount_fen, 5_000, 2_000),
        payout_no=PAYOUT_NO,
    )
    return msgspec.structs.replace(entry, **changes)


def slip(entry: Entry, **changes: object) -> Entry:
    """The slip of a sale."""
    there = {"where": entry.where.replace("ledger", "slips"), "fee_fen": None, "payout_no": "", "product": ""}
    return msgspec.structs.replace(entry, **{**there, **changes})


def line(entry: Entry, **changes: object) -> Entry:
    """The clearing line of a sale: no batch, no STAN."""
    there = {"where": entry.where.replace("ledger", "file"), "tid": "", "batch": "", "stan": "", "payout_no": ""}
    return msgspec.structs.replace(entry, **{**there, **changes})


def paid(entries: tuple[Entry, ...], **changes: object) -> Paid:
    """The day's net payout."""
    made = Paid(
        where="ledger:payout",
        payout_no=PAYOUT_NO,
        mid=MID,
        amount_fen=sum(entry.net_fen for entry in entries),
        date=PAID_ON,
    )
    return msgspec.structs.replace(made, **changes)


def credited(payout: Paid, **changes: object) -> Credit:
    """Its arrival on the account."""
    came = Credit(where="bank:1", reference=payout.payout_no, amount_fen=payout.amount_fen, date=payout.date)
    return msgspec.structs.replace(came, **changes)


def day(*amounts: int) -> Lists:
    """A day on which everything agrees."""
    ledger = tuple(sale(number, amount) for number, amount in enumerate(amounts, start=17))
    payout = paid(ledger)
    return Lists(
        slips=tuple(slip(entry) for entry in ledger),
        ledger=ledger,
        file=tuple(line(entry) for entry in ledger),
        payouts=(payout,),
        statement=(credited(payout),),
    )
