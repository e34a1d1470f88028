"""What merchants and their tills have booked, an entry once: the fold over book M."""

from typing import Any, Final

from poslab.checks.beside import Beside
from poslab.checks.docket import Docket
from poslab.checks.findings import Reposted
from poslab.checks.tell import Tell
from poslab.history.line import Line
from poslab.party.contract import Posted
from poslab.party.time import DAY, Instant

RECEIVABLE: Final = "M.card_receivable"
SALES: Final = "M.sales"
BANK: Final = "M.bank"
FEES: Final = "M.fee_expense"


class OwnBooks:
    """The fold. What a till has booked of an attempt stands in the attempt's case, as long as there is one."""

    def __init__(self, tell: Tell, docket: Docket) -> None:
        self._tell = tell
        self._docket = docket
        self._beside = Beside()
        self._turn_at: Instant = 0

    def sees(self) -> dict[Any, Any]:
        """What the fold is fed with."""
        return {("terminal", Posted): self._at_till, ("merchant", Posted): self._by_merchant}

    def _at_till(self, posted: Posted, line: Line, given: Any) -> None:
        about, entry = posted.about, posted.entry
        key = entry.partition("/")[2].partition("/")[0]
        case = self._docket.open.get(about)
        if case is None or case.key != key:
            case = self._docket.find(about, key)
            if case is None:
                self._by_merchant(posted, line, given)
                return
        if entry in case.till_entries:
            self._tell(Reposted(about, entry), line, given)
        case.till_entries += (entry,)

    def _by_merchant(self, posted: Posted, line: Line, given: Any) -> None:
        if line.at >= self._turn_at:
            self._turn_at = line.at + DAY
            self._beside.turn()
        if posted.about and self._beside.add(posted.entry):
            self._tell(Reposted(posted.about, posted.entry), line, given)
