"""An intermediary without a licence 二清: shops' terminals sell under its number, and it is paid in their place.

What becomes of the money is up to it: it keeps it, or pays its shop late. Only its bank's word that it was paid sets it
going; a line that comes again is no second payment.
"""

from typing import ClassVar

import msgspec
from msgspec import Struct

from poslab.messages.funding import AccountTransfer, StatementLine
from poslab.party.contract import Effect, Input, Remind, Reminder, Send
from poslab.party.facts import Restarted
from poslab.party.time import Instant
from poslab.world.world import Merchant as MerchantOnFile
from poslab.world.world import World
from scenarios.people.merchant import HeldBook, Merchant

LATE = "late"


class PassOnDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """It can no longer put its shop off."""

    kind: ClassVar[str] = "pass-on-due"

    reference: str


class HeldMoney(Struct):
    """A snapshot."""

    book: HeldBook
    pending: list[tuple[str, int]]
    passed_on: list[str]


class Intermediary(Merchant):
    """Whoever is paid in another one's place. ``pending`` is what it means to pass on, by reference, in fen.

    It passes it on under the payout's own reference: ``passed_on`` are those that it is done with.
    """

    def __init__(self, world: World, myself: MerchantOnFile) -> None:
        super().__init__("" if world.platform is None else world.platform.address, (myself.mid,))
        self._me = myself
        shops = [t.shop for t in world.terminals if t.mid == myself.mid and t.shop]
        self._shop = world.merchant(shops[0]).account_no if shops and myself.intermediary == LATE else ""
        self.pending: dict[str, int] = {}
        self.passed_on: dict[str, None] = {}

    def handle(self, given: Input, at: Instant) -> list[Effect] | None:
        """Be paid, and perhaps pay."""
        if type(given) is StatementLine:
            return self._paid(given)
        if type(given) is PassOnDue:
            return self._pass_on(given)
        if type(given) is Restarted:
            return [self._later(reference) for reference in sorted(self.pending)]
        return super().handle(given, at)

    def awaits(self, of: Reminder) -> bool:
        """Whether it still has that money."""
        return isinstance(of, PassOnDue) and of.reference in self.pending

    def snapshot(self) -> bytes:
        """What it means to pass on, and what it has booked."""
        return msgspec.msgpack.encode(HeldMoney(self._held(), sorted(self.pending.items()), list(self.passed_on)))

    def restore(self, kept: bytes) -> None:
        """Take the state of a snapshot."""
        held = msgspec.msgpack.decode(kept, type=HeldMoney)
        self._take(held.book)
        self.pending = dict(held.pending)
        self.passed_on = dict.fromkeys(held.passed_on)

    def _paid(self, line: StatementLine) -> list[Effect]:
        if line.amount_fen < 0 and line.reference in self.passed_on:
            return []  # its own transfer
        booked = self._banked(line)
        if line.amount_fen <= 0 or not self._shop or line.reference in self.pending:
            return booked
        self.pending[line.reference] = line.amount_fen
        return [*booked, self._later(line.reference)]

    def _pass_on(self, of: PassOnDue) -> list[Effect] | None:
        amount_fen = self.pending.pop(of.reference, None)
        if amount_fen is None:
            return None
        self.passed_on[of.reference] = None
        return [Send(self._me.bank, AccountTransfer("", of.reference, self._me.account_no, self._shop, amount_fen))]

    def _later(self, reference: str) -> Remind:
        return Remind(self._me.passes_on_us, PassOnDue("", reference))
