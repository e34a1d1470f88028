"""States between the stories of the library: each has an explanation, or honestly none."""

import pytest

from poslab.diagnosis.procedure import Diagnosis, diagnose
from poslab.history.questions import Value, facts_of

QUIET: dict[str, Value] = {
    "platform": "absent", "file": "no", "payout": "none", "merchant": "not-credited", "cardholder": (),
    "issuer": "none", "host": "none", "attempts": 1, "keyed-unsent": False, "connect-failed": "no", "dials": "host",
    "platform-closed": False, "blocked": "no", "cancelled-unsent": False, "timer-running": False, "dark": False,
    "code": "none", "late-answer": "no", "booted": "no", "cancel-pressed": False, "chip": "no",
    "print-failed": False,
    "reversal-reason": "98", "reversal-failed": False, "gateway-down": False, "answered-by": "nobody",
    "host-restarted": False, "advice": "none", "account-frozen": "no", "account-order": False,
    "overdue": True, "return-reason": "none",
    "due-reached": True,
}  # fmt: skip

CHARGED: dict[str, Value] = {"issuer": "debited", "cardholder": ("spent",)}
GOOD = CHARGED | {"terminal": "approved", "host": "approved", "code": "00"}
SILENT: dict[str, Value] = {"terminal": "unknown"}


def found(*known: dict[str, Value]) -> Diagnosis:
    facts: dict[str, Value] = dict(QUIET)
    for more in known:
        facts |= more
    return diagnose(facts_of("victim", facts))


SURE = "certain"
LIKELY = "likely"

