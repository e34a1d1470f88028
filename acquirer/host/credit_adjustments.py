"""贷记调整: what is cleared is given back by an adjustment line in the next file, unless a clerk stops it before.

Until then the sale's net amount is parked (P13a) where its payout still waits, or stays held where it was held before.
With the line the acquirer owes the whole amount to the network, the merchant's fee given back with it (P13b), and the
merchant is told; what was paid out already is taken from the merchant's later payouts.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from acquirer.host.holds import ADJUSTMENT, HoldDesk
from acquirer.host.payout import PayoutDesk
from acquirer.merchant_notices import MerchantNotices
from poslab.ledger.book import Book
from poslab.messages.funding import AdjustmentNotice, ClearingLine, LedgerLine, kept_line_no
from poslab.party.contract import Effect, Kept, Logged, Posted
from poslab.party.time import Instant

_PARKED: Final = "A.long_suspense"
_RECEIVABLE: Final = "A.scheme_receivable"
_NETTED: Final = "adjustment-netted"
"""Logged when a payout is lessened by an adjustment."""

_BY_HOST: Final = "host-reversal"
"""What a notice names a clerk's reversal by; an adjustment has the RRN of its line there."""

SLIPLESS_REMEMBERED: Final = 1_000
"""So many sales are known of which the merchant has no slip."""
TAKEN_BACK_REMEMBERED: Final = 1_000
"""So many wait for their batch to say whether she has one."""


class Adjustment(Struct, frozen=True):
    """A cleared sale that is to be given back. Amounts in fen."""

    about: str
    key: str
    """The sale's."""
    rrn: str
    """The sale's."""
    mid: str
    amount_fen: int
    fee_fen: int
    payout_no: str = ""
    """The payout in which its net amount is kept back; empty where that is paid already."""
    held: bool = False
    """It was held when it was to be given back, and is taken from that."""

    @property
    def net_fen(self) -> int:
        """What it left the merchant."""
        return self.amount_fen - self.fee_fen

    @property
    def told_fen(self) -> int:
        """The fee that a notice says comes back: of what was parked no payout has told her."""
        return 0 if self.payout_no else self.fee_fen


