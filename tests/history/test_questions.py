"""The closed list of questions: bilingual, strict about answers, and the same for a history and for a person."""

import re

import pytest

from poslab.history.questions import FACT_NAMES, FACTS, ROLES, Facts, Value, checked, facts_of, spoken, written
from poslab.history.words import VIEWS


@pytest.mark.parametrize("name", FACTS)
def test_every_question_is_asked_in_both_languages(name: str) -> None:
    question = FACT_NAMES[name]
    assert re.search(r"[\u4e00-\u9fff]", question.zh)
    assert question.en.rstrip(")").endswith("?") or "?" in question.en
    assert not re.search(r"[\u4e00-\u9fff]", question.en)
    assert FACTS[name].role in ROLES


def test_every_view_is_a_question_and_the_truth_is_none() -> None:
    assert [name for name in VIEWS if FACTS[name].kind != "view"] == []
    assert "truth" not in FACTS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("terminal", "declined:51"),
        ("cardholder", ("spent", "returned")),
        ("booted", "no"),
        ("attempts", 2),
        ("timer-running", False),
        ("repeated-while", "in-doubt:98"),
        ("code", "98"),
        ("slips", ()),
    ],
)
def test_right_answers_are_taken(name: str, value: Value) -> None:
    assert checked(name, value) == value


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("terminal", "lost", "use none, declined:CODE"),
        ("cardholder", ("stolen",), "use spent"),
        ("cardholder", "spent", "use spent"),
        ("booted", "maybe", "before-answer"),
        ("attempts", True, "say how many"),
        ("attempts", -1, "say how many"),
        ("timer-running", "yes", "say true or false"),
        ("code", "", "say it in words"),
        ("late-anser", "yes", "the nearest is 'late-answer'"),
    ],
)
def test_wrong_answers_are_refused_in_one_sentence_that_helps(name: str, value: Value, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        facts_of("victim", {name: value})


def test_asking_what_is_no_question_is_an_error() -> None:
    with pytest.raises(KeyError, match="truth"):
        Facts("victim", {}).get("truth")


def test_facts_are_written_for_results_and_spoken_for_people() -> None:
    assert written("cardholder", ("spent", "returned")) == "cardholder=spent,returned"
    assert written("cardholder", ()) == "cardholder=-"
    assert written("dark", False) == "dark=no"
    said = spoken("terminal=in-doubt:98")
    assert "98" in said.zh
    assert "98" in said.en
    assert spoken("cardholder=-").en.endswith("none")
    assert spoken("late-answer=not-yet").zh.endswith("还没有")


@pytest.mark.parametrize("name", FACTS)
def test_every_answer_can_be_spoken(name: str) -> None:
    fact = FACTS[name]
    samples: list[Value] = {
        "yes-no": [True, False],
        "count": [0, 2],
        "words": [(), ("sale", "decline")],
        "text": ["00"],
        "word": [word + "51" if word.endswith(":") else word for word in fact.words],
        "view": [word.replace("CODE", "51").replace("REASON", "RISK") for word in VIEWS.get(name, {})],
    }[fact.kind]  # type: ignore[assignment]
    for value in samples:
        told = (value,) if name == "cardholder" else value
        said = spoken(written(name, checked(name, told)))  # type: ignore[arg-type]
        assert said.zh
        assert said.en


def test_the_last_attempt_speaks_only_for_facts_of_an_attempt() -> None:
    facts = facts_of("victim", {"terminal": "declined:51", "issuer": "debited"}, {"terminal": "approved"})
    assert facts.of_last().known == {"terminal": "approved", "issuer": "debited"}
    assert facts_of("victim", {"terminal": "approved"}).of_last().known == {"terminal": "approved"}