STATES: list[tuple[str, dict[str, Value], str, str]] = [
    # nothing sent
    ("keyed in and not sent yet", {"terminal": "none", "keyed-unsent": True, "attempts": 0}, "ok-slow", LIKELY),
    ("held back by a waiting reversal", {"terminal": "none", "blocked": "reversal"}, "net-reversal-pending", LIKELY),
    (
        "voided, and the terminal does not know",
        {"terminal": "approved", "host": "voided", "issuer": "debited-back", "cardholder": ("spent", "returned")},
        "none",
        LIKELY,
    ),
    (
        "cancelled before it was sent",
        {"terminal": "none", "cancelled-unsent": True},
        "op-declined-taken-as-paid",
        LIKELY,
    ),
    (
        "the platform refuses because the acquirer is away",
        {"terminal": "none", "connect-failed": "refused", "dials": "platform", "platform-closed": True},
        "acq-host-down",
        SURE,
    ),
    # a definite no
    ("the host has no way to the network", {"terminal": "declined:92", "answered-by": "host"}, "acq-host-down", LIKELY),
    (
        "the host itself refuses with a code of doubt",
        {"terminal": "in-doubt:06", "host": "declined", "issuer": "none", "cardholder": (), "answered-by": "host"},
        "acq-host-down",
        LIKELY,
    ),
    (
        "and it was asked",
        {"terminal": "declined:06", "host": "declined", "issuer": "none", "cardholder": (), "answered-by": "host"},
        "acq-host-down",
        LIKELY,
    ),
    ("keys out of step", {"terminal": "declined:A0"}, "term-keys-out-of-step", SURE),
    ("PIN tries used up", {"terminal": "declined:75"}, "op-pin-tries", SURE),
    ("a doubt that the query made a no", {"terminal": "declined:98"}, "issuer-unavailable", LIKELY),
    (
        "a doubt that was asked about too late",
        {"terminal": "declined:98", "issuer": "debited-back", "cardholder": ("spent", "returned")},
        "issuer-debit-no-answer",
        LIKELY,
    ),
    ("another doubt that became a no", {"terminal": "declined:09"}, "unknown", "unknown"),
    # in doubt
    ("98 and no debit", {"terminal": "in-doubt:98", "host": "in-doubt"}, "issuer-unavailable", LIKELY),
    ("96 in doubt, and debited", {"terminal": "in-doubt:96", "host": "declined"} | CHARGED, "unknown", "unknown"),
    ("96 in doubt, and approved", {"terminal": "in-doubt:96", "host": "approved"}, "unknown", "unknown"),
    ("94", {"terminal": "in-doubt:94", "host": "approved"} | CHARGED, "unknown", "unknown"),
    ("a void was never answered", GOOD | {"issuer": "debited-back", "void": "unknown"}, "net-response-lost", LIKELY),
    ("a void is in doubt", GOOD | {"issuer": "debited-back", "void": "in-doubt:98"}, "issuer-debit-no-answer", LIKELY),
    ("a void of a completion is silent", GOOD | {"issuer": "held", "void": "unknown"}, "net-response-lost", LIKELY),
    ("a completion is being undone", GOOD | {"terminal": "preauth"}, "net-response-lost", LIKELY),
    ("given back, and no void", GOOD | {"issuer": "debited-back", "void": "none"}, "unknown", "unknown"),
    ("a notice waits upstream", {"terminal": "approved", "host": "in-doubt"}, "issuer-unavailable", LIKELY),
    ("a notice was posted unheard", GOOD | {"host": "in-doubt"}, "issuer-debit-no-answer", LIKELY),
    # silence
    ("too early to tell", SILENT | {"timer-running": True}, "ok-slow", LIKELY),
    (
        "the host restarted",
        SILENT | CHARGED | {"host": "in-doubt", "host-restarted": True},
        "acq-crash-after-forward",
        SURE,
    ),
    ("the host waits too", SILENT | CHARGED | {"host": "in-doubt"}, "issuer-debit-no-answer", LIKELY),
    (
        "a copy was answered first, by a host that keeps only keys",
        CHARGED | {"terminal": "in-doubt:94", "host": "approved", "code": "94", "duplicate-at-host": True},
        "net-duplicate-delivery",
        SURE,
    ),
    ("the host waits too, nobody is debited", SILENT | {"host": "in-doubt"}, "issuer-unavailable", LIKELY),
    (
        "rebooted while the host waits",
        SILENT | {"host": "in-doubt", "booted": "before-answer"},
        "term-restart-mid-transaction",
        SURE,
    ),
    ("a decline was lost", SILENT | {"host": "declined"}, "net-response-lost", LIKELY),
    ("declined and yet debited", SILENT | CHARGED | {"host": "declined"}, "unknown", "unknown"),
    ("never arrived and yet debited", SILENT | CHARGED, "unknown", "unknown"),
    ("the answer to the reversal was lost", SILENT | CHARGED | {"host": "reversed"}, "net-response-lost", SURE),
    ("a dark terminal", SILENT | CHARGED | {"host": "approved", "dark": True}, "term-restart-mid-transaction", SURE),
    (
        "cancel was pressed",
        SILENT | CHARGED | {"host": "approved", "cancel-pressed": True},
        "op-cancel-before-answer",
        SURE,
    ),
    (
        "a broken MAC",
        SILENT | CHARGED | {"host": "approved", "reversal-reason": "A0"},
        "term-keys-out-of-step",
        SURE,
    ),
    (
        "a failed print that reverses",
        SILENT | CHARGED | {"host": "approved", "reversal-reason": "96", "print-failed": True},
        "term-printer-fail",
        LIKELY,
    ),
    (
        "approved and not stored",
        SILENT | CHARGED | {"host": "approved", "reversal-reason": "96"},
        "term-store-fail",
        LIKELY,
    ),
    (
        "an order that stays at paying",
        SILENT | CHARGED | {"host": "approved", "platform": "paying", "gateway-down": True},
        "plat-gateway-down",
        SURE,
    ),
    (
        "an order at paying though the gateway was there",
        SILENT | CHARGED | {"host": "approved", "platform": "paying"},
        "net-response-lost",
        SURE,
    ),
    # undone
    (
        "the card's bank refuses the reversal",
        CHARGED | {"terminal": "reversed", "host": "reversed", "advice": "refused"},
        "issuer-reversal-failed",
        SURE,
    ),
    (
        "the card's bank has not confirmed yet",
        CHARGED | {"terminal": "reversed", "host": "reversed", "advice": "waiting"},
        "net-response-lost",
        SURE,
    ),
    (
        "a refused advice for money that is back",
        {"terminal": "reversed", "host": "reversed", "issuer": "debited-back", "advice": "refused"},
        "net-response-lost",
        SURE,
    ),
    (
        "98, undone, and never debited",
        {"terminal": "reversed", "host": "reversed", "code": "98"},
        "issuer-unavailable",
        LIKELY,
    ),
    ("a reversed decline", {"terminal": "reversed", "host": "declined"}, "net-response-lost", LIKELY),
    ("undone after an odd code", {"terminal": "reversed", "host": "reversed", "code": "94"}, "unknown", "unknown"),
    ("closed by 12 without a file", CHARGED | {"terminal": "reversal-closed:12"}, "unknown", "unknown"),
    ("dropped, and the host never had it", {"terminal": "reversal-failed"}, "net-request-lost", LIKELY),
    ("dropped, and debited out of nothing", CHARGED | {"terminal": "reversal-failed"}, "unknown", "unknown"),
    ("voided on purpose", {"terminal": "voided", "host": "voided", "issuer": "debited-back"}, "none", LIKELY),
    ("voided here alone", {"terminal": "voided", "host": "approved"} | CHARGED, "unknown", "unknown"),
    # approved
    ("being printed", GOOD | {"terminal": "approved-unprinted", "merchant": "not-due"}, "ok-not-due", SURE),
    ("unprinted, undone", GOOD | {"terminal": "approved-unprinted", "host": "reversed"}, "unknown", "unknown"),
    (
        "reversed by a clerk, and the till does not know",
        GOOD | {"host": "reversed", "issuer": "debited-back", "correction-ordered": True},
        "none",
        LIKELY,
    ),
    (
        "reversed by a clerk before its slip was printed",
        GOOD | {"terminal": "approved-unprinted", "host": "reversed", "correction-ordered": True},
        "none",
        LIKELY,
    ),
    (
        "reversed by a clerk, and the card's bank refuses",
        GOOD | {"host": "reversed", "correction-ordered": True, "advice": "refused"},
        "issuer-reversal-failed",
        SURE,
    ),
    (
        "parked until it is given back",
        GOOD | {"file": "yes", "payout": "held", "hold": "none", "adjustment-due": True},
        "issuer-refund-slow",
        SURE,
    ),
    (
        "in the account, and to be given back",
        GOOD | {"file": "yes", "payout": "success", "merchant": "credited", "adjustment-due": True},
        "issuer-refund-slow",
        SURE,
    ),
    (
        "unprinted, dark",
        GOOD | {"terminal": "approved-unprinted", "dark": True},
        "term-restart-mid-transaction",
        LIKELY,
    ),
    ("unprinted, credited", GOOD | {"terminal": "approved-unprinted", "merchant": "credited"}, "none", SURE),
    ("a success notice that was lost", GOOD | {"merchant": "not-due", "platform": "paying"}, "plat-notify-lost", SURE),
    ("credited within a net sum", GOOD | {"merchant": "credited-net"}, "ok-lump-sum", SURE),
    (
        "unprinted, within a net sum",
        GOOD | {"terminal": "approved-unprinted", "merchant": "credited-net"},
        "ok-lump-sum",
        SURE,
    ),
    ("parked at the account bank", GOOD | {"merchant": "suspense"}, "bank-inbound-suspense", SURE),
    ("with a stranger", GOOD | {"merchant": "elsewhere", "slip-merchant": "own"}, "acct-bound-to-other", SURE),
    (
        "with a stranger whose name is on the slip",
        GOOD | {"merchant": "elsewhere", "slip-merchant": "other", "contract-with": "acquirer"},
        "acct-bound-to-other",
        SURE,
    ),
    (
        "with an intermediary",
        GOOD | {"merchant": "elsewhere", "slip-merchant": "other", "contract-with": "intermediary"},
        "plat-second-clearing",
        SURE,
    ),
    ("captured never", GOOD | {"host": "missing-capture"}, "acq-capture-missing", SURE),
    ("suspended", GOOD | {"file": "yes", "payout": "suspended"}, "acct-review-suspended", SURE),
    ("payout unknown", GOOD | {"file": "yes", "payout": "unknown"}, "acq-payout-unknown", SURE),
    ("payout instructed long ago", GOOD | {"file": "yes", "payout": "instructed"}, "bank-maintenance-window", LIKELY),
    ("payout on its way", GOOD | {"file": "yes", "payout": "scheduled", "overdue": False}, "ok-not-due", LIKELY),
    ("scheduled and long overdue", GOOD | {"file": "yes", "payout": "scheduled"}, "acq-clearing-job-late", "likely"),
    (
        "paid again after a return",
        GOOD | {"file": "yes", "payout": "instructed", "return-reason": "ACCOUNT_FROZEN"},
        "acct-frozen",
        SURE,
    ),
    ("in the file, no payout", GOOD | {"file": "yes"}, "unknown", "unknown"),
]


