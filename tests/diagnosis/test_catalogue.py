"""The catalogue answers four questions for every cause, in both languages and in closed words."""

import re
from collections.abc import Iterator
from importlib import resources

import msgspec
import pytest

from poslab.diagnosis.actions import ACTIONS
from poslab.diagnosis.catalogue import GROUPS, IDS, Cause, Variant, Views, cause, causes
from poslab.messages.codes import CODES
from poslab.text import Text

CJK = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
MARK = re.compile(r"[*`]|\(A\)|\[S\d")

WORDS = {
    "terminal": "none approved approved-unprinted unknown reversed reversal-closed:12 reversal-closed:25 "
    "reversal-failed voided preauth offline-unsent refunded",
    "platform": "absent none created paying success failed stuck refunded",
    "host": "none reversal-only declined in-doubt approved reversed voided refunded missing-capture",
    "issuer": "none held debited debited-twice debited-back credited-back",
    "file": "no yes late other-merchant",
    "payout": "none scheduled held suspended instructed unknown success",
    "merchant": (
        "not-credited not-due credited credited-net credited-twice suspense elsewhere credited-unusable debited"
    ),
    "cardholder": "spent returned refunded hold hold-released",
}
RETURNS = (
    "ACCOUNT_NOT_EXIST",
    "NAME_NOT_CORRECT",
    "ACCOUNT_FROZEN",
    "ACCOUNT_CLOSED",
    "QUOTA_EXCEED",
    "RISK",
    "BANK_MAINTENANCE",
)
WRITTEN = (
    "net-link-down",
    "net-request-lost",
    "net-response-lost",
    "net-response-late",
    "net-reversal-pending",
    "net-reversal-exhausted",
    "net-duplicate-delivery",
    "term-restart-mid-transaction",
    "term-printer-fail",
    "acq-host-down",
    "acq-crash-after-forward",
    "issuer-unavailable",
    "issuer-debit-no-answer",
    "issuer-reversal-failed",
    "plat-gateway-down",
    "plat-notify-lost",
    "plat-order-stuck",
    "plat-second-clearing",
    "acct-bound-to-other",
    "op-double-swipe",
    "op-cancel-before-answer",
    "op-card-removed",
    "op-pin-tries",
    "op-declined-taken-as-paid",
    "op-offline-not-uploaded",
    "acct-frozen",
    "acct-number-wrong",
    "acct-class-limit",
    "acct-name-mismatch",
    "acct-closed-dormant",
    "bank-inbound-suspense",
    "bank-maintenance-window",
    "ok-slow",
    "ok-not-due",
)

each_cause = pytest.mark.parametrize("it", causes().values(), ids=lambda it: it.id)


def texts_of(it: object) -> Iterator[Text]:
    """Every text inside, however deep."""
    if isinstance(it, Text):
        yield it
    elif isinstance(it, msgspec.Struct):
        for name in it.__struct_fields__:
            yield from texts_of(getattr(it, name))
    elif isinstance(it, tuple):
        for one in it:
            yield from texts_of(one)


def is_a_terminal_word(word: str) -> bool:
    kind, _, code = word.partition(":")
    if kind in ("declined", "in-doubt"):
        return code in CODES
    return word in WORDS["terminal"].split()


def is_a_payout_word(word: str) -> bool:
    kind, _, reason = word.partition(":")
    return reason in RETURNS if kind == "returned" else word in WORDS["payout"].split()


def strange_words(views: Views) -> list[str]:
    strange = [] if is_a_terminal_word(views.terminal) else [views.terminal]
    strange += [] if is_a_payout_word(views.payout) else [views.payout]
    for party in ("platform", "host", "issuer", "file", "merchant"):
        strange += [word for word in [getattr(views, party)] if word not in WORDS[party].split()]
    return strange + [word for word in views.cardholder if word not in WORDS["cardholder"].split()]


def test_these_causes_are_written() -> None:
    assert [name for name in WRITTEN if name not in causes()] == []


