"""Tells parties what they are to be told, batch by batch: durable first, then told, then what they wish for is done."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from poslab.party.contract import Accept, Connect, Effect, Input, Remind, Send
from poslab.party.facts import Recovered
from poslab.runtime.journals.journal import Record
from poslab.runtime.live.floor import Floor, Item
from poslab.runtime.live.inputs import encode
from poslab.runtime.live.keeping import Keeping
from poslab.runtime.live.lags import Lags
from poslab.runtime.live.lines import Lines
from poslab.runtime.live.logs import Log
from poslab.runtime.live.standing import STAGE, Progress
from poslab.runtime.seats import Seat

MOST_AT_ONCE: Final = 256
"""So many inputs are made durable together at most."""
_WISHES: Final = frozenset((Send, Remind, Connect, Accept))


class Telling:
    """``noticed`` is called when a party begins or ceases to take connections, ``durable`` with what a batch told;
    ``refuse`` takes what nobody can be told, and why.
    """

    def __init__(
        self,
        service: str,
        floor: Floor,
        progress: Progress,
        lines: Lines,
        keeping: Keeping,
        *,
        lags: Lags,
        log: Log | None,
        noticed: Callable[[], None],
        durable: Callable[[Sequence[Item]], None],
        refuse: Callable[[str, str], None],
    ) -> None:
        self.working = False
        """Whether a batch is in hand."""
        self._service = service
        self._floor = floor
        self._progress = progress
        self._lines = lines
        self._keeping = keeping
        self._lags = lags
        self._log = log
        self._noticed = noticed
        self._durable = durable
        self._refuse = refuse

    async def turn(self) -> None:
        """A batch: those that are to be told now, up to the first that dies of it."""
        self.working = True
        floor, progress = self._floor, self._progress
        batch: list[tuple[Item, str, Record]] = []
        while floor.soon and len(batch) < MOST_AT_ONCE:
            item = floor.soon.popleft()
            seat = item.seat
            point = ""
            if not item.note and seat.up and seat.crashes is not None:
                if any(other.seat is seat for other, _, _ in batch):  # what it is told meets the state that it has then
                    floor.soon.appendleft(item)
                    break
                own = item.heard is None or item.heard[0] == STAGE
                point = floor.injector.crash_point(seat, item.given, item.heard, own=own)
                if point == "before-journal":
                    continue
            shows = floor.now if seat.clock is None else seat.own_time(floor.now)
            progress.seq += 1
            record = Record(progress.seq, seat.address, floor.now, shows, encode(item.given), item.heard)
            batch.append((item, point, record))
            if point:
                break
        if batch:
            await self._keeping.append([record for _, _, record in batch])
        for item, point, record in batch:
            self._tell(item, point, record)
        self._lines.say(progress.seq)
        self._durable([item for item, _, _ in batch])
        if floor.went_back:
            floor.went_back = False
            self._keeping.hurry()
        await self._keeping.told(len(batch), progress.seq)
        self.working = False

    def answers(self, seat: Seat, given: Input, record: Record) -> Sequence[Effect] | None:
        """What a party says to it. Over a message that is nonsense it may fail: that stops nobody, now or after a
        restart. What fails over its own reminders, or over facts of life, is our bug.
        """
        if type(given) is Recovered:
            return ()
        try:
            effects: Sequence[Effect] | None = seat.handle(given, record.own)
        except Exception as error:
            if record.heard is None:
                raise
            self._lags.raised += 1
            self._refuse(f"{record.heard[0]}->{seat.address}", f"{given.kind}: {type(error).__name__}: {error}")
            return None
        return effects

    def _tell(self, item: Item, point: str, record: Record) -> None:
        seat, floor = item.seat, self._floor
        standing = self._progress.parties[seat.address]
        if item.heard is not None:
            standing.heard.add(item.heard)
        effects = self.answers(seat, item.given, record)
        if point:
            effects = floor.injector.cut_short(seat, point, effects)
        if effects is None:
            return
        standing.n += 1
        n = standing.n
        self._lines.write(n, record, effects)
        if self._log is not None:
            self._log.told(self._service, seat.address, record.at, effects)
        floor.injector.listen(effects)
        for index, what in enumerate(map(type, effects)):
            if what not in _WISHES:
                continue
            effect: Any = effects[index]
            if what is Send:
                floor.send(seat, effect, (seat.address, n, index, 0, False))
            elif what is Remind:
                floor.remind(seat, effect.after, effect.of)
            elif what is Connect:
                floor.connect(seat, effect)
            elif seat.accepts != effect.open:
                seat.accepts = effect.open
                self._noticed()
        if point:
            floor.injector.die(seat)
