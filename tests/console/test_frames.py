"""The bytes of a run's messages, made on demand and masked."""

from poslab.console.frames import frame_of
from poslab.console.story import Arrow, story
from poslab.messages.iso8583 import digits
from poslab.world.world import World
from scenarios.schema.load import load
from scenarios.stage.play import play


def arrows() -> tuple[list[Arrow], World]:
    run = play(load("net-response-lost"), keep=True)
    told = story(run.world, run.pairs, run.truth, run.result)
    return [event for event in told.events if isinstance(event, Arrow)], run.world


def test_every_message_of_the_card_leg_has_a_frame_and_nobody_else_has() -> None:
    found, world = arrows()
    framed = {(a.mti, a.sender, a.to): frame_of(a, world) for a in found}
    dialects = {key: frame.dialect for key, frame in framed.items() if frame is not None}
    assert dialects["0200", "T1", "host"] == "terminal" and dialects["0200", "host", "switch"] == "network"
    assert dialects["0400", "T1", "host"] == "terminal" and dialects["0420", "switch", "issuer"] == "network"
    assert all(mti for mti, _, _ in dialects)
    assert not [key for key, frame in framed.items() if frame is None and key[0] and "cashier" not in key]


def test_what_nobody_may_see_is_dots() -> None:
    found, world = arrows()
    request = next(a for a in found if (a.mti, a.sender) == ("0200", "T1"))
    frame = frame_of(request, world)
    assert frame is not None
    number = digits.number_of("good-debit") or ""
    assert len(frame.masked.split()) == frame.size_bytes
    assert frame.masked.split()[-8:] == ["··"] * 8, "the MAC stands last"
    assert number not in frame.masked.replace(" ", "")
    assert {line.field for line in frame.lines if line.hidden} >= {"35", "52", "64"}


def test_where_no_connection_came_about_nothing_was_sent() -> None:
    run = play(load("net-link-down"), keep=True)
    told = story(run.world, run.pairs, run.truth, run.result)
    refused = next(event for event in told.events if isinstance(event, Arrow) and event.fate == "refused")
    assert refused.message is None and frame_of(refused, run.world) is None