@pytest.mark.parametrize(("known", "cause", "confidence"), [row[1:] for row in STATES], ids=[row[0] for row in STATES])
def test_the_state_is_explained(known: dict[str, Value], cause: str, confidence: str) -> None:
    diagnosis = found(known)
    assert (diagnosis.cause, diagnosis.tie, diagnosis.confidence) == (cause, (), confidence)


@pytest.mark.parametrize(
    ("known", "tie"),
    [
        (GOOD, ("acq-clearing-job-late", "term-batch-not-closed")),
        ({"terminal": "none", "attempts": 0, "blocked": "doubt"}, ("issuer-debit-no-answer", "acq-host-down")),
        (GOOD | {"file": "yes", "payout": "held"}, ("acct-risk-hold", "disp-retrieval-hold", "disp-fraud-freeze")),
    ],
)
def test_explanations_without_a_deciding_question_tie(known: dict[str, Value], tie: tuple[str, ...]) -> None:
    assert found(known).tie == tie


def test_a_lost_68_on_top_of_a_lost_answer_is_a_chain() -> None:
    assert found(SILENT, CHARGED, {"host": "in-doubt"}).contributing == ("net-response-lost",)


def known_without(*withheld: str, **more: Value) -> Diagnosis:
    facts: dict[str, Value] = dict(QUIET) | {name.replace("_", "-"): value for name, value in more.items()}
    return diagnose(facts_of("victim", facts).without(*withheld))


