"""Every message and letter × every fault: all of them, each once, and pairs that are drawn by name."""

from collections import Counter

from scenarios.experiments.sweep import only, planned, touching
from scenarios.experiments.trials import FAULTS, pairs
from scenarios.schema.load import load

TRIALS = planned(load("ok-not-due"), "1")
CELLS = [cell for trial in TRIALS for cell in trial.cells]


def test_every_message_of_a_good_sale_meets_every_fault() -> None:
    for name in ("T1-host-0200-1", "switch-issuer-0200-1", "host-T1-0210-1"):
        assert sorted(cell.fault for cell in CELLS if (cell.behind, cell.passage) == ("", name)) == sorted(FAULTS)


def test_so_does_every_file_transfer_and_payout_on_the_way_to_the_merchant() -> None:
    for name in (
        "host-switch-clearing-file-1", "switch-rail-transfer-order-2", "host-rail-payout-order-1",
        "bank-rail-credit-answer-1",
    ):  # fmt: skip
        assert sorted(cell.fault for cell in CELLS if (cell.behind, cell.passage) == ("", name)) == sorted(FAULTS)
    behind = {(cell.behind, cell.passage) for cell in CELLS if cell.behind}
    assert ("rail-host-transfer-done-1", "host-rail-transfer-query-1") in behind


def test_what_only_follows_when_something_is_lost_is_struck_as_well() -> None:
    struck = {(cell.behind, cell.passage.rpartition("-")[0]) for cell in CELLS if cell.behind}
    assert {("host-T1-0210-1", "T1-host-0400"), ("host-T1-0210-1", "host-T1-0410")} <= struck
    assert {("issuer-switch-0210-1", "switch-issuer-0420"), ("issuer-switch-0210-1", "T1-host-0600")} <= struck
    assert ("host-T1-0210-1", "host-T1-0210") not in struck


def test_a_sender_that_dies_is_the_receiver_of_what_came_before_and_is_played_once() -> None:
    both = [trial for trial in TRIALS if "host-switch-0200-1.sender-after-send" in [cell.id for cell in trial.cells]]
    assert [[cell.id for cell in trial.cells] for trial in both] == [
        ["T1-host-0200-1.receiver-after-send", "host-switch-0200-1.sender-after-send"]
    ]
    assert max(Counter(cell.id for cell in CELLS).values()) == 1


def test_pairs_strike_two_messages_of_one_story_and_are_drawn_by_name() -> None:
    drawn = pairs(TRIALS, 50, "1")
    assert len(drawn) == 50
    assert [trial.id for trial in drawn] == [trial.id for trial in pairs(TRIALS, 50, "1")]
    assert [trial.id for trial in drawn] != [trial.id for trial in pairs(TRIALS, 50, "2")]
    assert {trial.id for trial in drawn} <= {trial.id for trial in pairs(TRIALS, 100, "1")}
    for trial in drawn:
        assert len({cell.behind for cell in trial.cells}) == 1
        ids = [injection.id for injection in trial.injections]
        assert len(ids) == len(set(ids))


def test_a_trial_is_found_again_by_its_id() -> None:
    single = "host-T1-0210-1.lost+T1-host-0400-1.twice"
    found = only(TRIALS, single)
    assert found is not None
    assert single in [cell.id for cell in found.cells]
    pair = pairs(TRIALS, 1, "1")[0]
    assert only(TRIALS, pair.id) == pair
    assert only(TRIALS, "host-T1-0210-1.eaten") is None


def test_a_sweep_can_be_narrowed_to_one_message() -> None:
    found = touching(TRIALS, "T1-host-0400-1")
    assert found
    assert all("T1-host-0400-1" in [cell.passage for cell in trial.cells] for trial in found)
