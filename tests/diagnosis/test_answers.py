"""The four answers to a diagnosis: in both languages, and never harmful."""

import re

import pytest

from poslab.diagnosis.answers import Answers, answers, nearest
from poslab.diagnosis.catalogue import IDS, cause, causes
from poslab.diagnosis.procedure import Diagnosis, diagnose
from poslab.history.questions import Facts, Value, facts_of

HARMFUL = (
    "pay-again-elsewhere", "swipe-again", "retry-at-once", "factory-reset", "promise-it-will-arrive",
    "deliver-on-notice", "accept-picture", "press-cancel", "pull-card", "settle-before-reversal",
    "void-before-reversal", "revive-late-answer", "assume-cancelled", "demand-second-payout",
    "tell-customer-it-failed", "open-dispute",
)  # fmt: skip

VIEWS = ("terminal", "platform", "host", "issuer", "file", "payout", "merchant", "cardholder")


def facts_of_variant(id_: str, variant: str | None = None, **known: Value) -> Facts:
    views = cause(id_).variant(variant).views_complaint
    stated: dict[str, Value] = {view: getattr(views, view) for view in VIEWS}
    return facts_of("victim", stated | known)


def in_both_languages(said: Answers) -> bool:
    texts = [said.why, said.cancel.text, *(step.text for step in (*said.remedies, *said.never)), *said.prevention]
    return all(
        re.search(r"[\u4e00-\u9fff]", text.zh) and text.en and not re.search(r"[\u4e00-\u9fff]", text.en)
        for text in texts
    )


@pytest.mark.parametrize("it", causes().values(), ids=lambda it: it.id)
def test_every_written_cause_answers_all_four_questions_in_each_variant(it: object) -> None:
    for variant in it.variants:  # type: ignore[attr-defined]
        said = answers(Diagnosis(it.id), facts_of_variant(it.id, variant.id))  # type: ignore[attr-defined]
        assert said.remedies
        assert said.never
        assert said.prevention
        assert in_both_languages(said)


@pytest.mark.parametrize("id_", IDS)
def test_no_answer_ever_advises_harm(id_: str) -> None:
    for it in causes().values():
        for variant in it.variants:
            for tie in ((), (id_, it.id)):
                said = answers(Diagnosis(id_, tie), facts_of_variant(it.id, variant.id))
                advised = [step.do for step in said.remedies]
                assert not [do for do in advised if do in HARMFUL]
                assert not [step.do for step in said.never if step.do in advised]


def test_the_texts_are_those_of_the_variant_that_the_views_show() -> None:
    said = answers(
        Diagnosis("term-restart-mid-transaction"), facts_of_variant("term-restart-mid-transaction", "during-print")
    )
    assert "reprint" in [step.do for step in said.remedies]
    assert "wait-for-reversal" not in [step.do for step in said.remedies]
    other = answers(
        Diagnosis("term-restart-mid-transaction"), facts_of_variant("term-restart-mid-transaction", "after-send")
    )
    assert "wait-for-reversal" in [step.do for step in other.remedies]


def test_variants_that_look_alike_speak_as_the_default_one() -> None:
    assert nearest(cause("net-response-late"), facts_of_variant("net-response-late", "after-reversal")).default


@pytest.mark.parametrize("variant", ["too-much", "too-little"])
def test_the_sales_ticket_says_which_way_the_amount_was_wrong(variant: str) -> None:
    facts = facts_of_variant("op-wrong-amount", variant, ticket=variant)
    said = answers(Diagnosis("op-wrong-amount"), facts)
    assert ("refund" in [step.do for step in said.remedies]) == (variant == "too-much")


def test_a_platform_that_is_not_there_does_not_hide_the_variant() -> None:
    facts = facts_of_variant("acq-host-down", "reply-96-unmarked", platform="absent")
    assert nearest(cause("acq-host-down"), facts).id == "reply-96-unmarked"


def test_a_tie_warns_for_all_its_causes_and_names_the_others() -> None:
    tie = ("net-response-lost", "net-response-late")
    said = answers(Diagnosis(tie[0], tie, confidence="tied"), facts_of_variant("net-response-lost"))
    assert "revive-late-answer" in [step.do for step in said.never]
    assert cause("net-response-late").title.zh in said.why.zh
    assert cause("net-response-late").title.en in said.why.en


def test_two_standing_sales_are_answered_in_the_catalogues_own_words() -> None:
    said = answers(Diagnosis("op-double-swipe"), facts_of_variant("op-double-swipe", "second-terminal"))
    assert (said.cancel.possible, said.cancel.how) == ("is-being-cancelled", "reversal")
    assert said.cancel.text == cause("op-double-swipe").cancel_in("second-terminal")


def test_a_void_is_advised_only_while_it_is_possible() -> None:
    open_ = facts_of_variant("op-double-swipe", "no-paper")
    closed = facts_of("victim", dict(open_.known) | {"file": "yes", "payout": "success"})
    assert "void" in [step.do for step in answers(Diagnosis("op-double-swipe"), open_).remedies]
    late = [step.do for step in answers(Diagnosis("op-double-swipe"), closed).remedies]
    assert "void" not in late
    assert "refund" in late


def test_nobody_is_told_to_wait_for_a_reversal_that_is_done() -> None:
    doubt = facts_of_variant("net-response-lost")
    done = facts_of("victim", dict(doubt.known) | {"terminal": "reversed", "issuer": "debited-back"})
    assert [step.do for step in answers(Diagnosis("net-response-lost"), doubt).remedies][:2] == [
        "wait", "wait-for-reversal",
    ]  # fmt: skip
    left = [step.do for step in answers(Diagnosis("net-response-lost"), done).remedies]
    assert left[:2] == ["ask-cardholder-sms", "sell-again"]


def test_nothing_wrong_needs_nothing_done() -> None:
    said = answers(Diagnosis("none"), facts_of_variant("ok-not-due"))
    assert said.remedies == ()
    assert [step.do for step in said.never] == ["swipe-again"]
    assert in_both_languages(said)


def test_a_voided_sale_is_told_from_one_that_is_well() -> None:
    voided, paid = facts_of("victim", {"terminal": "voided"}), facts_of("victim", {"terminal": "approved"})
    assert "voided" in answers(Diagnosis("none"), voided).why.en
    assert "voided" not in answers(Diagnosis("none"), paid).why.en


def test_of_a_sale_that_a_clerk_has_reversed_the_slip_does_not_count() -> None:
    facts = facts_of("victim", {"terminal": "approved", "host": "reversed", "correction-ordered": True})
    assert "the slip at the till does not count" in answers(Diagnosis("none"), facts).why.en


def test_the_unknown_is_answered_by_what_is_safe_in_any_case() -> None:
    facts = facts_of("victim", {})
    said = answers(diagnose(facts), facts)
    assert next(step.do for step in said.remedies) == "query"
    assert "pay-again-elsewhere" in [step.do for step in said.never]
    assert in_both_languages(said)


def test_a_cause_without_a_page_is_named_and_waits_for_its_reversal() -> None:
    facts = facts_of_variant("net-response-lost", **{"cancel-pressed": True})
    said = answers(Diagnosis("a-cause-to-come"), facts)
    assert "a-cause-to-come" in said.why.en
    assert next(step.do for step in said.remedies) == "wait-for-reversal"
    assert in_both_languages(said)
