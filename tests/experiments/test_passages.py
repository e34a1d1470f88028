"""What passes in a purchase is found in its history, named, and found again in the next run."""

import pytest

from scenarios.experiments.passages import Hearing, Letter, Message, Passage, passages
from scenarios.experiments.trying import bare
from scenarios.schema.load import load
from scenarios.stage.play import play


def passing(name: str, world: str | None = None) -> list[Passage]:
    scenario = bare(load(name, world=world))
    return passages(play(scenario, keep=True).pairs, scenario.world, "victim")


def test_a_good_sale_has_six_messages_and_four_letters() -> None:
    found = passing("ok-not-due")
    assert [passage.name for passage in found if isinstance(passage, Message)] == [
        "T1-host-0200-1", "host-switch-0200-1", "switch-issuer-0200-1",
        "issuer-switch-0210-1", "switch-host-0210-1", "host-T1-0210-1",
    ]  # fmt: skip
    assert [passage.name for passage in found if isinstance(passage, Letter)] == [
        "T1-answer-overdue-1", "host-answer-overdue-1", "switch-answer-overdue-1", "T1-slip-printed-1",
    ]  # fmt: skip


def test_each_message_knows_why_it_was_sent_and_where_it_was_heard() -> None:
    by_name = {passage.name: passage for passage in passing("ok-not-due")}
    forwarded = by_name["host-switch-0200-1"]
    assert isinstance(forwarded, Message)
    assert (forwarded.because, forwarded.heard) == (
        Hearing("host", "0200", 1, "victim"),
        Hearing("switch", "0200", 1, "victim"),
    )
    first = by_name["T1-host-0200-1"]
    assert isinstance(first, Message)
    assert first.because == Hearing("T1", "connected", 1, "victim")


def test_a_letter_that_nobody_waits_for_any_more_is_not_heard() -> None:
    by_name = {passage.name: passage for passage in passing("ok-not-due")}
    timer, printed = by_name["T1-answer-overdue-1"], by_name["T1-slip-printed-1"]
    assert timer.heard is None
    assert printed.heard == Hearing("T1", "slip-printed", 1, "victim")


def test_a_lost_answer_is_not_heard_and_brings_the_reversal_family() -> None:
    by_name = {passage.name: passage for passage in passing("net-response-lost")}
    assert by_name["host-T1-0210-1"].heard is None
    assert {"T1-host-0400-1", "host-switch-0420-1", "switch-issuer-0420-1", "host-T1-0410-1"} <= set(by_name)


@pytest.mark.parametrize("name", ["T1-platform-0200-1", "platform-host-0200-1", "host-platform-0210-1"])
def test_a_platform_in_between_has_a_leg_of_its_own(name: str) -> None:
    assert name in [passage.name for passage in passing("ok-not-due", "gateway-shop")]
