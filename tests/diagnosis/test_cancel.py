"""Can it be cancelled? Every row of the table is reached by the state it is about, and by its own words."""

import re

import pytest

from poslab.diagnosis.cancel import BY, HOW, POSSIBLE, TABLE, UNTIL, Cancel, can_cancel
from poslab.history.questions import FACTS, Value, checked, facts_of

SENT: dict[str, Value] = {
    "attempts": 1, "timer-running": False, "host": "approved", "issuer": "debited", "file": "no", "payout": "none",
    "merchant": "not-credited", "void": "none", "cut-off-passed": False, "cut-off-at": "2026-01-05 23:00",
}  # fmt: skip
GOOD = SENT | {"terminal": "approved", "merchant": "not-due"}
CLEARED = GOOD | {"file": "yes", "payout": "scheduled", "cut-off-passed": True}

STATES: dict[str, tuple[dict[str, Value], tuple[str, str, str, str]]] = {
    "entered, not sent": (
        {"terminal": "none", "keyed-unsent": True, "attempts": 0},
        ("yes", "operator", "cancel-key", "sent"),
    ),
    "void outcome unknown": (
        GOOD | {"void": "unknown"},
        ("is-being-cancelled", "terminal", "void-reversal", "same-day"),
    ),
    "void in doubt": (GOOD | {"void": "in-doubt:68"}, ("query-decides", "operator", "query", "answered")),
    "paid by code, not decided": (
        SENT | {"terminal": "in-doubt:09", "by-code": True},
        ("query-decides", "terminal", "close", "answered"),
    ),
    "sent, waiting": (
        SENT | {"terminal": "unknown", "timer-running": True},
        ("no", "nobody", "wait", "answered"),
    ),
    "unknown": (SENT | {"terminal": "unknown"}, ("is-being-cancelled", "terminal", "reversal", "answered")),
    "in doubt, the original may stand": (
        SENT | {"terminal": "in-doubt:94"},
        ("query-decides", "operator", "query", "answered"),
    ),
    "in doubt, the network undoes it": (
        SENT | {"terminal": "in-doubt:98", "host": "in-doubt"},
        ("query-decides", "network", "query", "advice-heard"),
    ),
    "in doubt, the host undoes it": (
        SENT | {"terminal": "in-doubt:68", "host": "in-doubt"},
        ("query-decides", "acquirer", "query", "advice-heard"),
    ),
    "reversal closed by 25": (
        SENT | {"terminal": "reversal-closed:25", "host": "reversal-only", "issuer": "none"},
        ("nothing-to-cancel", "nobody", "none", "none"),
    ),
    "reversal after clearing": (
        SENT | {"terminal": "reversal-closed:12", "file": "yes", "payout": "held"},
        ("yes", "acquirer", "credit-adjustment", "one-to-seven-days"),
    ),
    "declined": (
        SENT | {"terminal": "declined:51", "host": "declined", "issuer": "none"},
        ("nothing-to-cancel", "nobody", "none", "none"),
    ),
    "nothing sent": (
        {"terminal": "none", "keyed-unsent": False, "attempts": 0},
        ("nothing-to-cancel", "nobody", "none", "none"),
    ),
    "dropped, the host never had it": (
        SENT | {"terminal": "reversal-failed", "host": "none", "issuer": "none"},
        ("nothing-to-cancel", "nobody", "none", "none"),
    ),
    "dropped, cleared": (
        SENT | {"terminal": "reversal-failed", "file": "yes"},
        ("by-support", "acquirer", "credit-adjustment", "as-soon-as-possible"),
    ),
    "dropped": (
        SENT | {"terminal": "reversal-failed"},
        ("by-support", "acquirer", "host-reversal", "before-clearing"),
    ),
    "one trace number debited twice": (
        GOOD | {"issuer": "debited-twice"},
        ("by-support", "acquirer", "credit-adjustment", "as-soon-as-possible"),
    ),
    "reversed, the card's bank refused": (
        SENT | {"terminal": "reversed", "host": "reversed", "advice": "refused"},
        ("by-support", "issuer", "investigation", "as-soon-as-possible"),
    ),
    "reversed, advice on its way": (
        SENT | {"terminal": "reversed", "host": "reversed", "advice": "waiting"},
        ("is-being-cancelled", "acquirer", "advice", "advice-heard"),
    ),
    "refunded in part, and the rest charged back": (
        CLEARED
        | {
            "terminal": "refunded",
            "host": "refunded",
            "payout": "success",
            "issuer": "credited-back",
            "dispute": "chargeback",
        },
        ("no", "merchant", "representment", "deadline"),
    ),
    "reversed, voided, refunded": (
        SENT | {"terminal": "reversed", "host": "reversed", "issuer": "debited-back"},
        ("no", "nobody", "none", "none"),
    ),
    "refunded, and the terminal has not heard it": (
        SENT | {"terminal": "approved", "host": "refunded", "issuer": "debited", "merchant": "credited"},
        ("no", "nobody", "none", "none"),
    ),
    "pre-authorised": ({"terminal": "preauth"}, ("yes", "operator", "preauth-void", "thirty-days")),
    "offline, sent and not answered": (
        {"terminal": "offline-unsent", "notice-told": True},
        ("no", "nobody", "wait", "answered"),
    ),
    "offline, not uploaded": ({"terminal": "offline-unsent"}, ("yes", "operator", "local-void", "uploaded")),
    "payout returned, its bank in maintenance": (
        CLEARED | {"payout": "returned:BANK_MAINTENANCE", "merchant": "not-credited"},
        ("no", "nobody", "wait", "none"),
    ),
    "payout waits for its bank": (
        CLEARED | {"payout": "instructed", "merchant": "not-credited", "payout-waits": "BANK_MAINTENANCE"},
        ("no", "nobody", "wait", "none"),
    ),
    "parked at the account bank": (
        CLEARED | {"payout": "success", "merchant": "suspense"},
        ("no", "nobody", "wait", "none"),
    ),
    "reversed by the acquirer, and the till does not know": (
        GOOD | {"host": "reversed", "issuer": "debited-back", "correction-ordered": True},
        ("no", "nobody", "none", "none"),
    ),
    "credit adjustment due": (
        CLEARED | {"payout": "held", "hold": "none", "adjustment-due": True},
        ("is-being-cancelled", "acquirer", "credit-adjustment", "one-to-seven-days"),
    ),
    "frozen by an authority": (
        CLEARED | {"payout": "held", "hold": "legal"},
        ("no", "authority", "none", "none"),
    ),
    "credited, account frozen by an authority": (
        CLEARED | {"payout": "success", "merchant": "credited-unusable", "account-order": True},
        ("no", "authority", "none", "none"),
    ),
    "disputed: retrieval": (
        CLEARED | {"payout": "held", "hold": "case", "dispute": "retrieval"},
        ("yes", "merchant", "refund", "deadline"),
    ),
    "charged back": (
        CLEARED | {"payout": "success", "issuer": "credited-back", "dispute": "chargeback"},
        ("no", "merchant", "representment", "deadline"),
    ),
    "payout returned": (
        CLEARED | {"payout": "returned:ACCOUNT_FROZEN", "merchant": "not-credited"},
        ("no", "merchant", "cure-account", "none"),
    ),
    "missed by the platform's ledger": (CLEARED | {"platform": "stuck"}, ("no", "platform", "claim", "claim-window")),
    "paid to somebody else": (
        CLEARED | {"payout": "success", "merchant": "elsewhere"},
        ("no", "acquirer", "investigation", "none"),
    ),
    "credited, account frozen": (
        CLEARED | {"payout": "success", "merchant": "credited-unusable"},
        ("no", "merchant", "cure-account", "none"),
    ),
    "missing from the file": (GOOD | {"host": "missing-capture"}, ("no", "acquirer", "claim", "claim-window")),
    "its clearing is late": (
        GOOD | {"merchant": "not-credited", "captured-from": "host", "overdue": True, "day-cleared": False},
        ("no", "nobody", "wait", "none"),
    ),
    "held": (CLEARED | {"payout": "held"}, ("yes", "merchant", "refund", "refund-window")),
    "paid out": (
        CLEARED | {"payout": "success", "merchant": "credited"},
        ("yes", "merchant", "refund", "refund-window"),
    ),
    "past the cut-off, not paid out": (CLEARED, ("yes", "supervisor", "refund", "refund-window")),
    "cleared, not paid out": (
        GOOD | {"file": "yes", "cut-off-passed": False},
        ("yes", "supervisor", "refund", "refund-window"),
    ),
    "batch settled, not cleared": (
        GOOD | {"settlement": "closed"},
        ("yes", "supervisor", "refund", "refund-window"),
    ),
    "paid by code, batch open": (GOOD | {"by-code": True}, ("yes", "merchant", "refund", "refund-window")),
    "completed pre-authorisation, batch open": (
        GOOD | {"completes-hold": True},
        ("yes", "operator", "completion-void", "cut-off"),
    ),
    "approved, batch open": (GOOD, ("yes", "supervisor", "void", "cut-off")),
    "not known": ({}, ("by-support", "provider", "investigation", "as-soon-as-possible")),
}


