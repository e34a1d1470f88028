"""A shelf holds more than one looks at: whatever was put there is found, by name, as it was put last."""

import tracemalloc

import pytest
from msgspec import Struct

from poslab.party.shelf import Shelf


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
