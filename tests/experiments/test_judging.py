"""What a sweep finds: a fault of poslab's own, and none where everybody does right."""

import msgspec
import pytest

from scenarios.experiments.ends import misfit
from scenarios.experiments.judging import Judged, judged
from scenarios.experiments.passages import FUNDING
from scenarios.experiments.sweep import only, planned
from scenarios.experiments.trying import bare, tried
from scenarios.schema.load import load

GOOD = load("ok-not-due")
TRIALS = planned(GOOD, "1")


def trial(name: str) -> Judged:
    found = only(TRIALS, name)
    assert found is not None
    return judged(bare(GOOD), found, seed="1")


@pytest.mark.parametrize(
    ("name", "truth", "cause", "cancel"),
    [
        ("T1-host-0200-1.lost", "M0", "net-request-lost", "is-being-cancelled/reversal"),
        ("host-T1-0210-1.late", "M1", "net-response-late", "is-being-cancelled/reversal"),
        ("T1-host-0200-1.garbled", "M0", "term-keys-out-of-step", "nothing-to-cancel/none"),
        ("issuer-switch-0210-1.lost", "M1", "issuer-debit-no-answer", "query-decides/query"),
        ("host-T1-0210-1.receiver-after-journal", "M2", "term-restart-mid-transaction", "yes/void"),
        ("host-T1-0210-1.twice-late", "M2", "ok-not-due", "yes/void"),
        ("host-switch-clearing-file-1.late", "M2", "none", "yes/refund"),
        ("host-payouts-due-2.long-after", "M2", "acq-clearing-job-late", "yes/refund"),
    ],
)
def test_what_came_of_it_and_what_was_said(name: str, truth: str, cause: str, cancel: str) -> None:
    found = trial(name)
    assert (found.truth, found.cause, found.cancel, found.findings) == (truth, cause, cancel, ())


def test_what_is_said_is_also_tried() -> None:
    assert trial("host-T1-0210-1.lost").tried == ("cancel", "remedies", "pay-again-elsewhere")


def test_ends_that_no_trade_knows_are_told() -> None:
    scenario = bare(GOOD)
    end = tried(scenario, scenario.purchases[0], seed="1").end
    assert misfit(end) is None
    stray = msgspec.structs.replace(end, views=msgspec.structs.replace(end.views, issuer="debited-back"))
    wrong = misfit(stray)
    assert wrong is not None and wrong.en.startswith("these ends do not fit together: M2, terminal approved")
    one_too_many = msgspec.structs.replace(end.views, cardholder=("spent", "spent", "spent"))
    assert misfit(msgspec.structs.replace(end, views=one_too_many))


def test_two_faults_can_keep_cash_and_its_mirror_apart_for_longer_than_a_day_and_that_is_an_alarm_only() -> None:
    pair = "host-payouts-due-2.long-after+rail-host-transfer-done-1.lost"
    apart = only(planned(GOOD, "1", (FUNDING,)), pair)
    assert apart is not None
    found = judged(bare(GOOD), apart, seed="1")
    assert (found.verdict, found.truth, found.findings) == ("violated", "M2", ())
    one_fault = msgspec.structs.replace(apart, pair=())
    assert [finding.what.en[:13] for finding in judged(bare(GOOD), one_fault, seed="1").findings] == ["mirrors-agree"]