def test_without_the_banks_word_a_98_is_still_taken_for_a_debit() -> None:
    diagnosis = known_without("issuer", "cardholder", terminal="in-doubt:98", host="in-doubt")
    assert (diagnosis.cause, diagnosis.confidence) == ("issuer-debit-no-answer", "likely")
    assert "issuer" in diagnosis.missing


def test_an_sms_stands_for_the_banks_word() -> None:
    diagnosis = known_without("issuer", "host", terminal="unknown", cardholder=("spent",))
    assert (diagnosis.cause, diagnosis.confidence) == ("net-response-lost", "likely")


def test_without_the_hosts_log_no_debit_means_that_the_request_was_lost() -> None:
    assert known_without("host", terminal="unknown").cause == "net-request-lost"


def test_a_terminal_that_dials_the_host_needs_no_platform_to_say_so() -> None:
    assert known_without("dials", terminal="none", **{"connect-failed": "refused"}).cause == "acq-host-down"


def test_without_the_terminals_word_what_the_other_views_allow_is_left() -> None:
    views: dict[str, Value] = {"host": "approved", "issuer": "debited", "payout": "success", "file": "yes"}
    diagnosis = known_without("terminal", cardholder=("spent",), merchant="credited-unusable", **views)
    assert (diagnosis.cause, diagnosis.tie, diagnosis.confidence) == (
        "acct-frozen", ("acct-frozen", "disp-fraud-freeze"), "tied",
    )  # fmt: skip


def test_views_that_no_cause_has_leave_it_unknown() -> None:
    diagnosis = known_without("terminal", host="voided", issuer="debited", merchant="elsewhere")
    assert (diagnosis.cause, diagnosis.confidence) == ("unknown", "unknown")


def test_an_order_left_at_paying_points_to_the_gateway_even_if_nobody_watched_it() -> None:
    diagnosis = known_without("gateway-down", terminal="unknown", host="approved", issuer="debited", platform="paying")
    assert (diagnosis.cause, diagnosis.tie, diagnosis.confidence) == ("plat-gateway-down", (), "likely")


def test_an_order_that_says_success_does_not() -> None:
    diagnosis = known_without("gateway-down", terminal="unknown", host="approved", issuer="debited", platform="success")
    assert diagnosis.tie == ("net-response-lost", "plat-gateway-down")


def test_with_a_stranger_and_nobody_knows_by_whose_contract() -> None:
    diagnosis = found(GOOD | {"merchant": "elsewhere", "slip-merchant": "other"})
    assert diagnosis.tie == ("acct-bound-to-other", "plat-second-clearing")
