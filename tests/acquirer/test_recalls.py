"""What the acquirer asks back: it asks the rail until it knows whether the money is back or stays."""

import msgspec
import pytest

from acquirer.host.recalls import ASKED_EVERY_US, ENDS_US, UNHEARD_REPEAT_US, Recall, RecallDesk, RecallUnanswered
from poslab.messages.funding import BEING_RECALLED, PayoutQuery, PayoutRecall, PayoutStatus
from poslab.party.contract import Effect, Kept, Logged, Remind, Send

NO = "999000054110001-20260105"


class Asked:
    """A recall desk that has begun to ask for one payout."""

    def __init__(self) -> None:
        self.desk = RecallDesk("rail")
        self.out: list[Effect] = []
        self.desk.begin(NO, 1, "", 0, self.out)

    def said(self, state: str, reason: str = "", try_no: int = 1) -> list[Effect]:
        self.out = []
        self.desk.status(PayoutStatus("", NO, try_no, state, reason), self.out)
        return self.out

    def overdue(self, attempt: int, at: int) -> list[Effect]:
        letter = RecallUnanswered("", NO, 1, attempt)
        assert self.desk.awaits(letter)
        self.out = []
        self.desk.overdue(letter, at, self.out)
        return self.out


def asks(message: type[PayoutRecall | PayoutQuery], attempt: int, after_us: int) -> list[Effect]:
    return [
        Send("rail", message("", NO, 1), attempt), Remind(after_us, RecallUnanswered("", NO, 1, attempt))
    ]  # fmt: skip


def ended(how: str) -> list[Effect]:
    return [Kept("", "recall"), Logged("", "recall-ended", {"payout_no": NO, "how": how})]


def test_a_rail_that_is_silent_is_told_again_every_ten_minutes() -> None:
    asked = Asked()
    assert asked.out[2:] == asks(PayoutRecall, 1, UNHEARD_REPEAT_US)
    assert asked.overdue(1, UNHEARD_REPEAT_US) == asks(PayoutRecall, 2, UNHEARD_REPEAT_US)
    assert not asked.desk.awaits(RecallUnanswered("", NO, 1, 1))


def test_a_rail_that_has_heard_is_asked_how_it_stands_every_six_hours() -> None:
    asked = Asked()
    assert asked.said("credited", BEING_RECALLED) == [Kept("", "recall")]
    assert asked.said("credited", BEING_RECALLED) == []
    assert asked.overdue(1, UNHEARD_REPEAT_US) == asks(PayoutQuery, 2, ASKED_EVERY_US)
    assert asked.said("credited", BEING_RECALLED) == []
    assert asked.overdue(2, ASKED_EVERY_US) == asks(PayoutQuery, 3, ASKED_EVERY_US)


@pytest.mark.parametrize("heard", [False, True])
def test_what_is_back_is_asked_for_no_more(heard: bool) -> None:
    asked = Asked()
    if heard:
        asked.said("credited", BEING_RECALLED)
    assert asked.said("returned", "NAME_NOT_CORRECT") == ended("returned")
    assert asked.said("returned", "NAME_NOT_CORRECT") == []
    assert not asked.desk.awaits(RecallUnanswered("", NO, 1, 1))


def test_what_its_receiver_keeps_is_known_only_once_the_rail_has_heard() -> None:
    """A late copy of the first word, that it is credited, is no answer."""
    asked = Asked()
    assert asked.said("credited") == []
    asked.said("credited", BEING_RECALLED)
    assert asked.said("credited", try_no=2) == []
    assert asked.said("credited") == ended("credited")


def test_after_two_weeks_nobody_asks_any_more() -> None:
    asked = Asked()
    assert asked.overdue(1, ENDS_US - 1)[0] == Send("rail", PayoutRecall("", NO, 1), 2)
    assert asked.overdue(2, ENDS_US) == ended("unanswered")


def test_it_is_asked_for_anew_after_a_restart_and_by_a_clerk() -> None:
    asked = Asked()
    again = RecallDesk("rail")
    again.open = msgspec.msgpack.decode(msgspec.msgpack.encode(asked.desk.open), type=dict[str, Recall])
    out: list[Effect] = []
    again.restarted(out)
    assert out == asks(PayoutRecall, 2, UNHEARD_REPEAT_US)
    again.begin(NO, 1, "", 60, out)
    assert out[-2:] == asks(PayoutRecall, 3, UNHEARD_REPEAT_US)
    assert list(again.open) == [NO]