def test_every_file_has_a_name_of_the_catalogue_and_is_read() -> None:
    files = sorted(file.name for file in (resources.files("poslab.diagnosis") / "catalogue").iterdir())
    assert files == sorted(f"{name}.json" for name in causes())


def test_there_are_fifty_three_names_each_once() -> None:
    assert len(IDS) == 53
    assert len(dict.fromkeys(IDS)) == 53


def test_causes_come_in_the_order_of_their_groups() -> None:
    groups = list(GROUPS)
    places = [groups.index(it.group) for it in causes().values()]
    assert places == sorted(places)
    assert list(causes()) == [name for name in IDS if name in causes()]


@each_cause
def test_every_text_is_there_in_both_languages(it: Cause) -> None:
    for text in texts_of(it):
        assert text.zh.strip() == text.zh != ""
        assert text.en.strip() == text.en != ""
        assert re.search(r"[\u4e00-\u9fff]", text.zh), text
        assert not CJK.search(text.en), text


@each_cause
def test_no_text_carries_the_marks_of_a_manuscript(it: Cause) -> None:
    for text in texts_of(it):
        assert not MARK.search(text.zh + text.en), text
        assert not re.search(r"\d{12,}", text.zh + text.en), "no card number in a text"


@each_cause
def test_sentences_end_as_sentences(it: Cause) -> None:
    for text in [it.why, it.teaches, it.money, it.cancel, it.heals, it.tell, *texts_of(it.sees), *it.prevention]:
        assert text.zh[-1] in "。？", text
        assert text.en[-1] in ".?", text


@each_cause
def test_the_four_answers_are_given_for_every_variant(it: Cause) -> None:
    assert it.prevention
    for variant in it.variants:
        assert it.money_in(variant.id).en
        assert it.cancel_in(variant.id).en
        assert it.remedies_in(variant.id)
        assert it.never_in(variant.id)


@each_cause
def test_actions_are_of_the_closed_list(it: Cause) -> None:
    assert [step.do for step in (*it.remedies, *it.never) if step.do not in ACTIONS] == []


@each_cause
def test_what_harms_is_never_a_remedy(it: Cause) -> None:
    never = [step.do for step in it.never]
    assert [step.do for step in it.remedies if step.do in never] == []


@each_cause
def test_steps_are_about_variants_that_exist(it: Cause) -> None:
    known = [variant.id for variant in it.variants]
    for step in (*it.remedies, *it.never):
        assert [name for name in step.only if name not in known] == []


@each_cause
def test_each_cause_has_one_default_variant_and_no_name_twice(it: Cause) -> None:
    assert [variant.default for variant in it.variants].count(True) == 1
    names = [variant.id for variant in it.variants]
    assert names == list(dict.fromkeys(names))
    assert it.variant().default


@each_cause
def test_views_are_closed_words(it: Cause) -> None:
    for variant in it.variants:
        assert strange_words(variant.views_complaint) == []
        assert strange_words(variant.views_end) == []


@each_cause
def test_charges_agree_with_what_the_cardholder_read(it: Cause) -> None:
    for variant in it.variants:
        sms = variant.views_end.cardholder
        back = sms.count("returned") + sms.count("refunded")
        left = sms.count("spent") - back
        assert left <= variant.net_charges <= variant.peak_charges <= sms.count("spent"), variant.id
        assert ("one-net-effect" in variant.violates) == (variant.net_charges > 1), variant.id


@each_cause
def test_ties_are_the_causes_that_look_the_same_at_the_complaint(it: Cause) -> None:
    mine = [variant.views_complaint for variant in it.variants]
    alike = [
        other.id
        for other in causes().values()
        if other.id != it.id and any(variant.views_complaint in mine for variant in other.variants)
    ]
    assert [name for name in it.ties if name in causes()] == alike
    assert [name for name in it.ties if name not in IDS] == []
    assert it.id not in it.ties


