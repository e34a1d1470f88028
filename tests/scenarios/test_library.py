"""The library: which stories it holds, that each fits every preset world, and that it agrees with the catalogue."""

import pytest

from poslab.diagnosis.catalogue import Variant, causes
from poslab.world.presets import PRESETS
from scenarios.people.cast import cast
from scenarios.people.policies import POLICIES
from scenarios.schema.errors import BadInput
from scenarios.schema.load import load, variants_of
from scenarios.schema.sources import library_ids
from scenarios.schema.story import Expected, Scenario

LIBRARY = {
    "acct-bound-to-other": ("account", "terminal"),
    "acct-frozen": ("both", "out-only", "bank-risk"),
    "acq-capture-missing": ("capture-skip", "file-omit"),
    "acq-clearing-job-late": ("delayed", "fail-once"),
    "acct-class-limit": ("per-sale", "net-daily", "yearly"),
    "acct-number-wrong": ("plain",),
    "acct-name-mismatch": ("plain",),
    "acct-closed-dormant": ("closed", "dormant"),
    "bank-inbound-suspense": ("applied", "returned"),
    "bank-maintenance-window": ("queued", "other-bank", "refused"),
    "acct-review-suspended": ("kyc", "change-pending", "blocked"),
    "acct-risk-hold": ("plain",),
    "acq-crash-after-forward": ("plain",),
    "acq-payout-unknown": ("not-credited", "credited"),
    "acq-host-down": ("down", "other-acquirer", "reply-96", "reply-96-unmarked"),
    "disp-fraud-freeze": ("sale", "account"),
    "disp-retrieval-hold": ("before-payout", "after-payout"),
    "disp-chargeback": ("plain", "written-off", "partial", "partly-refunded", "inquiry-unanswered"),
    "disp-negotiated-refund": ("full", "partial", "none"),
    "issuer-debit-no-answer": ("code-98", "code-68", "qr"),
    "issuer-refund-slow": ("plain",),
    "issuer-reversal-failed": ("refused", "ignored", "saf-exhausted"),
    "issuer-unavailable": ("down", "route", "day-end"),
    "net-duplicate-delivery": ("no-dedupe", "dedupe"),
    "net-link-down": ("no-signal", "sim-arrears"),
    "net-request-lost": ("plain", "qr"),
    "net-response-late": ("before-reversal", "during-reversal", "after-reversal"),
    "net-response-lost": ("plain", "qr"),
    "net-reversal-exhausted": ("dropped", "after-cut-off"),
    "net-reversal-pending": ("plain",),
    "ok-lump-sum": ("plain",),
    "ok-not-due": ("t-plus-1", "after-cut-off", "weekend"),
    "ok-slow": ("plain", "qr"),
    "op-cancel-before-answer": ("plain",),
    "op-card-removed": ("removed", "second-gac"),
    "op-declined-taken-as-paid": ("insufficient", "expired", "limit", "fake-proof", "qr-unpaid"),
    "op-double-swipe": (
        "no-paper", "second-terminal", "other-acquirer", "other-acquirer-no-paper", "dropped", "after-98",
        "same-terminal",
    ),
    "op-offline-not-uploaded": ("offline-sale", "completion-notice"),
    "op-pin-tries": ("locked", "pickup"),
    "op-preauth-not-sale": ("held", "expired"),
    "op-wrong-amount": ("too-much", "too-little"),
    "op-wrong-reversal-type": ("wrong-void", "void-for-refund", "refund-for-void"),
    "plat-gateway-down": ("down", "answer-lost"),
    "plat-notify-lost": ("plain",),
    "plat-order-stuck": ("plain",),
    "plat-second-clearing": ("abscond", "delay"),
    "plat-instant-payout-off": ("window", "limit", "suspended", "minimum", "manual", "just-missed"),
    "rail-holiday-or-window": ("holiday", "window"),
    "term-keys-out-of-step": ("request", "answer", "pin-key", "batch"),
    "term-printer-fail": ("paper-out", "jam"),
    "term-batch-not-closed": ("unsent-notice", "terminal-capture"),
    "term-store-fail": ("full", "io-error"),
    "term-restart-mid-transaction": ("after-send", "after-answer-before-store", "before-send", "during-print"),
}
"""Each story with its variants, the default one first."""

FIELD = {
    "field-authorised-never-captured": (("as-reported", "ours"), "acq-capture-missing", "never-found"),
    "field-offline-never-arrives": (("as-reported", "ours"), "op-offline-not-uploaded", "queue-lost"),
    "field-offline-queue-resends": (("as-reported", "ours"), "op-double-swipe", "resent-offline"),
}
"""Stories from the field: their variants, the cause that they play, and which of its variants the default one is."""

_NEEDS_NONE = ("plat-second-clearing", "plat-instant-payout-off")
OF_A_PLATFORM = [story for story in LIBRARY if story.startswith("plat-") and story not in _NEEDS_NONE]
"""Stories that cannot be without one; an intermediary needs none, nor does an acquirer that pays at once."""

FROM_A_WALLET = "plat-instant-payout-off/manual"
"""The one variant of its story that needs wallets; in all others the acquirer pays the merchant itself, and early."""


def cannot_be(story: str, variant: str, preset: str) -> str:
    """Why a world has no such story; empty where it has."""
    if story in OF_A_PLATFORM and preset in ("corner-shop", "two-acquirers"):
        return f"there is no 'platform' in the world {preset}"
    if story == "plat-order-stuck" and preset == "gateway-shop":
        return "platform keeps no ledger"
    if f"{story}/{variant}" == FROM_A_WALLET:
        reasons = {"gateway-shop": "platform keeps no ledger", "wallet-shop": "", "whole-street": ""}
        return reasons.get(preset, "has no platform")
    if story == "plat-instant-payout-off" and preset in ("wallet-shop", "whole-street"):
        return "the acquirer pays nobody on the same day where a platform keeps merchant's wallet"
    return ""


