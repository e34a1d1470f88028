"""The host's reconciliation desk: every morning, before it pays, it looks for what the day before left open.

What a batch leaves open is found at its closing (``batches``), what a clearing file lacks on the next morning. Here it
is the payouts: one that was ordered and whose end nobody told by the next working day's run is a break 差异, *payout
without credit*. It is named once, and once more when it is cleared; nothing else is done about it, and above all
nothing is paid again.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from acquirer.host.payout_records import CREDITED, Payout
from poslab.messages.funding import payout_try_of
from poslab.party.contract import Effect, Kept, Logged

PAYOUT_WITHOUT_CREDIT: Final = "payout-without-credit"


class ReconciliationDesk:
    """Remembers the breaks that it has named and that are open."""

    def __init__(self) -> None:
        self.open: dict[str, str] = {}
        """Payout and try → the payout's number."""

    def look(self, under_way: Iterable[Payout], payouts: Mapping[str, Payout], out: list[Effect]) -> None:
        """Name payouts that are still under way since an earlier run, and those that no longer are."""
        found = {payout_try_of(it.payout_no, it.try_no): it for it in under_way}
        for of, payout_no in list(self.open.items()):
            if of not in found:
                del self.open[of]
                payout = payouts.get(payout_no)
                state = CREDITED if payout is None else payout.state  # a credited one has left memory
                details: dict[str, str | int] = {"why": PAYOUT_WITHOUT_CREDIT, "payout_no": payout_no, "state": state}
                out.append(Logged("", "payout-break-cleared", details))
        for of, payout in found.items():
            if of in self.open:
                continue
            self.open[of] = payout.payout_no
            out.append(Kept("", "break"))
            details = {
                "why": PAYOUT_WITHOUT_CREDIT,
                "payout_no": payout.payout_no,
                "try_no": payout.try_no,
                "state": payout.state,
                "amount_fen": payout.pays_fen,
            }
            out.append(Logged("", "payout-break", details))
