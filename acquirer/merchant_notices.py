"""What merchants are told of their money. Nobody answers such a notice, so it is sent once.

Who dies may have booked what he tells of and not have told it. So a host, or a platform that keeps wallets, remembers
what it told last and says that again when it is back: whoever is told twice knows a notice by its name. A word of what
is held has none; it moves nothing of hers, and she may read it twice.
"""

from msgspec import Struct

from poslab.messages.disputes import DisputeNotice
from poslab.messages.funding import AdjustmentNotice, HoldNotice, PayoutNotice
from poslab.party.contract import Address, Effect, Send
from poslab.party.time import Instant
from poslab.world.world import World

Notice = PayoutNotice | AdjustmentNotice | DisputeNotice | HoldNotice


class LastTold(Struct, frozen=True):
    """A snapshot: what was told at an instant, and to whom."""

    at: Instant = 0
    notices: tuple[tuple[Address, Notice], ...] = ()


class MerchantNotices:
    """``at`` is the time of the input that is being heard; whoever hears it says so."""

    def __init__(self, world: World) -> None:
        self._merchants = {merchant.mid: merchant.address for merchant in world.merchants}
        self.at: Instant = 0
        self.last = LastTold()

    def tell(self, mid: str, notice: Notice, out: list[Effect]) -> None:
        """Tell a merchant, by the number of a contract."""
        to = self._merchants[mid]
        before = self.last.notices if self.last.at == self.at else ()
        self.last = LastTold(self.at, (*before, (to, notice)))
        out.append(Send(to, notice))

    def restarted(self, out: list[Effect]) -> None:
        """Say again what may not have been said."""
        out.extend(Send(to, notice) for to, notice in self.last.notices)