OF_MANY_CAUSES = {"month-of-a-corner-shop": ("plain",)}
"""Stories in which many things go wrong."""

NAMES = [(story, variant) for story, variants in LIBRARY.items() for variant in variants]


def test_these_stories_and_variants_and_no_others() -> None:
    field = {story: variants for story, (variants, _, _) in FIELD.items()}
    assert {story: variants_of(story) for story in library_ids()} == LIBRARY | field | OF_MANY_CAUSES


def test_every_cause_of_the_catalogue_has_its_story_with_the_same_default() -> None:
    elsewhere = {(cause, variant) for _, cause, variant in FIELD.values()}
    for name, cause in causes().items():
        listed = [variant.id for variant in cause.variants if (name, variant.id) not in elsewhere]
        assert sorted(listed) == sorted(LIBRARY[name])
        assert cause.variant().id == LIBRARY[name][0]


@pytest.mark.parametrize(("story", "variant"), NAMES)
def test_it_can_be_loaded_and_teaches_in_both_languages(story: str, variant: str) -> None:
    scenario = load(story, variant)
    assert scenario.id == story
    assert scenario.cause == story
    assert scenario.variant == (None if variant == "plain" else variant)
    assert scenario.teaches is not None
    assert any("\u4e00" <= letter <= "\u9fff" for letter in scenario.teaches.zh)
    assert scenario.teaches.en.isascii()
    assert scenario.title == causes()[story].title
    assert scenario.cashier in POLICIES
    cast(scenario.world, {"cashier": scenario.cashier, "cardholder": scenario.cardholder})


@pytest.mark.parametrize(("story", "variant"), NAMES)
def test_it_expects_what_the_catalogue_says(story: str, variant: str) -> None:
    world = "gateway-shop" if cannot_be(story, variant, "wallet-shop") else "wallet-shop"
    _expects(load(story, variant, world=world), story, causes()[story].variant(variant))


@pytest.mark.parametrize("story", FIELD)
def test_a_story_from_the_field_expects_what_its_cause_says_and_shows_that_ours_does_no_damage(story: str) -> None:
    (_, ours), name, variant = FIELD[story]
    as_reported = load(story, world="gateway-shop")
    _expects(as_reported, name, causes()[name].variant(variant))
    assert as_reported.cause == name
    assert as_reported.title != causes()[name].title
    for said in (as_reported.title, as_reported.teaches):
        assert said is not None and said.en.isascii() and any("\u4e00" <= letter <= "\u9fff" for letter in said.zh)
    sound = load(story, ours)
    assert sound.expect.violates == ()
    assert {end.charged_net for end in sound.expect.end} == {1}


def _expects(scenario: Scenario, name: str, listed: Variant) -> None:
    """The catalogue tells of a world with a platform."""
    complaint, end = (_victim(told) for told in (scenario.expect.complaint, scenario.expect.end))
    assert (_truth(complaint), _truth(end)) == (listed.truth_complaint, listed.truth_end)
    assert complaint.diagnosis == name
    for expected, views in ((complaint, listed.views_complaint), (end, listed.views_end)):
        assert expected.views == {name: getattr(views, name) for name in views.__struct_fields__}
    assert (end.charged_peak, end.charged_net) == (listed.peak_charges, listed.net_charges)
    assert scenario.expect.violates == listed.violates
    assert scenario.complaints[0].order == "victim"


def _victim(expected: tuple[Expected, ...]) -> Expected:
    return next(one for one in expected if one.order == "victim")


def _truth(expected: Expected) -> str:
    return f"{expected.truth}+claim" if expected.claim_open else str(expected.truth)


def test_a_variant_that_another_scenario_plays_names_it() -> None:
    named = {v.played_by: (cause.id, v.id) for cause in causes().values() for v in cause.variants if v.played_by}
    assert sorted(named) == [story for story in library_ids() if story not in causes() and story not in OF_MANY_CAUSES]
    for story, (cause_id, variant) in named.items():
        assert load(story).cause == cause_id
        assert variant not in variants_of(cause_id)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("story", "variant"), NAMES)
def test_it_can_be_played_in_every_preset_world(story: str, variant: str, preset: str) -> None:
    reason = cannot_be(story, variant, preset)
    if reason:
        with pytest.raises(BadInput, match=reason):
            load(story, variant, preset)
        return
    scenario = load(story, variant, preset)
    assert scenario.world.name == preset
    word = _victim(scenario.expect.end).views["platform"]
    assert (word == "absent") == (scenario.world.platform is None)


def test_the_complaint_comes_when_the_catalogue_says() -> None:
    for story, variant in NAMES:
        scenario = load(story, variant)
        moment = causes()[story].variant(variant).complaint_at
        sold, asked = scenario.purchases[0].at, scenario.complaints[0].at
        minutes = (asked - sold) // 60_000_000
        assert {"till": minutes < 2, "evening": minutes < 24 * 60}.get(moment, minutes > 9 * 60), (story, variant)


def test_nothing_else_differs_between_variants_than_what_they_say() -> None:
    first: Scenario = load("net-response-late")
    other: Scenario = load("net-response-late", "after-reversal")
    assert first.told == other.told
    assert first.complaints == other.complaints
    assert first.injections != other.injections
