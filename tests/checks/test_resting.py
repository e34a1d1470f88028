"""Sales at rest: whatever they are called and however many there are, each stands as if it had a line to itself."""

import sys
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from poslab.checks.resting import WIDTH, Resting

LARGEST = (1 << 8 * WIDTH) - 1
odd_names = st.text("0123456789aT-张٣", max_size=6)


class ByName:
    """What ``Resting`` promises, with a dictionary for each way to stand."""

    def __init__(self) -> None:
        self.at_rest: dict[str, int] = {}
        self.cleared: dict[str, int] = {}
        self.before: dict[str, int] = {}

    def stands(self, name: str) -> tuple[int | None, bool]:
        return self.at_rest.get(name), name in self.cleared or name in self.before


def counted(prefix: str, first: int, count: int) -> list[str]:
    return [f"{prefix}{number}" for number in range(first, first + count)]


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_it_is_what_dictionaries_would_be(data: st.DataObject) -> None:
    resting, by_name = Resting(), ByName()
    names: list[str] = []
    first = 0
    for _ in range(data.draw(st.integers(1, 6))):
        # A day: thousands of sales that count upwards, a few that do not, some of both claimed, another file.
        prefix = data.draw(st.sampled_from(["o", "T1-00", ""]))
        first += data.draw(st.integers(0, 2_000))
        count = data.draw(st.sampled_from([5, 900, 9_000]))
        number = data.draw(st.integers(0, LARGEST - 20_000))
        for name in [*counted(prefix, first, count), *data.draw(st.lists(odd_names, max_size=5))]:
            if not resting.knows(name):
                number += 1
                resting.put(name, number)
                by_name.at_rest[name] = number
                names.append(name)
        first += count
        claimed = data.draw(st.sampled_from([1, 2, 7, 50]))
        for name in list(by_name.at_rest)[::claimed]:
            resting.clear(name)
            by_name.cleared[name] = by_name.at_rest.pop(name)
        for name in data.draw(st.lists(st.sampled_from(names), max_size=5, unique=True)):
            if resting.knows(name):
                held = [each.pop(name) for each in (by_name.at_rest, by_name.cleared, by_name.before) if name in each]
                assert [resting.take(name)] == held
        if data.draw(st.booleans()):
            resting.turn()
            by_name.before, by_name.cleared = by_name.cleared, {}
        assert dict(resting.items()) == by_name.at_rest
        assert len(resting) == len(by_name.at_rest) == len(list(resting))
        for name in names[-20:] + names[:: max(1, len(names) // 500)] + data.draw(st.lists(odd_names, max_size=5)):
            at_rest, was_cleared = by_name.stands(name)
            assert (resting.get(name), resting.was_cleared(name)) == (at_rest, was_cleared)
            assert (name in resting) is (at_rest is not None)
            assert resting.knows(name) is (at_rest is not None or was_cleared)


def test_days_of_many_sales_take_few_bytes_each_and_are_forgotten_in_time() -> None:
    resting = Resting()
    a_day = 50_000
    days = [counted("o", 1_000_000 + day * a_day, a_day) for day in range(4)]
    for day, names in enumerate(days):
        resting.turn()
        for n, name in enumerate(names):
            resting.put(name, LARGEST - n)
        for name in names:
            resting.clear(name)
        for earlier, others in enumerate(days[: day + 1]):
            known = [resting.was_cleared(name) for name in others[::97]]
            assert all(known) if day - earlier < 2 else not any(known)
    assert sum(map(sys.getsizeof, _things(resting))) < 40 * 2 * a_day


def _things(thing: object) -> Iterator[object]:
    yield thing
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield key
            yield from _things(value)
    for slot in getattr(type(thing), "__slots__", ()):
        yield from _things(getattr(thing, slot))
