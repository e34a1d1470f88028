"""A shelf holds more than one looks at: whatever was put there is found, by name, as it was put last."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from poslab.party.shelf import Shelf, shelf_of


class Box(Struct, frozen=True, gc=False, array_like=True):
    name: str
    holds: int


def filled(names: list[str]) -> Shelf[Box]:
    shelf = Shelf(Box)
    for number, name in enumerate(names):
        shelf.put(name, Box(name, number))
    return shelf


def test_what_was_put_there_is_found_and_nothing_else() -> None:
    names = [f"T{number % 7}-{number:06d}" for number in range(2_000)]
    shelf = filled(names)
    assert all(shelf.get(name) == Box(name, number) for number, name in enumerate(names))
    assert all(shelf.get(name) is None for name in ("T1-000000", "T1-002001", "T9-000001", "", "1", "T1-00000x"))
    assert "T1-000001" in shelf
    assert "T1-000002" not in shelf


def test_the_last_one_put_under_a_name_counts() -> None:
    shelf = filled([f"{number:06d}" for number in range(1_000)])
    shelf.put("000017", Box("again", 1))
    assert shelf.get("000017") == Box("again", 1)
    for number in range(1_000, 2_000):
        shelf.put(f"{number:06d}", Box("later", number))
    assert shelf.get("000017") == Box("again", 1)
    found = dict(shelf.items())
    assert len(found) == len(list(shelf.items())) == 2_000
    assert found["000017"] == Box("again", 1)


def test_names_that_end_otherwise_are_found_too() -> None:
    names = [f"n{number}" if number % 3 else f"name-{number}-x" for number in range(1_500)]
    names += ["٣٣٣", "333", "x٣٣٣", "x333"]
    shelf = filled(names)
    for number in range(600):
        shelf.put(f"{number:06d}", Box("more", number))
    assert all(shelf.get(name) == Box(name, number) for number, name in enumerate(names))
    assert {name for name, _ in shelf.items()} >= set(names)


def test_numbers_may_come_in_any_order() -> None:
    names = [f"{(number * 379) % 1_000:03d}" for number in range(1_000)]
    shelf = filled(names)
    for number in range(300):
        shelf.put(f"a{number:03d}", Box("more", number))
    assert all(shelf.get(name) == Box(name, number) for number, name in enumerate(names))


@pytest.mark.parametrize("more", [0, 5, 200, 251, 256, 700])
def test_what_is_taken_to_another_shelf_looks_the_same(more: int) -> None:
    shelf = filled([f"{number:06d}" if number % 5 else f"odd-{number}-x" for number in range(900)])
    for number in range(more):
        shelf.put(f"{number * 3:06d}" if number % 7 else f"odd-{number * 5}-x", Box("again", number))
    other = Shelf(Box)
    for name, box in shelf.items():
        other.put(name, box)
    assert list(other.items()) == list(shelf.items())


any_name = st.one_of(
    st.integers(0, 1_200).map(lambda number: f"{number:06d}"),
    st.integers(0, 40).map(lambda number: f"T{number % 3}-{number}"),
    st.sampled_from(["", "x", "٣٣٣", "x333", "999"]),
)
what_is_done = st.one_of(
    st.tuples(st.just("put"), any_name),
    st.tuples(st.just("many"), st.integers(0, 900)),
    st.tuples(st.just("drop"), any_name),
    st.tuples(st.just("take"), st.integers(1, 400)),
)


@settings(deadline=None)
@given(st.lists(what_is_done, max_size=12), st.lists(any_name, max_size=12))
def test_whatever_is_put_dropped_and_taken_it_is_as_a_dictionary_would_be(
    done: list[tuple[str, str | int]], asked: list[str]
) -> None:
    shelf, by_name, number = Shelf(Box), dict[str, Box](), 0
    for what, of in done:
        if what == "take":
            for name, box in shelf.take(int(of)):
                assert by_name.pop(name) == box
        elif what == "drop":
            shelf.drop(str(of))
            by_name.pop(str(of), None)
        else:
            for name in [str(of)] if what == "put" else [f"{each:06d}" for each in range(int(of), int(of) + 300)]:
                number += 1
                by_name[name] = Box(name, number)
                shelf.put(name, by_name[name])
        assert [shelf.get(name) for name in asked] == [by_name.get(name) for name in asked]
    assert sorted(shelf.items()) == sorted(by_name.items())
    assert shelf.is_empty() is (not by_name)
    assert sorted(shelf.under("000")) == sorted((name, by_name[name]) for name in by_name if len(name) == 9)
    assert sorted(shelf.chosen(lambda head: head.startswith("T"))) == sorted(
        (name, box) for name, box in by_name.items() if name.startswith("T")
    )
    assert list(shelf_of(Box, shelf.items()).items()) == list(shelf.items())


def test_a_record_takes_little_room() -> None:
    tracemalloc.start()
    try:
        shelf = filled([f"9000{number % 100:04d}-000001-{number // 100:06d}" for number in range(20_000)])
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert shelf.get("90000042-000001-000199") == Box("90000042-000001-000199", 19_942)
    assert taken / 20_000 < 60


@pytest.mark.parametrize("count", [3, 250, 256, 700, 1_000])
def test_what_is_dropped_is_gone_and_may_come_again(count: int) -> None:
    names = [f"{number:06d}" if number % 9 else f"odd-{number}-x" for number in range(count)]
    shelf = filled(names)
    for name in names[::3]:
        shelf.drop(name)
        shelf.drop(name)
    assert [name for name in names if name in shelf] == [name for place, name in enumerate(names) if place % 3]
    assert {name for name, _ in shelf.items()} == {name for place, name in enumerate(names) if place % 3}
    shelf.put(names[0], Box("again", 1))
    assert shelf.get(names[0]) == Box("again", 1)


@pytest.mark.parametrize("at_once", [20, 100, 256, 500, 2_000])
def test_the_oldest_are_taken_first(at_once: int) -> None:
    names = [f"{number:06d}" for number in range(1_100)]
    shelf = filled(names)
    shelf.drop("000500")
    shelf.put("000017", Box("again", 17))
    taken: list[tuple[str, Box]] = []
    while not shelf.is_empty():
        more = shelf.take(at_once)
        assert 0 < len(more) <= at_once
        taken += more
        assert all(name not in shelf for name, _ in more)
    left = [name for name in names if name not in ("000017", "000500")]
    assert [name for name, _ in taken] == [*left, "000017"]
    assert dict(taken)["000017"] == Box("again", 17)
    assert shelf.take(5) == []
