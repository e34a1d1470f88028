"""The nightly clearing fails, is late, is started by hand: nothing twice, nothing left out, settled when it can be."""

import pytest
from street import MONDAY, PAYOUT, TUESDAY, WEDNESDAY, Street, a_thousand_on_monday, everything_is_at_rest

from acquirer.host.clearing import ClearingDue
from poslab.messages.facts import JobFailed, JobRerun
from poslab.party.time import DAY, HOUR, MINUTE

NIGHT = 23 * HOUR + 30 * MINUTE


def failed_on_monday() -> Street:
    street = a_thousand_on_monday()
    street.tell("host", JobFailed())
    return street.until(MONDAY + NIGHT + MINUTE)


def settled_on(street: Street) -> set[str]:
    return {file.settlement_date for file in street.sent("clearing-file", "switch")}


def test_a_run_that_fails_has_done_nothing_and_raises_an_alarm() -> None:
    street = failed_on_monday()
    assert street.logged("job-failed") == [{"job": "clearing", "date": "20260105"}]
    assert street.posted("host") == {}
    assert street.sent("clearing-file", "switch") == []


def test_the_next_night_makes_up_for_it_and_pays_both_days_once() -> None:
    street = failed_on_monday()
    street.until(TUESDAY + 12 * HOUR).sell("next", 5_000, "good-credit", number=18)
    street.until(TUESDAY + NIGHT + MINUTE)
    assert [file.business_date for file in street.sent("clearing-file", "switch")] == ["20260105", "20260106"]
    assert settled_on(street) == {"20260107"}
    street.until(WEDNESDAY + 12 * HOUR)
    assert street.became(PAYOUT) == ["scheduled", "instructed", "taken", "credited"]
    assert len(street.logged("payout-credited")) == 2
    assert everything_is_at_rest(street)


def test_started_by_hand_it_is_paid_the_same_day() -> None:
    street = failed_on_monday().until(TUESDAY + 13 * HOUR)
    street.tell("host", JobRerun())
    street.until(TUESDAY + 13 * HOUR + 5 * MINUTE)
    assert street.logged("job-rerun") == [{"job": "clearing", "date": "20260105"}]
    assert settled_on(street) == {"20260106"}
    assert street.became(PAYOUT)[-1] == "credited"
    street.until(WEDNESDAY + 12 * HOUR)
    assert len(street.sent("clearing-file", "switch")) == 1
    assert everything_is_at_rest(street)


def test_by_hand_nothing_starts_whose_hour_is_not_over() -> None:
    street = a_thousand_on_monday()
    street.tell("host", JobRerun())
    street.until(MONDAY + 23 * HOUR)
    assert street.logged("job-rerun") == []
    street.until(TUESDAY + 12 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"


def test_a_run_that_is_started_twice_runs_once() -> None:
    street = failed_on_monday().until(TUESDAY + 13 * HOUR)
    street.tell("host", JobRerun())
    street.tell("host", JobRerun())
    street.until(WEDNESDAY + 12 * HOUR)
    assert len(street.logged("job-rerun")) == 1
    assert everything_is_at_rest(street)


@pytest.mark.parametrize(
    ("made_at", "settled"),
    [
        (TUESDAY + 2 * HOUR, "20260106"),
        (TUESDAY + 16 * HOUR, "20260106"),
        (TUESDAY + 18 * HOUR, "20260107"),
        (MONDAY + 4 * DAY + 20 * HOUR, "20260112"),
        (MONDAY + 5 * DAY + 12 * HOUR, "20260112"),
    ],
    ids=["in the night", "in business hours", "in the evening", "on Friday evening", "on Saturday"],
)
def test_a_late_file_is_settled_when_the_network_can(made_at: int, settled: str) -> None:
    street = failed_on_monday()
    street._queue = [entry for entry in street._queue if not isinstance(entry[3], ClearingDue)]
    street.until(made_at)
    street.tell("host", JobRerun())
    street.until(made_at + MINUTE)
    assert settled_on(street) == {settled}


def test_a_failure_to_come_and_an_overdue_run_survive_a_restart() -> None:
    street = a_thousand_on_monday()
    street.tell("host", JobFailed())
    street.stop("host")
    street.until(MONDAY + NIGHT + MINUTE)
    assert len(street.logged("job-failed")) == 1
    street.stop("host")  # what is overdue when it comes back, runs
    street.until(TUESDAY + 12 * HOUR)
    assert street.became(PAYOUT)[-1] == "credited"
