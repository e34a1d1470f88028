"""What an institution remembers of its attempts, over turns of the day and restarts."""

from msgspec import Struct

from acquirer.remembered import Remembered


class Record(Struct, frozen=True):
    state: str


def always(head: str) -> bool:
    return True


def test_what_is_put_to_rest_again_after_it_was_kept_stands_once_in_the_state() -> None:
    records = Remembered(Record)
    records.close("90000001-000001-000017", Record("approved"))
    records.turn(always)
    records.turn(always)
    records.close("90000001-000001-000017", Record("reversed"))
    records.turn(always)
    reborn = Remembered(Record)
    reborn.restore(*records.state())
    assert reborn.state() == records.state()
    assert reborn.find("90000001-000001-000017") == records.find("90000001-000001-000017") == Record("reversed")