def words(answer: Cancel) -> tuple[str, str, str, str]:
    return answer.possible, answer.by, answer.how, answer.until


def test_every_row_has_its_state_here() -> None:
    assert list(STATES) == [row.state for row in TABLE]


@pytest.mark.parametrize("state", STATES)
def test_the_state_gets_the_answer_of_its_own_row(state: str) -> None:
    known, wanted = STATES[state]
    answer = can_cancel(facts_of("victim", known))
    assert words(answer) == wanted
    row = next(row for row in TABLE if row.state == state)
    assert answer.text == row.answer.text or "{cut-off}" in row.answer.text.en


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.state)
def test_rows_speak_in_closed_words_and_both_languages(row: object) -> None:
    answer = row.answer  # type: ignore[attr-defined]
    assert answer.possible in POSSIBLE
    assert answer.by in BY
    assert answer.how in HOW
    assert answer.until in UNTIL
    assert re.search(r"[\u4e00-\u9fff]", answer.text.zh)
    assert not re.search(r"[\u4e00-\u9fff]", answer.text.en)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.state)
def test_rows_ask_only_for_answers_that_exist(row: object) -> None:
    for name, answers in row.when.items():  # type: ignore[attr-defined]
        assert name in FACTS
        for answer in answers:
            stem_alone = answer in ("in-doubt", "declined", "returned")
            checked(
                name,
                f"{answer}:68" if stem_alone and name != "payout" else answer if not stem_alone else "returned:RISK",
            )


