"""The time line of a purchase: what everybody believed, where its money was, and which faults were in force.

Time is not to scale: a gap is drawn by the logarithm of its length, so that milliseconds and days fit side by side.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import log2

from poslab.console.report.markup import both, fitting, safe, svg_box, svg_text, tag
from poslab.console.report.tones import BACK, BAD, GOOD, NONE, WAIT, tone
from poslab.console.says import place_text, way
from poslab.console.story import Belief, PurchaseStory, Story, instant_of
from poslab.console.words import STRIKES, VIEW_NAMES, WITH_CARDHOLDER
from poslab.history.outcome import Outcome
from poslab.history.words import say, say_truth
from poslab.money import written
from poslab.party.time import SECOND, Instant, clock_text, day_text, stamp_text
from poslab.text import Text

_LEFT, _WIDTH, _LANE, _STEP, _TOP = 118, 1120, 24, 31, 30
_LEAST, _PER_DOUBLING, _MICRO = 7, 13, 1_000_000
_LABEL_ROOM = 62

_LANES = ("terminal", "platform", "host", "issuer", "payout", "merchant")


class _Scale:
    """Where on the drawing an instant is."""

    def __init__(self, points: Sequence[Instant]) -> None:
        self.points = sorted(set(points))
        gaps = [later - earlier for earlier, later in zip(self.points, self.points[1:], strict=False)]
        weights = [_LEAST + _PER_DOUBLING * log2(1 + gap / _MICRO) for gap in gaps]
        stretch = (_WIDTH - _LEFT - 16) / (sum(weights) or 1)
        self._at = [float(_LEFT)]
        for weight in weights:
            self._at.append(self._at[-1] + weight * stretch)

    def x(self, at: Instant) -> int:
        """In the drawing's units; before the first and after the last instant, their places."""
        if at <= self.points[0]:
            return round(self._at[0])
        if at >= self.points[-1]:
            return round(self._at[-1])
        place = bisect_right(self.points, at) - 1
        begin, end = self.points[place], self.points[place + 1]
        return round(self._at[place] + (self._at[place + 1] - self._at[place]) * (at - begin) / (end - begin))


def timeline(story: Story, purchase: PurchaseStory) -> str:
    """The drawing with its legend, in a box of its own that scrolls where it is too wide."""
    first = min((e.at for e in story.events if e.about == purchase.result.order), default=story.first)
    last = max(instant_of(purchase.result.end.at), first + SECOND)
    beliefs = [belief for belief in purchase.beliefs if belief.at >= first]
    before = [belief for belief in purchase.beliefs if belief.at < first]
    if before:
        beliefs.insert(0, Belief(first, before[-1].outcome))
    strikes = [s for s in story.strikes if first <= s.at <= last and purchase.concerns(s.about, s.at)]
    bands = [
        b for b in story.bands if purchase.lives_through(b) and b.start <= last and (b.end is None or b.end >= first)
    ]
    edges = [edge for band in bands for edge in (band.start, band.end or last) if first <= edge <= last]
    asked = [purchase.complaint_at] if purchase.complaint_at is not None else []
    scale = _Scale([first, last, *(b.at for b in beliefs), *(s.at for s in strikes), *edges, *asked])
    rows: list[tuple[Text, str]] = []

    def lane(name: Text, word: Callable[[Outcome], tuple[str, Text, str]]) -> None:
        rows.append((name, _segments(beliefs, scale, last, word, _TOP + len(rows) * _STEP)))

    lane(Text("钱在", "money"), _money)
    for view in _LANES:
        if view == "platform" and all(belief.outcome.views.platform == "absent" for belief in beliefs):
            continue
        lane(VIEW_NAMES[view], _of_view(view))
    lane(
        Text("真相", "truth"),
        lambda found: (
            found.truth,
            _truth(found),
            tone(found.truth),
        ),
    )
    for band in bands:
        y = _TOP + len(rows) * _STEP
        begin, end = scale.x(band.start), scale.x(band.end if band.end is not None else last)
        said = Text(f"{band.fault} · {way(band.where)}", f"{band.fault} · {way(band.where)}")
        marks = "".join(
            f'<path class="strike" d="M{scale.x(s.at)} {y}v{_LANE - 4}l-5 -4h10l-5 4">'
            f"<title>{safe(_struck(s.what))} {stamp_text(s.at)}</title></path>"
            for s in strikes
            if s.fault == band.fault
        )
        kind = "band" if story.lasting(band) else "band faint"
        drawn = svg_box(begin, y, max(end - begin, 3), _LANE - 4, kind, f"{band.fault} {band.where}") + marks
        room = _WIDTH - begin - 8
        drawn += svg_text(begin + 8, y + 14, fitting(said, room), "bandtext halo")
        rows.append((Text("故障", "fault"), drawn))
    return _assembled(rows, scale, first, last, beliefs, purchase.complaint_at)


def _truth(found: Outcome) -> Text:
    said = say_truth(found.truth, found.claim_open)
    return Text(f"{found.truth} {said.zh}", f"{found.truth} {said.en}")


