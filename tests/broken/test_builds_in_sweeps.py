"""Nobody needs to know where to look: a sweep of single faults finds every broken build of the card leg."""

from collections.abc import Callable, Iterator

import pytest
from bent import Build, Provoked
from broken import test_batch_builds as batches
from broken import test_code_payment_builds as codes
from broken import test_key_builds as key_builds
from broken import test_notice_builds as notices
from broken import test_preauth_builds as holds
from broken import test_undoing_builds as undoing
from broken.test_card_leg_builds import (
    ByTheWallCalendar,
    CountsOn,
    ForgetsItsNumbers,
    NeverWithdraws,
    an_advice_before_its_request,
    calls_it_a_success_too_soon,
    dated,
    drops_its_advices,
    forgets_its_reversals,
    issuer,
    its_advice,
    its_request,
    posts_beside_the_book,
    prints_a_sale_slip,
    restarted,
    revives_a_late_answer,
    saw_a_reversal,
    sends_before_it_keeps,
    t1,
    writes_digits,
)

from acquirer.host.host import Host
from scenarios.experiments.judging import Finding, judged
from scenarios.experiments.sweep import planned
from scenarios.experiments.trying import bare
from scenarios.schema.load import load
from scenarios.schema.story import Scenario

PLAIN = ("ok-not-due", None)

BUILDS: dict[str, tuple[Build, tuple[str, str | None], str]] = {
    "a terminal that forgets its reversal in the dark": (
        Build("T1", t1, before=forgets_its_reversals), PLAIN, "all-final"),
    "a terminal that revives a sale by a late answer": (
        Build("T1", t1, bend=revives_a_late_answer), PLAIN, "legal-transitions"),
    "a terminal that writes its journal after it sent": (
        Build("T1", t1, bend=sends_before_it_keeps), PLAIN, "kept-before-effect"),
    "a terminal that prints a sale slip for a decline": (
        Build("T1", t1, bend=prints_a_sale_slip), PLAIN, "slip-honesty"),
    "a host that writes its journal after it forwarded": (
        Build("host", Host, bend=sends_before_it_keeps), PLAIN, "kept-before-effect"),
    "a host that captures a repeated request twice": (
        Build("host", CountsOn, forgets=its_request), PLAIN, "one-charge-per-attempt"),
    "a host that reverses a sale and claims it all the same": (
        Build("host", NeverWithdraws, bend=saw_a_reversal), PLAIN, "credit-has-debit"),
    "a host that reverses here and tells nobody upstream": (
        Build("host", Host, bend=drops_its_advices), PLAIN, "compatible-ends"),
    "a host that takes the business date from somebody else's calendar": (
        Build("host", ByTheWallCalendar, bend=dated), ("ok-not-due/after-cut-off", None), "business-date-once"),
    "a host that comes back from a restart as another": (
        Build("host", ForgetsItsNumbers, bend=restarted), PLAIN, "restart-same-state"),
    "a host that calls an order a success before anybody approved it": (
        Build("host", Host, bend=calls_it_a_success_too_soon), ("ok-not-due", "gateway-shop"), "slip-honesty"),
    "a host that writes card numbers into its log": (
        Build("host", Host, bend=writes_digits), PLAIN, "no-secrets"),
    "an issuer that debits a repeated request again": (
        Build("issuer", issuer, forgets=its_request), PLAIN, "one-charge-per-attempt"),
    "an issuer that carries out a repeated reversal twice": (
        Build("issuer", issuer, forgets=its_advice), PLAIN, "books-balance"),
    "an issuer that debits a request whose reversal came first": (
        Build("issuer", issuer, forgets=an_advice_before_its_request), PLAIN, "final-is-final"),
    "an issuer that puts money where no chart has a name": (
        Build("issuer", issuer, bend=posts_beside_the_book), PLAIN, "named-places"),
}  # fmt: skip
"""What is broken → the build, the sale that is swept, and a check that must be among what is found."""


def sold() -> Scenario:
    return load("ok-not-due")


def by_code() -> Scenario:
    return load("ok-slow/qr")


def held() -> Scenario:
    return load("op-preauth-not-sale/held")


def settled() -> Scenario:
    return batches.evening(sales=1)


