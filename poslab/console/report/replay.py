"""A run to scrub through: at every moment what each party believes beside the others', and the bytes that passed.

All moments stand on the page; the script shows one of them, and marks it in the sequence diagram.
"""

from bisect import bisect_right

from poslab.console.frames import Frame, frame_of
from poslab.console.moments import times
from poslab.console.report.markup import both, safe, tag
from poslab.console.report.rows import ARRIVAL, ASK, BAND_BEGINS, BAND_ENDS, MESSAGE, Row, rows
from poslab.console.report.tones import NONE, tone
from poslab.console.says import place_text, way
from poslab.console.story import FATES, HEARD, PurchaseStory, Story
from poslab.console.words import VIEW_NAMES, WITH_CARDHOLDER
from poslab.history.outcome import Outcome
from poslab.history.words import say, say_truth
from poslab.money import written
from poslab.party.time import SECOND, Instant, clock_text, day_text
from poslab.text import Text

_MOST_FRAMES = 80
_ONE_BACK, _ONE_ON = Text("上一步", "One step back"), Text("下一步", "One step on")
_MOMENT = Text("时刻", "Moment")
_HIDDEN = Text("（已隐藏）", "(hidden)")
_HEADS = (Text("字节", "byte"), Text("域", "field"), Text("名称", "name"), Text("内容", "value"))


def replay(story: Story, purchase: PurchaseStory) -> str:
    """The slider, the board of beliefs for each moment, and the frames, masked."""
    drawn, _ = rows(story, purchase)
    if not drawn:
        return tag("p", both(Text("没有可回放的内容。", "There is nothing to replay.")), "pale")
    begin = next((place for place, row in enumerate(drawn) if row.kind == ASK), len(drawn) - 1)
    at = [belief.at for belief in purchase.beliefs]
    moments, frames = "", ""
    framed = 0
    for place, row in enumerate(drawn):
        frame = None
        if row.kind == MESSAGE and row.arrow is not None and framed < _MOST_FRAMES:
            frame = frame_of(row.arrow, story.world)
        if frame is not None and row.arrow is not None:
            framed += 1
            frames += _frame(place, frame, row.arrow.mti, row.arrow.label)
        belief = bisect_right(at, row.at) - 1
        moments += _moment(story, place, row, belief, frame is not None, place == begin)
    shown = max(bisect_right(at, drawn[begin].at) - 1, 0)
    boards = "".join(_board(i, belief.outcome, i == shown) for i, belief in enumerate(purchase.beliefs))
    slider = (
        f'<input type="range" min="0" max="{len(drawn) - 1}" value="{begin}" step="1" '
        f'aria-label="{safe(_MOMENT.zh)} {safe(_MOMENT.en)}">'
    )
    scrub = _button("-1", "◀", _ONE_BACK) + slider + _button("1", "▶", _ONE_ON)
    return tag("div", tag("div", scrub, "scrub") + moments + boards + frames, "replay card")


def _button(step: str, sign: str, said: Text) -> str:
    return tag("button", sign, type="button", data_step=step, aria_label=f"{said.zh} {said.en}")


def _moment(story: Story, place: int, row: Row, belief: int, has_bytes: bool, shown: bool) -> str:
    clock = f"{day_text(row.at)} {clock_text(row.at)}.{row.at % SECOND // 1000:03d}"
    faults = "".join(tag("span", f"⚡ {safe(fault)}", "word") for fault in _in_force(story, row.at))
    who, what = _told(story, row)
    hidden = {} if shown else {"hidden": ""}
    return tag(
        "div",
        tag("time", clock) + both(who) + faults + tag("b", both(what)),
        "moment",
        data_moment=str(place),
        data_of=str(max(belief, 0)),
        data_bytes=str(place) if has_bytes else "",
        **hidden,
    )


def _in_force(story: Story, at: Instant) -> list[str]:
    return [
        f"{band.fault} ({way(band.where)})"
        for band in story.bands
        if story.lasting(band) and band.start <= at and (band.end is None or at < band.end)
    ]


def _told(story: Story, row: Row) -> tuple[Text, Text]:
    """Who, and what happened."""
    if row.arrow is not None:
        arrow = row.arrow
        sender, to = story.name(arrow.sender), story.name(arrow.to)
        label = times(arrow.label, row.times, row.at, row.until) if row.times > 1 else arrow.label
        said = Text(f"{arrow.mti} {label.zh}".strip(), f"{arrow.mti} {label.en}".strip())
        if row.kind == ARRIVAL or arrow.fate != HEARD:
            fate = FATES[arrow.fate]
            said = Text(f"{said.zh} — {fate.zh}", f"{said.en} — {fate.en}")
        return Text(f"{sender.zh} → {to.zh}", f"{sender.en} → {to.en}"), said
    if row.note is not None:
        note = row.note
        return story.name(note.party), times(note.text, row.times, row.at, row.until) if row.times > 1 else note.text
    if row.band is not None and row.kind in (BAND_BEGINS, BAND_ENDS):
        over = row.kind == BAND_ENDS
        text = Text(f"{row.text.zh}：结束", f"{row.text.en}: over") if over else row.text
        return Text(f"故障 {row.band.fault}", f"fault {row.band.fault}"), text
    return Text("", ""), row.text


def _board(number: int, found: Outcome, shown: bool) -> str:
    cells = ""
    for view, name in VIEW_NAMES.items():
        words = found.views.cardholder if view == "cardholder" else (getattr(found.views, view),)
        said = " ".join(tag("span", both(say(view, word)), f"word {tone(word, view)}") for word in words)
        cells += tag("div", tag("dt", both(name)) + tag("dd", said or tag("span", "–", f"word {NONE}")))
    money = " · ".join(f"{both(place_text(p.place))} <b>{written(p.amount)}</b>" for p in found.places)
    meant = both(say_truth(found.truth, found.claim_open))
    truth = tag("span", f"{safe(found.truth)} · {meant}", f"word {tone(found.truth)}")
    where = tag("dt", both(Text("真相与钱", "Truth, and the money")))
    cells += tag("div", where + tag("dd", f"{truth} {money or both(WITH_CARDHOLDER)}"), "whole")
    hidden = {} if shown else {"hidden": ""}
    return tag("dl", cells, "board", data_belief=str(number), **hidden)


def _frame(place: int, frame: Frame, mti: str, label: Text) -> str:
    summary = Text(
        f"{mti} {label.zh}：ISO 8583 报文，{frame.size_bytes} 字节（已掩码）",
        f"{mti} {label.en}: ISO 8583, {frame.size_bytes} bytes (masked)",
    )
    head = tag("tr", "".join(tag("th", both(name), scope="col") for name in _HEADS))
    body = "".join(
        tag(
            "tr",
            tag("td", str(line.offset), "num")
            + tag("td", safe(line.field))
            + tag("td", both(line.name))
            + tag("td", (both(_HIDDEN) if line.hidden and not line.value else safe(line.value)) + _says(line.says)),
        )
        for line in frame.lines
    )
    table = tag("div", tag("table", tag("thead", head) + tag("tbody", body)), "wide", tabindex="0")
    inner = tag("div", tag("pre", safe(frame.masked)) + table, "inner bytes")
    return tag("details", tag("summary", both(summary)) + inner, data_frame=str(place), hidden="")


def _says(said: Text | None) -> str:
    return f" {both(said)}" if said is not None else ""
