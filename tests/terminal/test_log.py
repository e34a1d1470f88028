"""The log holds the last entries, whole and in order, however they are packed."""

import pytest

from terminal.log import A_BLOCK, Log

Line = tuple[str, int]


def written(count: int, capacity: int) -> Log[Line]:
    log: Log[Line] = Log(Line, capacity)
    for number in range(count):
        log.add(("good", number))
    return log


@pytest.mark.parametrize("capacity", [1, 10, A_BLOCK, 60, 500])
@pytest.mark.parametrize("count", [0, 1, A_BLOCK - 1, A_BLOCK, A_BLOCK + 1, 137, 1_000])
def test_the_last_entries_are_there_the_oldest_first(capacity: int, count: int) -> None:
    assert list(written(count, capacity)) == [("good", number) for number in range(max(0, count - capacity), count)]


@pytest.mark.parametrize("number", [700, 703, 760, 999])
def test_an_entry_is_written_anew_in_its_place(number: int) -> None:
    log = written(1_000, 300)
    log.replace(lambda entry: ("voided", number) if entry[1] == number else None)
    assert list(log) == [("voided" if n == number else "good", n) for n in range(700, 1_000)]


@pytest.mark.parametrize("capacity", [1, 60])
def test_it_says_how_much_room_is_left(capacity: int) -> None:
    log = written(1, capacity)
    assert log.left == capacity - 1
    log.fill([])
    assert log.left == capacity
    log.fill([("good", 1)])
    assert log.left == capacity - 1


def test_what_was_kept_is_there_again() -> None:
    log = written(333, 100)
    other: Log[Line] = Log(Line, 100)
    other.add(("before", 0))
    other.fill(log)
    assert list(other) == list(log)
    for each in (log, other):
        for number in range(333, 400):
            each.add(("good", number))
    assert list(other) == list(log)