OTHERS: dict[str, tuple[Build, Callable[[], Scenario], str]] = {
    "a host that forgets in a restart what it has to undo": (
        Build("host", undoing.HostForgetsAdvices, bend=undoing.was_restarted), sold, "restart-same-state"),
    "a network that forgets in a restart what it has to undo": (
        Build("switch", undoing.SwitchForgetsAdvices, bend=undoing.was_restarted), sold, "restart-same-state"),
    "a host that approves by a late answer": (
        Build("host", Host, bend=undoing.revives), sold, "legal-transitions"),
    "a terminal that believes a damaged approval": (
        Build("T1", key_builds.believing, before=key_builds.not_its_own), sold, "macs-verified"),
    "a host that does not verify a request": (
        Build("host", key_builds.Trusts, before=key_builds.not_its_own), sold, "macs-verified"),
    "a terminal that drops its queue in the dark": (
        Build("T1", notices.t1, before=notices.drops_its_queue), notices.offline, "queue-kept"),
    "a terminal that takes silence for an answer": (
        Build("T1", notices.t1, bend=notices.gives_up_unanswered), notices.offline, "queue-kept"),
    "a terminal that sends a notice it never kept": (
        Build("T1", notices.t1, bend=notices.keeps_nothing), notices.offline, "kept-before-effect"),
    "a host that posts a repeated notice twice": (
        Build("host", Host, before=notices.forgets_the_notice), notices.offline, "one-"),
    "a host that tells the network before it keeps the notice": (
        Build("host", Host, bend=notices.tells_before_it_keeps), notices.offline, "kept-before-effect"),
    "an issuer that posts a repeated notice again": (
        Build("issuer", notices.issuer, forgets=notices.its_notice), notices.offline, "one-charge-per-attempt"),
    "a terminal that repeats under another key": (
        Build("T1", notices.t1, bend=notices.answers_with_another_key), notices.offline, "one-net-effect"),
    "a terminal that reverses a payment by code blindly": (
        Build("T1", codes.t1, bend=codes.reverses_what_it_does_not_know), by_code, "no-blind-reversal"),
    "a host that has the network undo a payment by code": (
        Build("host", Host, before=codes.takes_codes_for_cards), by_code, "no-blind-reversal"),
    "a terminal that takes 09 for a decline": (
        Build("T1", codes.takes_nine_for_no, before=codes.is_nine), by_code, "compatible-ends"),
    "an issuer that turns a hold into a debit": (
        Build("issuer", holds.issuer, bend=holds.debits_what_it_holds), held, "hold-pays-nobody"),
    "a host that claims a hold in its file": (
        Build("host", holds.CapturesHolds, before=holds.captures), held, "hold-pays-nobody"),
    "a terminal that compares its batch and never closes it": (
        Build("T1", batches.terminal, bend=batches.never_hears_that_it_is_closed), settled, "all-final"),
}  # fmt: skip
"""The same over other transactions.

Not here is what no fault on one purchase provokes: it takes a second purchase (a log that is cleared, a refund that is
asked for twice), a setting (a floor limit, a limited number of tries), a wrong amount, or a clerk.
"""


def findings(build: Build, scenario: Scenario, provoked: Provoked) -> Iterator[Finding]:
    """What a sweep of this purchase finds with that build, one after the other."""
    for trial in planned(scenario, "1"):
        yield from judged(bare(scenario), trial, seed="1", instead=build.instead(provoked), advice=False).findings


@pytest.mark.parametrize("name", BUILDS)
def test_a_sweep_finds(name: str) -> None:
    build, sale, check = BUILDS[name]
    provoked = Provoked()
    scenario = load(sale[0], world=sale[1])
    swept = findings(build, scenario, provoked)
    found = next((finding for finding in swept if finding.what.en.startswith(check)), None)
    assert provoked.times, "provoked 0 times: this sweep is no evidence"
    assert found is not None, f"nothing found by {check}"


@pytest.mark.parametrize("name", OTHERS)
def test_a_sweep_of_another_transaction_finds(name: str) -> None:
    build, purchase, check = OTHERS[name]
    provoked = Provoked()
    swept = findings(build, purchase(), provoked)
    found = next((finding for finding in swept if finding.what.en.startswith(check)), None)
    assert provoked.times, "provoked 0 times: this sweep is no evidence"
    assert found is not None, f"nothing found by {check}"
