"""The messages of a purchase as a sequence diagram: who said what to whom, what was lost, late or said twice."""

from collections.abc import Sequence

from poslab.console.moments import times
from poslab.console.report.markup import both, fitting, svg_box, svg_text, tag, width
from poslab.console.report.rows import ARRIVAL, ASK, BAND_BEGINS, BAND_ENDS, MESSAGE, NOTE, Row, rows
from poslab.console.report.tones import NONE, tone
from poslab.console.says import lasted
from poslab.console.story import (
    CUSTOMER,
    DOWN,
    FACT,
    FATES,
    FLYING,
    LATE,
    LOG,
    LOST,
    REFUSED,
    UNHEARD,
    Arrow,
    Note,
    PurchaseStory,
    Story,
)
from poslab.history.truth import Band
from poslab.party.time import SECOND, Instant, clock_text, day_text
from poslab.text import Text

_GUTTER, _ROW, _HEAD = 104, 33, 30
_COLUMN, _NARROW, _MANY = 156, 130, 7
_PAUSE_US, _PAUSE = 5 * SECOND, 16
_GONE = (LOST, DOWN, REFUSED, UNHEARD)
_STATEFUL = ("terminal", "platform", "host", "issuer", "bank")
_NOTES = {LOG: "note", FACT: "note factnote", CUSTOMER: "note customer"}
_PEOPLE = ("cashier", "cardholder", "merchant")


def sequence(story: Story, purchase: PurchaseStory) -> str:
    """The drawing, in a box of its own that scrolls where it is too wide."""
    drawn, left_out = rows(story, purchase)
    if not drawn:
        return tag("p", both(Text("没有报文。", "No messages.")), "pale")
    svg = _Drawing(story, purchase, drawn).svg()
    box = tag("div", tag("div", svg, "drawing"), "wide", tabindex="0")
    kinds = (
        Text("✕ 丢失、未送达或无人等待", "✕ lost, not delivered or no longer awaited"),
        Text("虚线斜箭头：迟到", "dashed and slanting: late"),
        Text("阴影：故障在持续", "shaded: a fault is in force"),
        Text("生命线颜色：该方记录的状态", "colour on a line: that party's state of this sale"),
    )
    legend = "".join(tag("li", both(kind)) for kind in kinds)
    if left_out:
        legend += tag("li", both(Text(f"另有 {left_out} 行未画", f"{left_out} more rows are not drawn")))
    return box + tag("ul", legend, "legend")