def test_every_action_speaks_both_languages_and_is_used_somewhere() -> None:
    for name, text in ACTIONS.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert re.search(r"[\u4e00-\u9fff]", text.zh)
        assert not CJK.search(text.en)
    used = [step.do for it in causes().values() for step in (*it.remedies, *it.never)]
    assert [name for name in ACTIONS if name not in used] == []


def moments(variant: Variant) -> tuple[str, str, str, int, int]:
    return (
        variant.complaint_at,
        variant.truth_complaint,
        variant.truth_end,
        variant.peak_charges,
        variant.net_charges,
    )


def test_a_lost_answer_ends_with_the_money_back_at_the_cardholder() -> None:
    variant = cause("net-response-lost").variant()
    assert moments(variant) == ("till", "M1", "M1", 1, 0)
    assert variant.views_complaint == Views(
        "unknown", "success", "approved", "debited", "no", "none", "not-credited", ("spent",)
    )
    assert variant.views_end == Views(
        "reversed", "failed", "reversed", "debited-back", "no", "none", "not-credited", ("spent", "returned")
    )


def test_two_swipes_charge_twice_unless_the_first_is_undone() -> None:
    it = cause("op-double-swipe")
    assert {variant.id: moments(variant) for variant in it.variants} == {
        "no-paper": ("evening", "M4", "M4", 2, 2),
        "second-terminal": ("till", "M4", "M2", 2, 1),
        "other-acquirer": ("till", "M4", "M2", 2, 1),
        "other-acquirer-no-paper": ("evening", "M4", "M4", 2, 2),
        "dropped": ("evening", "M4", "M4", 2, 2),
        "after-98": ("till", "M4", "M2", 2, 1),
        "same-terminal": ("till", "M2", "M2", 1, 1),
        "resent-offline": ("evening", "M4", "M4", 3, 3),
    }
    assert it.variant("no-paper").views_end.merchant == "credited-twice"
    assert it.variant("same-terminal").views_end.cardholder == ("spent", "returned", "spent")


def test_a_reversal_after_the_cut_off_ends_by_adjustment() -> None:
    it = cause("net-reversal-exhausted")
    assert it.variant().id == "dropped"
    late = it.variant("after-cut-off")
    assert moments(late) == ("morning", "M4", "M1", 1, 0)
    assert late.views_complaint.terminal == "reversal-closed:12"
    assert late.views_complaint.payout == "held"
    assert late.views_end.issuer == "credited-back"
    assert "credit adjustment" in it.cancel_in("after-cut-off").en
    assert it.money_in("after-cut-off") != it.money_in("dropped")


def test_a_frozen_account_is_paid_again_only_where_the_payout_came_back() -> None:
    it = cause("acct-frozen")
    assert it.variant().views_complaint.payout == "returned:ACCOUNT_FROZEN"
    assert it.variant("out-only").views_complaint.merchant == "credited-unusable"
    assert "apply-repayout" in [step.do for step in it.remedies_in("both")]
    assert "apply-repayout" not in [step.do for step in it.remedies_in("out-only")]
    assert "demand-second-payout" in [step.do for step in it.never_in("out-only")]


def test_a_sale_that_was_stored_is_reprinted_and_not_sold_again() -> None:
    it = cause("term-restart-mid-transaction")
    assert "sell-again" in [step.do for step in it.remedies_in()]
    assert "sell-again" not in [step.do for step in it.remedies_in("during-print")]
    assert "reprint" in [step.do for step in it.remedies_in("during-print")]


def test_nobody_is_told_to_void_a_sale_whose_twin_is_being_reversed() -> None:
    it = cause("op-double-swipe")
    for name in ("second-terminal", "after-98", "same-terminal"):
        assert "void" not in [step.do for step in it.remedies_in(name)]


def test_an_unknown_cause_names_the_nearest() -> None:
    with pytest.raises(KeyError, match="net-response-lost"):
        cause("net-respons-lost")
    with pytest.raises(KeyError, match="no-paper"):
        cause("op-double-swipe").variant("no-papper")