def test_a_void_is_open_until_a_cut_off_that_is_named() -> None:
    answer = can_cancel(facts_of("victim", GOOD))
    assert "2026-01-05 23:00" in answer.text.en
    assert "2026-01-05 23:00" in answer.text.zh
    unknown = can_cancel(facts_of("victim", GOOD).without("cut-off-at"))
    assert "daily cut-off" in unknown.text.en
    assert "{" not in unknown.text.zh + unknown.text.en


def test_lost_answers_are_being_cancelled_by_the_terminal() -> None:
    answer = can_cancel(facts_of("victim", SENT | {"terminal": "unknown"}))
    assert (answer.possible, answer.by, answer.how) == ("is-being-cancelled", "terminal", "reversal")


def test_where_the_first_attempt_came_to_nothing_the_last_one_is_asked_about() -> None:
    first = SENT | {"terminal": "declined:51", "host": "declined", "attempts": 2}
    last: dict[str, Value] = {"terminal": "approved", "host": "approved", "cut-off-passed": False}
    assert can_cancel(facts_of("victim", first, last)).how == "void"


def test_where_the_first_attempt_is_open_it_is_asked_about_whatever_came_later() -> None:
    first = SENT | {"terminal": "unknown", "issuer": "debited-twice", "attempts": 2}
    last: dict[str, Value] = {"terminal": "approved", "host": "approved", "cut-off-passed": False}
    assert can_cancel(facts_of("victim", first, last)).how == "reversal"
