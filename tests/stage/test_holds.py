"""Pre-authorisations from the till to the merchant's account, with what goes wrong on the way."""

from pathlib import Path

import pytest

from scenarios.schema.load import load
from scenarios.stage.play import Played, play

STORY = """
schema: poslab/1
id: hold
title: {{zh: 预授权, en: A hold}}
world: {{preset: {world}}}
workload:
  - {{order: victim, at: "10:15:30", terminal: T1, amount: "100.00", card: good-credit, what: preauth}}
faults: {faults}
people:
  cashier:
    script:
      base: by-the-book
      steps: {steps}
heal: {{at: "+3h", converge_within: 1h}}
until: "{until}"
expect: {{end: {{victim: {{claim_open: {claim}}}}}}}
"""


def played(
    folder: Path,
    steps: str,
    faults: str = "[]",
    claim: str = "false",
    until: str = "D+3 12:00",
    world: str = "gateway-shop",
) -> Played:
    file = folder / "hold.yaml"
    file.write_text(STORY.format(steps=steps, faults=faults, claim=claim, until=until, world=world), encoding="utf-8")
    found = play(load(str(file)))
    assert found.result.verdict == "pass", (found.result.reason, [i for i in found.result.invariants if i.breaches])
    return found


def test_a_completion_days_later_is_paid_to_the_merchant(tmp_path: Path) -> None:
    result = played(tmp_path, '[{at: "D+1 14:00", do: complete, order: victim, amount: "110.00"}]').result
    end = result.purchases[0].end
    assert (end.truth, end.claim_open, end.charged_net, end.credited) == ("M2", False, 1, 1)
    views = end.views
    assert (views.terminal, views.platform, views.host, views.issuer) == ("approved", "success", "approved", "debited")
    assert (views.file, views.payout, views.merchant) == ("yes", "success", "credited")
    assert views.cardholder == ("hold", "spent")
    assert sum(place.amount for place in end.places) == 11_000


def test_more_than_the_limit_is_refused_and_the_hold_stands(tmp_path: Path) -> None:
    steps = '[{at: "+1h", do: complete, order: victim, amount: "115.01"}]'
    end = played(tmp_path, steps, claim="true").result.purchases[0].end
    assert (end.truth, end.views.terminal, end.views.issuer) == ("M0", "preauth", "held")


def test_a_void_frees_the_money(tmp_path: Path) -> None:
    end = played(tmp_path, '[{at: "+1h", do: preauth-void, order: victim}]').result.purchases[0].end
    views = end.views
    assert (end.truth, views.terminal, views.host, views.issuer) == ("M0", "voided", "voided", "none")
    assert (views.platform, views.cardholder) == ("refunded", ("hold", "hold-released"))


@pytest.mark.parametrize("kind", ["0210", "0200"])
def test_a_completion_whose_message_is_lost_leaves_the_hold(tmp_path: Path, kind: str) -> None:
    link = "host->platform" if kind == "0210" else "T1->platform"
    faults = f'[{{id: lost, fault: loss, link: "{link}", match: {{kind: "{kind}", order: victim}}, nth: 1}}]'
    steps = '[{at: "+1h", do: complete, order: victim}]'
    end = played(tmp_path, steps, faults, claim="true").result.purchases[0].end
    assert (end.charged_net, end.views.issuer, end.views.terminal) == (0, "held", "preauth")
    assert end.views.cardholder == (("hold", "spent", "returned", "hold") if kind == "0210" else ("hold",))
    assert end.charged_peak == (1 if kind == "0210" else 0)


@pytest.mark.parametrize("kind", ["0110", "0100"])
def test_a_hold_whose_message_is_lost_is_undone(tmp_path: Path, kind: str) -> None:
    link = "host->platform" if kind == "0110" else "T1->platform"
    faults = f'[{{id: lost, fault: loss, link: "{link}", match: {{kind: "{kind}", order: victim}}, nth: 1}}]'
    end = played(tmp_path, "[]", faults).result.purchases[0].end
    assert (end.truth, end.views.issuer) == ("M0", "none")
    assert end.views.cardholder == (("hold", "hold-released") if kind == "0110" else ())