class _Drawing:
    def __init__(self, story: Story, purchase: PurchaseStory, drawn: Sequence[Row]) -> None:
        self._story = story
        self._purchase = purchase
        self._rows = drawn
        used = self._used()
        self._columns = [column for column in story.columns if column.address in used]
        step = _COLUMN if len(self._columns) <= _MANY else _NARROW
        self._x = {c.address: _GUTTER + step // 2 + i * step for i, c in enumerate(self._columns)}
        self._width = _GUTTER + len(self._columns) * step + 6
        self._y: list[int] = []
        y = _HEAD + 8
        for place, row in enumerate(drawn):
            if place and row.at - drawn[place - 1].at > _PAUSE_US:
                y += _PAUSE
            y += _ROW
            self._y.append(y)
        self._height = y + 62

    def _used(self) -> set[str]:
        used: set[str] = set()
        for row in self._rows:
            if row.arrow is not None:
                used.update((row.arrow.sender, row.arrow.to))
            if row.note is not None:
                used.add(row.note.party)
        return used

    def svg(self) -> str:
        parts = [self._bands(), self._lifelines(), self._states(), self._times()]
        parts += [f'<g data-row="{place}">{self._row(place, row)}</g>' for place, row in enumerate(self._rows)]
        parts += [self._heads(4), self._heads(self._height - 28)]
        return (
            f'<svg viewBox="0 0 {self._width} {self._height + 8}" style="width:100%;min-width:{self._width * 6 // 7}px;'
            f'max-width:{self._width * 5 // 4}px" role="img" aria-label="时序图 Sequence diagram">{"".join(parts)}</svg>'
        )

    def _row(self, place: int, row: Row) -> str:
        if row.arrow is not None and row.kind == MESSAGE:
            return self._message(place, row, row.arrow)
        if row.arrow is not None and row.kind == ARRIVAL:
            return self._arrival(place, row.arrow)
        if row.note is not None and row.kind == NOTE:
            return self._note(place, row, row.note)
        if row.kind == ASK:
            y = self._y[place]
            line = f'<path class="ask" d="M{_GUTTER - 8} {y}H{self._width - 6}"/>'
            return line + svg_text(_GUTTER, y - 5, row.text, "asktext halo")
        return ""

    # --- the frame ------------------------------------------------------------------------------------------------

    def _heads(self, y: int) -> str:
        drawn = ""
        for column in self._columns:
            x = self._x[column.address]
            wide = max(86, width(column.name.en, 13) + 18, width(column.name.zh, 13) + 18)
            drawn += svg_box(x - wide // 2, y, wide, 26, "box")
            drawn += svg_text(x, y + 17, column.name, "head", "middle")
        return drawn

    def _lifelines(self) -> str:
        drawn = ""
        for column in self._columns:
            kind = " person" if column.role in _PEOPLE else ""
            drawn += f'<path class="life{kind}" d="M{self._x[column.address]} 32V{self._height - 28}"/>'
        return drawn

    def _times(self) -> str:
        drawn, shown, day = "", -1, ""
        for place, row in enumerate(self._rows):
            y = self._y[place]
            today = day_text(row.at)
            if place and row.at - self._rows[place - 1].at > _PAUSE_US:
                gap = lasted(row.at - self._rows[place - 1].at)
                said = Text(f"⋮ {gap.zh}", f"⋮ {gap.en}")
                drawn += svg_text(_GUTTER - 14, y - _ROW // 2 - 9, said, "tiny dim", "end")
            if today != day:
                drawn += svg_text(6, y - 14, Text(today, today), "tiny dim")
                day = today
            if row.at != shown:
                millis = f".{row.at % SECOND // 1000:03d}"
                drawn += svg_text(6, y + 4, Text(clock_text(row.at) + millis, clock_text(row.at) + millis), "mono dim")
                shown = row.at
        return drawn

    def _at(self, at: Instant) -> int:
        """How far down an instant is: at the first row that is not earlier."""
        for place, row in enumerate(self._rows):
            if row.at >= at:
                return self._y[place]
        return self._height - 44

    # --- states and faults ----------------------------------------------------------------------------------------

    def _states(self) -> str:
        drawn = ""
        for column in self._columns:
            if column.role not in _STATEFUL:
                continue
            moves = [
                m
                for m in self._story.moves
                if m.party == column.address and m.about in (self._purchase.result.order, "")
            ]
            x = self._x[column.address] - 4
            for place, move in enumerate(moves):
                is_payout = column.role in ("host", "bank") and move.of.count("-") != 2
                colour = tone(move.after, "payout" if is_payout else "")
                begin = self._at(move.at)
                end = self._at(moves[place + 1].at) if place + 1 < len(moves) else self._height - 44
                if colour != NONE and end > begin:
                    title = f"{move.of} {move.before} → {move.after}"
                    drawn += svg_box(x, begin, 8, end - begin, f"state s-{colour}", title)
        return drawn

    def _bands(self) -> str:
        drawn = ""
        ends = {
            row.band.fault: self._y[place] for place, row in enumerate(self._rows) if row.kind == BAND_ENDS and row.band
        }
        for place, row in enumerate(self._rows):
            if row.kind != BAND_BEGINS or row.band is None:
                continue
            x, wide = self._span(row.band)
            if not wide:
                continue
            top = self._y[place] - 6
            bottom = ends.get(row.band.fault, self._height - 40)
            drawn += svg_box(x, top, wide, max(bottom - top, 8), "band")
            said = Text(f"{row.text.zh}（{row.band.fault}）", f"{row.text.en} ({row.band.fault})")
            drawn += svg_text(x + 6, top - 4, said, "bandtext halo")
        return drawn

    def _span(self, band: Band) -> tuple[int, int]:
        places = [self._x[a] for way in band.where.split(", ") for a in way.split("->") if a in self._x]
        if not places:
            return 0, 0
        if len(set(places)) == 1:
            return places[0] - 34, 68
        return min(places) + 6, max(places) - min(places) - 12

    # --- messages and notes ---------------------------------------------------------------------------------------

    def _message(self, place: int, row: Row, arrow: Arrow) -> str:
        y, begin, end = self._y[place], self._x[arrow.sender], self._x[arrow.to]
        step = 1 if end > begin else -1
        label = arrow.label
        if row.times > 1:
            label = times(label, row.times, row.at, row.until)
        if arrow.fate == LATE:
            arrives = self._arrives(arrow)
            slope = "" if arrives is None else f'<path class="msg" d="M{begin} {y}L{end - 8 * step} {arrives}"/>'
            tail = Text("迟到", "late")
            return tag("g", slope + self._label(arrow, label, begin, end, y, tail), "late")
        if arrow.fate in _GONE:
            stop = begin + (end - begin) * (2 if arrow.fate != REFUSED else 1) // 3
            fate = FATES[arrow.fate]
            fault = Text(f"（故障 {arrow.fault}）", f" (fault {arrow.fault})") if arrow.fault else Text("", "")
            cross = f'<path class="cross" d="M{stop - 5} {y - 5}l10 10m0 -10l-10 10"/>'
            line = f'<path class="msg" d="M{begin} {y}H{stop}"/>{cross}'
            said = Text(f"{fate.zh}{fault.zh}", f"{fate.en}{fault.en}")
            return tag("g", line + self._label(arrow, label, begin, end, y, said), "gone")
        tip = f'<path class="tip" d="M{end} {y}l{-8 * step} -4v8z"/>' if arrow.fate != FLYING else ""
        line = f'<path class="msg" d="M{begin} {y}H{end - 6 * step}"/>{tip}'
        tail = FATES[FLYING] if arrow.fate == FLYING else Text("", "")
        return tag(
            "g", line + self._label(arrow, label, begin, end, y, tail), "flying" if arrow.fate == FLYING else "msgs"
        )

    def _label(self, arrow: Arrow, label: Text, begin: int, end: int, y: int, tail: Text) -> str:
        head = f"{arrow.mti} " if arrow.mti else ""
        room = self._width - min(begin, end) - 16
        said = Text(
            f"{head}{label.zh}" + (f" — {tail.zh}" if tail.zh else ""),
            f"{head}{label.en}" + (f" — {tail.en}" if tail.en else ""),
        )
        x = min(begin, end) + 9
        return svg_text(x, y - 5, fitting(said, room), "halo")

    def _arrives(self, arrow: Arrow) -> int | None:
        for place, row in enumerate(self._rows):
            if row.kind == ARRIVAL and row.arrow == arrow:
                return self._y[place]
        return None

    def _arrival(self, place: int, arrow: Arrow) -> str:
        y, begin, end = self._y[place], self._x[arrow.sender], self._x[arrow.to]
        step = 1 if end > begin else -1
        tip = f'<path class="tip" d="M{end} {y}l{-8 * step} -4v8z"/>'
        took = lasted((arrow.heard or arrow.at) - arrow.at)
        fate = FATES[arrow.fate]
        said = Text(f"{arrow.mti} {fate.zh}，{took.zh}后".lstrip(), f"{arrow.mti} {fate.en}, after {took.en}".lstrip())
        stub = "" if arrow.fate == LATE else f'<path class="msg" d="M{begin} {y}H{end - 8 * step}"/>'
        x = end - 12 if step > 0 else end + 12
        return tag("g", stub + tip + svg_text(x, y - 5, said, "halo", "end" if step > 0 else "start"), "late")

    def _note(self, place: int, row: Row, note: Note) -> str:
        y, x = self._y[place], self._x[note.party]
        text = note.text
        if row.times > 1:
            text = times(text, row.times, row.at, row.until)
        room = self._width - 8
        drawn = ""
        for language, said in (("zh", text.zh), ("en", text.en)):
            wide = width(said) + 14
            left = min(max(x - wide // 2, _GUTTER), max(room - wide, _GUTTER))
            box = svg_box(left, y - 11, min(wide, room - left), 20, _NOTES[note.tone])
            label = svg_text(left + 7, y + 3, fitting(Text(said, said), room - left - 12))
            drawn += tag("g", box + label, language, lang=language)
        if note.since is not None:
            drawn += self._timer(place, x, note.since)
        return drawn

    def _timer(self, place: int, x: int, since: Instant) -> str:
        """A bracket beside the line, from when the timer began to when it was over."""
        top, bottom = self._at(since), self._y[place] - 13
        if bottom - top < _ROW:
            return ""
        length = lasted(self._rows[place].at - since)
        left = x - 16
        path = f'<path class="timer" d="M{left + 8} {top}H{left}V{bottom}h8"/>'
        return path + svg_text(
            left - 4, (top + bottom) // 2, Text(f"计时 {length.zh}", f"timer {length.en}"), "timertext halo", "end"
        )
