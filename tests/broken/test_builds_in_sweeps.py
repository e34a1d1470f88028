"""Nobody needs to know where to look: a sweep of single faults finds every broken build of the card leg."""

from collections.abc import Iterator

import pytest
from bent import Build, Provoked
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


def findings(build: Build, sale: tuple[str, str | None], provoked: Provoked) -> Iterator[Finding]:
    """What a sweep of this sale finds with that build, one after the other."""
    scenario = load(sale[0], world=sale[1])
    for trial in planned(scenario, "1"):
        yield from judged(bare(scenario), trial, seed="1", instead=build.instead(provoked), advice=False).findings


@pytest.mark.parametrize("name", BUILDS)
def test_a_sweep_finds(name: str) -> None:
    build, sale, check = BUILDS[name]
    provoked = Provoked()
    found = next((finding for finding in findings(build, sale, provoked) if finding.what.startswith(check)), None)
    assert provoked.times, "provoked 0 times: this sweep is no evidence"
    assert found is not None, f"nothing found by {check}"
