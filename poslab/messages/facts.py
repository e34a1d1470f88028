"""Facts of life of the card trade, handed to a party as inputs."""

from typing import ClassVar

from poslab.party.contract import Input


class PaperOut(Input, frozen=True, gc=False, array_like=True, tag=True):
    """The printer prints nothing from now on: ``out`` of paper, or ``jam``."""

    kind: ClassVar[str] = "paper-out"
    about: str = ""
    how: str = "out"


class PaperLoaded(Input, frozen=True, gc=False, array_like=True, tag=True):
    """The printer is in order again."""

    kind: ClassVar[str] = "paper-loaded"
    about: str = ""


class StoreFailing(Input, frozen=True, gc=False, array_like=True, tag=True):
    """A terminal's log takes no approval from now on: it is ``full``, or a write ends in an ``io-error``.

    Reversal records have a place of their own, which still takes them.
    """

    kind: ClassVar[str] = "store-failing"
    about: str = ""
    how: str = "full"


class StoreMended(Input, frozen=True, gc=False, array_like=True, tag=True):
    """The terminal's log takes approvals again."""

    kind: ClassVar[str] = "store-mended"
    about: str = ""


class CardRemoved(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to a terminal: the chip card is pulled out in the middle of a sale.

    ``when``: ``now``, while the answer is waited for, or ``at-answer``: gone when the chip is to judge an approval.
    """

    kind: ClassVar[str] = "card-removed"
    about: str = ""
    when: str = "now"


class ChipDeclined(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to a terminal that waits for an answer: the card's chip will decline at the second GENERATE AC (an AAC)."""

    kind: ClassVar[str] = "chip-declined"
    about: str = ""


class TotalsDamaged(Input, frozen=True, gc=False, array_like=True, tag=True):
    """A terminal's counters are wrong by an amount, until its batch is settled; its log is whole."""

    kind: ClassVar[str] = "totals-damaged"
    about: str = ""
    by_fen: int = 0


class AnswersWith(Input, frozen=True, gc=False, array_like=True, tag=True):
    """A host is out of order and refuses every request with ``code`` before doing anything; ``""`` ends it.

    ``not_forwarded``: whether its refusals carry the mark that nothing was forwarded.
    """

    kind: ClassVar[str] = "answers-with"
    about: str = ""
    code: str = ""
    not_forwarded: bool = True


CAPTURE, FILE_LINE = RECORDS = ("capture", "file-line")
"""Records of a sale that the acquirer may lose: that it is to be claimed at all, or its line in the clearing file."""


class RecordLost(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: the record, one of ``RECORDS``, of a purchase gets lost when it is to be written."""

    kind: ClassVar[str] = "record-lost"
    about: str = ""
    record: str = "capture"


class ClaimFiled(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: a clerk claims 请款 the sale of a purchase that was found to be in no clearing file."""

    kind: ClassVar[str] = "claim-filed"
    about: str = ""


class CorrectionOrdered(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: a clerk takes the sale of a purchase back.

    By the host's own reversal 主机冲正 before its clearing, by credit adjustment 贷记调整 after it.
    """

    kind: ClassVar[str] = "correction-ordered"
    about: str = ""


class AdjustmentStopped(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: a clerk keeps the credit of a purchase; its adjustment is not to be made."""

    kind: ClassVar[str] = "adjustment-stopped"
    about: str = ""


JOBS = ("clearing",)
"""Daily jobs of the acquirer's host that may fail."""


class JobFailed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: the next run of this job, one of ``JOBS``, ends in an error before it has done anything."""

    kind: ClassVar[str] = "job-failed"
    about: str = ""
    job: str = "clearing"


class JobRerun(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: its operators start a job again whose hour is over and which has not run."""

    kind: ClassVar[str] = "job-rerun"
    about: str = ""
    job: str = "clearing"


class DayEnd(Input, frozen=True, gc=False, array_like=True, tag=True):
    """An issuer's end-of-day work begins (it answers 90 and posts nothing) or ends; ``code`` 91: maintenance."""

    kind: ClassVar[str] = "day-end"
    about: str = ""
    running: bool = True
    code: str = "90"


class CreditBooked(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to an issuer: its clerk gives back the debit of an RRN, on the acquirer's word that it never got the money.

    ``key`` is the attempt's, by which the acquirer knows it.
    """

    kind: ClassVar[str] = "credit-booked"
    about: str = ""
    key: str = ""
    rrn: str = ""


class AccountSet(Input, frozen=True, gc=False, array_like=True, tag=True):
    """An account at the account bank gets a state, one of ``ACCOUNT_STATES``, and a direction if it is frozen."""

    kind: ClassVar[str] = "account-set"
    about: str = ""
    account_no: str = ""
    state: str = "open"
    direction: str = "both"
    """``in`` takes nothing, ``out`` pays nothing, ``both``."""


ACCOUNT_STATES = ("open", "frozen", "closed", "dormant")
"""A closed account and a dormant one take nothing and pay nothing; only a dormant one can be woken."""


class CreditsParked(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to an account bank: what comes for an account is parked from now on, until a clerk has looked at it; or not.

    The clerk applies it if number, name and state allow it, and sends it back if not.
    """

    kind: ClassVar[str] = "credits-parked"
    about: str = ""
    account_no: str = ""
    parked: bool = True


class BankMaintenance(Input, frozen=True, gc=False, array_like=True, tag=True):
    """An account bank's maintenance window begins, or ends.

    Told to the rail: it keeps orders for ``bank`` until then. Told to the bank: it sends back whatever comes.
    """

    kind: ClassVar[str] = "bank-maintenance"
    about: str = ""
    running: bool = True
    bank: str = ""


class AccountChangeRequested(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: a merchant wants another settlement account on file, or the same one corrected.

    What is empty stays as it is on file. It is reviewed first; a request during the review takes its place, and the
    review begins anew.
    """

    kind: ClassVar[str] = "account-change-requested"
    about: str = ""
    mid: str = ""
    bank: str = ""
    account_no: str = ""
    account_name: str = ""


class LedgerLineLost(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the platform: the ledger line of a purchase gets lost when it is to be booked 漏单."""

    kind: ClassVar[str] = "ledger-line-lost"
    about: str = ""


class LedgerLineBooked(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the platform: a clerk books the line of a purchase that its ledger lacks 补单."""

    kind: ClassVar[str] = "ledger-line-booked"
    about: str = ""


class WithdrawalPressed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the platform: a merchant presses withdraw 提现, for all that its wallet has."""

    kind: ClassVar[str] = "withdrawal-pressed"
    about: str = ""
    mid: str = ""


class RecallRequested(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: ask back what was paid to a merchant lately on another account than is on file now."""

    kind: ClassVar[str] = "recall-requested"
    about: str = ""
    mid: str = ""


class RecallAnswered(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to an account bank: the owner of an account says whether money that was asked back may be taken from it."""

    kind: ClassVar[str] = "recall-answered"
    about: str = ""
    account_no: str = ""
    consents: bool = True


class RepayoutApplied(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: the merchant's account is cured, pay a returned payout again at the next run."""

    kind: ClassVar[str] = "repayout-applied"
    about: str = ""
    mid: str = ""


class WriteOffApproved(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: somebody approves that what a merchant owes is written off 核销.

    ``item`` is the key of the refund or the number of the case by which it is owed, ``by`` who approves.
    """

    kind: ClassVar[str] = "write-off-approved"
    about: str = ""
    item: str = ""
    by: str = ""


REVIEWS = ("kyc", "change")
"""Why a merchant is under review: its documents have expired, or it wants another account or owner."""


class ReviewOpened(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: a merchant is under review, one of ``REVIEWS``; nothing is paid to it until that is passed.

    ``blocks``: it may not sell either.
    """

    kind: ClassVar[str] = "review-opened"
    about: str = ""
    mid: str = ""
    why: str = "kyc"
    blocks: bool = False


class ReviewPassed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: a clerk has passed a merchant's new documents, or its change."""

    kind: ClassVar[str] = "review-passed"
    about: str = ""
    mid: str = ""


class HoldReviewed(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: a clerk has looked at the evidence for a sale that a risk rule holds, and lets it go."""

    kind: ClassVar[str] = "hold-reviewed"
    about: str = ""
    rrn: str = ""


class FreezeOrdered(Input, frozen=True, gc=False, array_like=True, tag=True):
    """An authority's order: told to the host about a sale, by its RRN, or to an account bank about an account."""

    kind: ClassVar[str] = "freeze-ordered"
    about: str = ""
    order_no: str = ""
    rrn: str = ""
    account_no: str = ""


class FreezeLifted(Input, frozen=True, gc=False, array_like=True, tag=True):
    """The authority takes its order back."""

    kind: ClassVar[str] = "freeze-lifted"
    about: str = ""
    order_no: str = ""
    rrn: str = ""
    account_no: str = ""


KEYS = ("mac", "pin", "master")
"""What a key is for: MACs, PIN blocks, or the master key under which the other two travel."""


class KeyReplaced(Input, frozen=True, gc=False, array_like=True, tag=True):
    """A terminal's key is another one from now on, with one side only: its host, or the terminal, whoever is told.

    ``key`` is one of ``KEYS``. A sign-on brings new keys for MACs and PIN blocks to both sides. A wrong master key
    lasts over it: no key that travels under it comes out, until ``KeyInjected``.
    """

    kind: ClassVar[str] = "key-replaced"
    about: str = ""
    tid: str = ""
    key: str = "mac"


class KeyInjected(Input, frozen=True, gc=False, array_like=True, tag=True):
    """The provider has put the right master key in place again: at the host, or into the terminal itself."""

    kind: ClassVar[str] = "key-injected"
    about: str = ""
    tid: str = ""


class BatchMovedOn(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: it closes a terminal's batch and opens the next one, without the terminal's knowledge."""

    kind: ClassVar[str] = "batch-moved-on"
    about: str = ""
    tid: str = ""


class ParametersChanged(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: a terminal's parameters are new, and until it has downloaded them it is answered 78."""

    kind: ClassVar[str] = "parameters-changed"
    about: str = ""
    tid: str = ""
