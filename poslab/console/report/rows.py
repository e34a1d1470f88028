"""The rows of a sequence diagram: what is drawn, in which order, one thing a row."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from poslab.console.moments import TELLING_LOGS
from poslab.console.story import AGAIN, FACT, HEARD, LATE, LOG, Arrow, Note, PurchaseStory, Story
from poslab.console.words import LASTING
from poslab.history.truth import Band
from poslab.party.time import Instant
from poslab.text import Text

MESSAGE, ARRIVAL, NOTE, ASK, BAND_BEGINS, BAND_ENDS = "message", "arrival", "note", "ask", "band-begins", "band-ends"

_ALSO_LOGGED = {
    "terminal": ("reversal-stored", "reversal-closed", "approval-stored", "signed-on"),
    "host": ("reversed", "reversed-upstream", "payout-instructed", "payout-credited", "voided"),
    "issuer": ("debited", "reversed", "voided", "declined"),
    "bank": ("credited", "refused"),
}
_MOST, _OFTEN = 260, 4


class Row(Struct, frozen=True):
    """One row. ``times`` counts what was the same and is drawn once; ``until`` is when it last happened."""

    kind: str
    at: Instant
    order: int
    arrow: Arrow | None = None
    note: Note | None = None
    band: Band | None = None
    text: Text = Text("", "")
    times: int = 1
    until: Instant = 0


def rows(story: Story, purchase: PurchaseStory) -> tuple[list[Row], int]:
    """The rows in order of time, and how many had to be left out at the end."""
    found = sorted(_all(story, purchase), key=lambda row: (row.at, row.order))
    drawn = _told_once(found)
    return drawn[:_MOST], max(0, len(drawn) - _MOST)


def _all(story: Story, purchase: PurchaseStory) -> Iterator[Row]:
    roles = {column.address: column.role for column in story.columns}
    quiet = {(s.sent_n, s.to) for s in story.shown if s.medium == "screen" and s.word in ("processing", "ready")}
    order = 0
    for event in story.events:
        order += 1
        if not purchase.concerns(event.about, event.at):
            continue
        if isinstance(event, Note):
            role = roles.get(event.party, "")
            telling = event.word in TELLING_LOGS.get(role, ()) or event.word in _ALSO_LOGGED.get(role, ())
            if event.tone != LOG or telling:
                yield Row(NOTE, event.at, order, note=event)
        elif (event.n, event.to) not in quiet:
            if event.fate != AGAIN:
                yield Row(MESSAGE, event.at, order, arrow=event)
            if event.fate in (LATE, AGAIN) and event.heard is not None:
                yield Row(ARRIVAL, event.heard, order, arrow=event)
    lasting = {s.fault: LASTING.get(s.what) for s in story.strikes if not s.about}
    for band in story.bands:
        state = lasting.get(band.fault) if story.lasting(band) else None
        if state is not None and purchase.lives_through(band):
            yield Row(BAND_BEGINS, band.start, -1, band=band, text=state)
            if band.end is not None and band.end <= purchase.over:
                yield Row(BAND_ENDS, band.end, order, band=band, text=state)
    for down in filter(purchase.lives_through, story.downs):
        # A process dies after what it did at that instant, and is back before what it does next.
        yield Row(BAND_BEGINS, down.start, order, band=down, text=LASTING["crashed"])
        yield Row(BAND_ENDS, down.end or down.start, -1, band=down, text=LASTING["crashed"])
    if purchase.complaint_at is not None:
        yield Row(
            ASK, purchase.complaint_at, order + 1, text=Text("投诉：钱在哪里？", "complaint: where is the money?")
        )


def _told_once(found: list[Row]) -> list[Row]:
    """The same message, note or failed connection again and again becomes one row that says how often."""
    same: dict[object, list[int]] = {}
    drawn: list[Row | None] = list(found)
    for place, row in enumerate(found):
        same.setdefault(_likeness(row, place), []).append(place)
    for places in same.values():
        if len(places) < _OFTEN:
            continue
        head, last = found[places[0]], found[places[-1]]
        for place in places:
            drawn[place] = None
        drawn[places[0]] = msgspec.structs.replace(head, times=len(places), until=last.at)
    return [row for row in drawn if row is not None]


def _likeness(row: Row, place: int) -> object:
    arrow, note = row.arrow, row.note
    if row.kind == MESSAGE and arrow is not None:
        mti = arrow.mti[:3] + "0" if arrow.mti in ("0221", "0421") else arrow.mti
        return (MESSAGE, arrow.about, arrow.sender, arrow.to, mti, arrow.label, arrow.fate == HEARD)
    if row.kind == NOTE and note is not None and note.tone in (LOG, FACT):
        return (NOTE, note.about, note.party, note.word)
    return place