def test_a_completion_voided_and_completed_again_is_charged_once(tmp_path: Path) -> None:
    steps = """[
        {at: "+1h", do: complete, order: victim, amount: "90.00"},
        {at: "+2h", do: completion-void, order: victim},
        {at: "+150m", do: complete, order: victim, amount: "95.00"}]"""
    end = played(tmp_path, steps).result.purchases[0].end
    assert (end.charged_peak, end.charged_net, end.views.merchant) == (1, 1, "credited")
    assert end.views.cardholder == ("hold", "spent", "returned", "hold", "spent")


def test_a_void_of_a_completion_that_nobody_answered_is_undone_and_the_completion_stands_again(tmp_path: Path) -> None:
    steps = """[
        {at: "+1h", do: complete, order: victim, amount: "90.00"},
        {at: "+2h", do: completion-void, order: victim}]"""
    lost = '[{id: lost, fault: loss, link: "host->platform", match: {kind: "0210", order: victim}, nth: 2}]'
    end = played(tmp_path, steps, faults=lost).result.purchases[0].end
    assert (end.views.terminal, end.views.host, end.views.merchant) == ("approved", "approved", "credited")
    assert (end.charged_peak, end.charged_net) == (1, 1)
    assert end.views.cardholder == ("hold", "spent", "returned", "hold", "spent")


def test_a_completion_told_by_notice_is_paid_to_the_merchant(tmp_path: Path) -> None:
    steps = """[
        {at: "+1h", do: complete-by-notice, order: victim, amount: "90.00"},
        {at: "+2h", do: balance, order: victim}]"""
    end = played(tmp_path, steps).result.purchases[0].end
    views = end.views
    assert (views.terminal, views.host, views.issuer, views.merchant) == ("approved", "approved", "debited", "credited")
    assert (views.cardholder, sum(place.amount for place in end.places)) == (("hold", "spent"), 9_000)


@pytest.mark.parametrize("kind", ["0220", "0230"])
def test_a_notice_whose_message_is_lost_is_told_again_and_charged_once(tmp_path: Path, kind: str) -> None:
    link = "T1->platform" if kind == "0220" else "host->platform"
    faults = f'[{{id: lost, fault: loss, link: "{link}", match: {{kind: "{kind}", order: victim}}, nth: 1}}]'
    steps = """[
        {at: "+1h", do: complete-by-notice, order: victim, amount: "90.00"},
        {at: "+2h", do: balance, order: victim},
        {at: "+150m", do: balance, order: victim}]"""
    end = played(tmp_path, steps, faults).result.purchases[0].end
    assert (end.charged_peak, end.charged_net, end.views.merchant) == (1, 1, "credited")


def test_a_notice_for_too_much_is_refused_and_the_hold_stands(tmp_path: Path) -> None:
    steps = """[
        {at: "+1h", do: complete-by-notice, order: victim, amount: "115.01"},
        {at: "+2h", do: balance, order: victim}]"""
    end = played(tmp_path, steps, claim="true").result.purchases[0].end
    assert (end.charged_net, end.views.issuer, end.views.terminal) == (0, "held", "preauth")


def test_a_notice_that_was_not_sent_is_voided_on_the_spot(tmp_path: Path) -> None:
    steps = """[
        {at: "+1h", do: complete-by-notice, order: victim, amount: "90.00"},
        {at: "+70m", do: completion-void, order: victim},
        {at: "+2h", do: complete, order: victim, amount: "95.00"}]"""
    end = played(tmp_path, steps).result.purchases[0].end
    assert (end.charged_net, end.views.merchant, end.views.cardholder) == (1, "credited", ("hold", "spent"))
    assert sum(place.amount for place in end.places) == 9_500