class AdjustmentDesk:
    """Adjustments that wait for the next file, by the reference of their own line; posted in the book ``A``."""

    def __init__(self, book: Book, payouts: PayoutDesk, holds: HoldDesk, notices: MerchantNotices) -> None:
        self._book = book
        self._notices = notices
        self._payouts = payouts
        self._holds = holds
        self.tell_ledger: Callable[[LedgerLine, list[Effect]], None] = _nobody
        """Tells a platform that keeps wallets what is kept back, and let go again."""
        self.slipless: dict[str, None] = {}
        """Sales that their till has taken back, or does not have in its batch; the latest last."""
        self.taken_back: dict[str, tuple[str, AdjustmentNotice]] = {}
        """Sales that a clerk took back before their clearing, each with its contract and what is to be told of it.

        They stand here until their till's batch says whether it has a slip.
        """
        self.due: dict[str, Adjustment] = {}
        self.made: list[Adjustment] = []
        """Those made just now, for their orders' sake; whoever tells of them empties the list."""

    def park(self, wanted: Adjustment, rrn: str, date: str, at: Instant, out: list[Effect]) -> None:
        """Let a sale of a business date be given back, and keep what it left the merchant from being paid (P13a)."""
        hold = self._holds.of(wanted.rrn)
        if hold is None:
            payout_no = self._payouts.hold(wanted.mid, date, wanted.net_fen, at, out, wanted.rrn, wanted.fee_fen)
        else:
            payout_no = hold.payout_no
            self._holds.place(hold.found, ADJUSTMENT, wanted.key, at, out)
        kept = replace(wanted, payout_no=payout_no, held=hold is not None)
        self.due[rrn] = kept
        out.append(Kept(kept.about, "error-case"))
        if payout_no and not kept.held:
            available = f"A.merchant_payable.{kept.mid}.available"
            self._post(kept.about, f"P13a/{kept.key}/{rrn}", ((available, _PARKED, kept.net_fen),), out)
            self._tell_ledger(kept, rrn, "held", -kept.net_fen, -kept.fee_fen, out)
        details: dict[str, str | int] = {"key": kept.key, "payout_no": payout_no, "amount_fen": kept.net_fen}
        out.append(Logged(kept.about, "adjustment-due", details))

    def has_no_slip(self, key: str) -> None:
        """Its merchant has no slip of a sale: it stands in no book of hers."""
        self.slipless.pop(key, None)
        self.slipless[key] = None
        if len(self.slipless) > SLIPLESS_REMEMBERED:
            del self.slipless[next(iter(self.slipless))]

    def take_back(self, name: str, about: str, mid: str, amount_fen: int) -> None:
        """A clerk takes a sale back that is in no file: a merchant who has its slip is to be told, and no other."""
        if name in self.slipless:
            return
        ref = f"{name}/{_BY_HOST}"
        self.taken_back[name] = mid, AdjustmentNotice(about, "given-back", ref, amount_fen)
        if len(self.taken_back) > TAKEN_BACK_REMEMBERED:
            del self.taken_back[next(iter(self.taken_back))]

    def has_slip(self, name: str, out: list[Effect]) -> None:
        """Its till has the slip of a sale: if a clerk took it back, its merchant is told now."""
        if name in self.taken_back:
            mid, notice = self.taken_back.pop(name)
            self._notices.tell(mid, notice, out)

    def have_no_slip(self, batch: str) -> None:
        """What is left of a till's batch, TID and number, has no slip there."""
        for name in [name for name in self.taken_back if name.startswith(f"{batch}-")]:
            del self.taken_back[name]

    def is_due(self, key: str) -> bool:
        """Whether a sale waits to be given back."""
        return any(adjustment.key == key for adjustment in self.due.values())

    def fee_back_fen(self, rrn: str) -> tuple[int, int]:
        """The fee that goes back with the line of this reference, and what its notice says of it, in fen.

        Nothing where it is the line of no adjustment.
        """
        due = self.due.get(rrn)
        return (0, 0) if due is None else (due.fee_fen, due.told_fen)

    def of(self, about: str) -> list[str]:
        """The references of a purchase's adjustments that are not made yet."""
        return [rrn for rrn, adjustment in self.due.items() if adjustment.about == about]

    def of_sale(self, sale_rrn: str) -> str:
        """The reference of a sale's adjustment that is not made yet; empty if there is none."""
        return next((rrn for rrn, adjustment in self.due.items() if adjustment.rrn == sale_rrn), "")

    def stop(self, rrn: str, at: Instant, out: list[Effect]) -> Adjustment:
        """A clerk or an authority stops it: what was parked is the merchant's again, and is paid with the next run."""
        stopped = self.due.pop(rrn)
        out.append(Kept(stopped.about, "error-case"))
        if stopped.held:
            self._holds.lift(stopped.rrn, ADJUSTMENT, at, out)
        elif stopped.payout_no:
            available = f"A.merchant_payable.{stopped.mid}.available"
            self._post(stopped.about, f"P13a-mirror/{stopped.key}/{rrn}", ((_PARKED, available, stopped.net_fen),), out)
            self._payouts.let_go(stopped.payout_no, at, out)
            self._tell_ledger(stopped, rrn, "stopped", stopped.net_fen, stopped.fee_fen, out)
        out.append(Logged(stopped.about, "adjustment-stopped", {"key": stopped.key}))
        return stopped

    def cleared(self, line: ClearingLine, at: Instant, out: list[Effect]) -> Adjustment | None:
        """A line that gives something back is in the file: if it is an adjustment, it is booked now (P13b)."""
        made = self.due.pop(line.rrn, None)
        if made is None:
            return None
        ref, payable = f"{made.key}/{line.rrn}", f"A.merchant_payable.{made.mid}"
        held, source = f"{payable}.held", _PARKED if made.payout_no else f"{payable}.held"
        kept_fen = made.net_fen if made.payout_no else 0
        if made.held:
            kept_fen = min(made.net_fen, self._holds.held_fen(made.rrn))
            if made.payout_no:
                self._post(made.about, f"P13a/{ref}", ((held, _PARKED, kept_fen),), out)
        rest_fen = made.net_fen - kept_fen
        parts = ((source, kept_fen), (f"{payable}.available", rest_fen), ("A.fee_income", made.fee_fen))
        self._post(made.about, f"P13b/{ref}", tuple((debit, _RECEIVABLE, fen) for debit, fen in parts if fen), out)
        if made.held:
            self._holds.use(made.rrn, kept_fen, at, out, gives_fee_back=bool(made.payout_no))
        elif made.payout_no:
            self._payouts.use(made.payout_no, kept_fen, at, out, gives_fee_back=True)
            self._tell_ledger(made, line.rrn, "made", kept_fen, made.fee_fen, out)
        if rest_fen:
            self._payouts.owes_refund(made.mid, ref, made.about, rest_fen, _NETTED)
        details: dict[str, str | int] = {"key": made.key, "rrn": line.rrn, "amount_fen": made.amount_fen}
        out.append(Logged(made.about, "credit-adjusted", details))
        has_slip = made.key not in self.slipless
        notice = AdjustmentNotice(made.about, "given-back", ref, made.amount_fen, made.told_fen, has_slip)
        self._notices.tell(made.mid, notice, out)
        self.made.append(made)
        return made

    def _tell_ledger(
        self, kept: Adjustment, rrn: str, step: str, net_fen: int, fee_fen: int, out: list[Effect]
    ) -> None:
        line_no = kept_line_no(kept.rrn, rrn, step)
        self.tell_ledger(LedgerLine(kept.about, kept.key, line_no, kept.mid, net_fen, fee_fen), out)

    def _post(
        self, about: str, entry: str, postings: tuple[tuple[str, str, int], ...], out: list[Effect]
    ) -> None:
        if postings and self._book.post(entry, postings):
            out.append(Posted(about, entry, postings))


def _nobody(line: LedgerLine, out: list[Effect]) -> None:
    return
