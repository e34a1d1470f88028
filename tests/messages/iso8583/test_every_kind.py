"""Whatever is said on a leg crosses it, in every dialect: a new kind or a new word that nobody tries makes this fail.

To add a kind: a row in its leg (``leg_terminal``, ``leg_network``), what it may hold in ``saying``, and a value in
``tests/fuzzing/samples`` for a field that must be given and has no value there yet.
"""

from typing import Any

import pytest

from poslab.messages.iso8583.dump import dump
from poslab.messages.iso8583.layout import Dialect
from poslab.messages.iso8583.mapping import DIALECTS, decode, encode, messages_of, spoken_in, troubles
from poslab.party.contract import Input
from tests.fuzzing.samples import samples_of
from tests.messages.iso8583 import saying
from tests.messages.iso8583.saying import in_force_for
from tests.messages.iso8583.test_judge import agrees

KINDS = [(dialect, message) for dialect in DIALECTS.values() for message in messages_of(dialect)]


def named(kind: tuple[Dialect, type[Input]]) -> str:
    return f"{kind[0].name}-{kind[1].__name__}"


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_every_kind_crosses_with_every_word_and_the_judge_agrees(kind: tuple[Dialect, type[Input]]) -> None:
    dialect, message = kind
    for sample in samples_of(message, dialect):
        versions = in_force_for(sample, dialect)
        for repeated in (False, True):
            frame = encode(sample, dialect, versions=versions, repeated=repeated)
            assert decode(frame, sample.about, dialect=dialect, versions=versions) == sample
            assert troubles(frame, dialect=dialect, versions=versions) == []
            agrees(frame, dialect)


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_every_kind_is_shown_to_people_by_a_name_in_both_languages(kind: tuple[Dialect, type[Input]]) -> None:
    dialect, message = kind
    for sample in samples_of(message, dialect)[:1]:
        for repeated in (False, True):
            lines = dump(encode(sample, dialect, repeated=repeated), dialect)
            says = next(line.says for line in lines if line.field == "mti")
            assert says is not None and says.zh and says.en.isascii()
            assert all(line.name.zh and line.name.en and line.trouble is None for line in lines)


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_every_kind_is_among_what_the_property_tests_say(kind: tuple[Dialect, type[Input]]) -> None:
    """``saying`` imports what it builds, and nothing else of messages (ruff sees to that)."""
    assert kind[1].__name__ in vars(saying), f"saying.py makes no {kind[1].__name__}"


def test_a_kind_without_a_sample_is_named() -> None:
    class Unheard(Input, frozen=True, gc=False, array_like=True, tag=True):
        key: str
        colour: str

    with pytest.raises(KeyError, match=r"Unheard needs colour"):
        samples_of(Unheard, DIALECTS["terminal"])


def test_every_row_of_a_leg_is_a_kind_of_its_own() -> None:
    for dialect in DIALECTS.values():
        spoken: Any = spoken_in(dialect)
        types = [row.message.kind for row in spoken.leg.rows]
        assert len(types) == len(set(types)), dialect.name
