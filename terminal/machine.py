"""The card terminal as a party."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.msgpack import Decoder, Encoder

from poslab.messages.people import SettleKeyed, Slip
from poslab.party.contract import Effect, Input
from poslab.party.time import HOUR, Duration, Instant
from poslab.world.world import Terminal as Parameters
from terminal.device import PRINTING, WAITING, Device
from terminal.errands import AnswerOverdue, Errand, PollDue, RetryDue, SettleDue, SlipPrinted
from terminal.flash import Contents
from terminal.session import REMINDERS, SESSION

_REMINDERS = frozenset(REMINDERS)
_step = SESSION.step


class _Whole(Struct, array_like=True):
    session: str
    errand: Errand | None
    key: str
    wish: Errand | None
    background: bool
    resigned: bool
    slip: Slip | None
    announce: bool
    armed: bool
    retry_due: bool
    step: int
    paper: str
    store: str
    settle: SettleKeyed
    settle_due: bool
    settle_step: int
    flash: Contents
    chip: str = ""
    polls: dict[str, tuple[int, int]] = {}


_encode = Encoder().encode
_decode = Decoder(_Whole).decode


class Terminal:
    """A terminal with the parameters of its world: one transaction at a time, reversals before everything else.

    A sale is finished when its slip is out, when it was declined, or when its reversal or its query has decided;
    from then on it stands in a log of the last ``log_capacity`` sales and voids, the oldest dropped. ``device`` is
    for tests and tables; whoever drives the terminal uses ``handle``, ``awaits``, ``snapshot`` and ``restore``.
    """

    __slots__ = ("device",)

    def __init__(self, parameters: Parameters, cut_off: Duration = 23 * HOUR) -> None:
        self.device = Device(parameters, cut_off)

    def handle(self, given: Input, at: Instant) -> Sequence[Effect] | None:
        """Answer an input; ``None`` for a reminder that is no longer awaited."""
        if type(given) in _REMINDERS and not self.awaits(given):
            return None
        device = self.device
        out: list[Effect] = []
        device.session = _step(device, device.session, given, at, out)
        return out

    def awaits(self, of: Input) -> bool:
        """Whether the answer, print, poll or background round that a reminder is about is still waited for."""
        device = self.device
        if type(of) is AnswerOverdue:
            return device.session == WAITING and of.number == device.flash.number
        if type(of) is SlipPrinted:
            return device.session == PRINTING and of.number == device.flash.number
        if type(of) is PollDue:
            return device.polls.get(of.key, (0, 0))[0] == of.number
        if type(of) is SettleDue:
            return device.settle_due and of.round == device.flash.settle_round
        return type(of) is RetryDue and device.armed and of.round == device.flash.round

    def versions(self) -> dict[str, int]:
        """The version of the working keys in force, by the terminal's number: with which it seals and verifies."""
        flash = self.device.flash
        return {flash.tid: flash.key_version}

    def snapshot(self) -> bytes:
        """The whole state."""
        d = self.device
        return _encode(
            _Whole(
                d.session, d.errand, d.key, d.wish, d.background, d.resigned, d.slip, d.announce, d.armed,
                d.retry_due, d.step, d.paper, d.store, d.settle, d.settle_due, d.settle_step, d.flash.contents(),
                d.chip, d.polls,
            )
        )  # fmt: skip

    def restore(self, kept: bytes) -> None:
        """Take the state of a snapshot of a terminal with the same parameters."""
        d = self.device
        whole = _decode(kept)
        (
            d.session, d.errand, d.key, d.wish, d.background, d.resigned, d.slip, d.announce, d.armed, d.retry_due,
            d.step, d.paper, d.store, d.settle, d.settle_due, d.settle_step, d.chip,
        ) = (
            whole.session, whole.errand, whole.key, whole.wish, whole.background, whole.resigned, whole.slip,
            whole.announce, whole.armed, whole.retry_due, whole.step, whole.paper, whole.store, whole.settle,
            whole.settle_due, whole.settle_step, whole.chip,
        )  # fmt: skip
        d.polls = whole.polls
        d.flash.take(whole.flash)
