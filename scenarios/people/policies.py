"""How cashiers behave: what each kind of them does about each screen of a terminal."""

from collections.abc import Mapping

from scenarios.people.cashier import Cashier, Policy, Reaction

_BY_THE_BOOK: Mapping[str, Reaction] = {
    "ready": Cashier.booted,
    "processing": Cashier.nothing,
    "busy": Cashier.busy,
    "connect-failed": Cashier.no_line,
    "same-sale-warning": Cashier.nothing,
    "doubt-blocked": Cashier.refused,
    "blocked": Cashier.refused,
    "log-full": Cashier.refused,
    "log-nearly-full": Cashier.nothing,
    "settle-first": Cashier.refused,
    "batch-uploading": Cashier.nothing,
    "settle-failed": Cashier.nothing,
    "settle-refused": Cashier.nothing,
    "settled": Cashier.nothing,
    "declined": Cashier.declined,
    "no-answer": Cashier.silence,
    "answer-refused": Cashier.silence,
    "store-failed": Cashier.silence,
    "in-doubt": Cashier.doubt,
    "approved": Cashier.nothing,
    "load-paper": Cashier.unprinted,
    "print-failed": Cashier.unprinted,
    "cancelled": Cashier.cancelled,
    "card-removed": Cashier.silence,
    "chip-declined": Cashier.silence,
    "reversing": Cashier.nothing,
    "reversal-done": Cashier.settled,
    "reversal-closed": Cashier.settled,
    "reversal-failed": Cashier.nothing,
    "reversal-dropped": Cashier.settled,
    "query-result": Cashier.queried,
    "void-done": Cashier.settled,
    "void-refused": Cashier.nothing,
    "offline-stored": Cashier.nothing,
    "offline-refused": Cashier.refused,
    "adjustment-refused": Cashier.nothing,
    "uploading": Cashier.nothing,
    "notice-taken": Cashier.nothing,
    "notice-refused": Cashier.nothing,
    "held": Cashier.nothing,
    "completed": Cashier.nothing,
    "completion-refused": Cashier.nothing,
    "refund-done": Cashier.nothing,
    "refund-declined": Cashier.nothing,
    "refund-refused": Cashier.nothing,
    "refund-waiting": Cashier.nothing,
    "balance": Cashier.nothing,
    "signed-on": Cashier.nothing,
    "downloading": Cashier.nothing,
    "keys-refused": Cashier.refused,
    "signed-off": Cashier.nothing,
    "echo-done": Cashier.nothing,
    "no-reader": Cashier.refused,
    "await-payer": Cashier.nothing,
    "asking": Cashier.nothing,
    "closed": Cashier.declined,
}

_IMPATIENT: Mapping[str, Reaction] = {
    **_BY_THE_BOOK,
    "no-answer": Cashier.again,
    "answer-refused": Cashier.again,
    "store-failed": Cashier.again,
    "log-full": Cashier.again,
    "settle-first": Cashier.again,
    "in-doubt": Cashier.again,
    "asking": Cashier.again,
    "blocked": Cashier.again,
    "connect-failed": Cashier.again,
    "load-paper": Cashier.again,
    "print-failed": Cashier.again,
}

_CARELESS: Mapping[str, Reaction] = {
    **_BY_THE_BOOK, "declined": Cashier.taken_as_paid, "closed": Cashier.taken_as_paid,
}  # fmt: skip

_PASSIVE: Mapping[str, Reaction] = {
    **dict.fromkeys(_BY_THE_BOOK, Cashier.nothing),
    "load-paper": Cashier.noted,
    "print-failed": Cashier.noted,
    "connect-failed": Cashier.refused,
    "doubt-blocked": Cashier.refused,
    "blocked": Cashier.refused,
    "log-full": Cashier.refused,
    "settle-first": Cashier.refused,
    "keys-refused": Cashier.refused,
    "offline-refused": Cashier.refused,
    "declined": Cashier.declined,
    "no-reader": Cashier.refused,
    "closed": Cashier.declined,
    "reversal-done": Cashier.settled,
    "reversal-closed": Cashier.settled,
    "reversal-dropped": Cashier.settled,
    "void-done": Cashier.settled,
}

POLICIES: Mapping[str, Policy] = {
    policy.name: policy
    for policy in (
        Policy("by-the-book", _BY_THE_BOOK, _BY_THE_BOOK),
        Policy("impatient", _IMPATIENT, _BY_THE_BOOK),
        Policy("careless", _CARELESS, _CARELESS, takes_pictures=True),
        Policy("passive", _PASSIVE, _PASSIVE),
    )
}
"""Every way to behave. Whoever is passive keys in what a customer wants to pay, and does nothing more of herself."""