def _assembled(
    rows: list[tuple[Text, str]],
    scale: _Scale,
    first: Instant,
    last: Instant,
    beliefs: Sequence[Belief],
    asked: Instant | None,
) -> str:
    bottom = _TOP + len(rows) * _STEP
    drawn = ""
    for at in _labelled(scale, [first, last, *([] if asked is None else [asked]), *(b.at for b in beliefs)]):
        x, is_ask = scale.x(at), at == asked
        same_day = day_text(at) == day_text(first)
        clock = clock_text(at) if same_day else f"{day_text(at)[5:]} {clock_text(at)[:5]}"
        anchor = "start" if x < _LEFT + 20 else "end" if x > _WIDTH - 40 else "middle"
        drawn += f'<path class="tick" d="M{x} {_TOP - 6}V{bottom}"/>' if not is_ask else ""
        drawn += svg_text(x, _TOP - 12, Text(clock, clock), "tiny asktext" if is_ask else "tiny dim", anchor)
    for number, (name, lane) in enumerate(rows):
        drawn += svg_text(_LEFT - 10, _TOP + number * _STEP + 16, name, "dim", "end") + lane
    if asked is not None:
        x = scale.x(asked)
        said = Text("▲ 投诉：钱在哪里？", "▲ complaint: where is the money?")
        anchor = "end" if x > _WIDTH * 2 // 3 else "start"
        drawn += f'<path class="ask" d="M{x} {_TOP - 6}V{bottom + 4}"/>' + svg_text(
            x, bottom + 16, said, "asktext", anchor
        )
    height = bottom + 26
    svg = (
        f'<svg viewBox="0 0 {_WIDTH} {height}" style="width:100%;min-width:780px" role="img" '
        f'aria-label="时间线 Time line">{drawn}</svg>'
    )
    tones = (
        (NONE, Text("没有 / 已结束", "nothing, or over")),
        (WAIT, Text("未定", "undecided")),
        (GOOD, Text("成立", "stands")),
        (BACK, Text("退回 / 撤销", "undone")),
        (BAD, Text("出错", "wrong")),
    )
    legend = "".join(tag("li", f'<i class="{word}"></i>{both(said)}') for word, said in tones)
    scaled = Text("时间不按比例：间隔按对数压缩。", "Not to scale: gaps are drawn by their logarithm.")
    box = tag("div", tag("div", svg, "drawing"), "wide", tabindex="0")
    return box + tag("ul", f"{legend}{tag('li', both(scaled))}", "legend")


def _segments(
    beliefs: Sequence[Belief],
    scale: _Scale,
    last: Instant,
    word: Callable[[Outcome], tuple[str, Text, str]],
    y: int,
) -> str:
    runs: list[tuple[Instant, str, Text, str]] = []
    for belief in beliefs:
        key, said, colour = word(belief.outcome)
        if not runs or runs[-1][1] != key:
            runs.append((belief.at, key, said, colour))
    drawn = ""
    for place, (begin, key, said, colour) in enumerate(runs):
        end = runs[place + 1][0] if place + 1 < len(runs) else last
        x, room = scale.x(begin), scale.x(end) - scale.x(begin)
        if room <= 0:
            continue
        title = f"{key} · {said.zh} · {said.en} · {stamp_text(begin)}"
        drawn += svg_box(x, y, room, _LANE, f"seg s-{colour}", title)
        if colour != NONE or room > 90:
            drawn += svg_text(x + 6, y + 16, fitting(said, room - 8), f"i-{colour}")
    return drawn


def _of_view(view: str) -> Callable[[Outcome], tuple[str, Text, str]]:
    def word(found: Outcome) -> tuple[str, Text, str]:
        written_word: str = getattr(found.views, view)
        return written_word, say(view, written_word), tone(written_word, view)

    return word


def _money(found: Outcome) -> tuple[str, Text, str]:
    if not found.places:
        return "cardholder", WITH_CARDHOLDER, NONE
    most = max(found.places, key=lambda place: place.amount)
    where = place_text(most.place)
    sum_ = written(sum(place.amount for place in found.places))
    return f"{most.place} {sum_}", Text(f"{where.zh} {sum_}", f"{where.en} {sum_}"), _money_tone(most.place)


def _money_tone(place: str) -> str:
    if place.startswith("B.account."):
        return GOOD
    return BAD if place in ("B.suspense", "A.payout_returned") else WAIT


def _struck(what: str) -> str:
    state = STRIKES.get(what)
    return f"{state.zh} {state.en}" if state is not None else what


def _labelled(scale: _Scale, wanted: Sequence[Instant]) -> list[Instant]:
    """The instants that get a label: the first ones of the list first, none so near to another that they overlap."""
    taken: list[Instant] = []
    for at in wanted:
        if all(abs(scale.x(at) - scale.x(other)) >= _LABEL_ROOM for other in taken):
            taken.append(at)
    return taken
