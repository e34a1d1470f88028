"""How faults are written. What a fault does stands in ``poslab.faults``; here is only what a person may say of it."""

from typing import Annotated, Any, Literal

from pydantic import Field

from scenarios.schema.written import Amount, Length, Name, SignedLength, Slug, Time, Written


class OnWord(Written):
    """A line of a business log that sets a fault off."""

    word: Slug
    """A word of a business log, such as reversal-stored."""
    order: Name | None = None
    """The order that the line is about; any, unless it is said."""


class Match(Written):
    """Which messages are meant: by kind (0200, 0210, sms …), by order, or both."""

    kind: Name | None = None
    """A message type such as 0200 or 0210, or another kind such as sms."""
    order: Name | None = None
    """The order that it is about."""


class FaultWritten(Written):
    """What every fault may say: its name, when it begins and how long it lasts."""

    id: Slug
    """Its name, by which results and other faults speak of it."""
    optional: bool = False
    """A fault that never strikes makes the run invalid, unless it is optional."""
    at: Time | None = None
    """Begin then; without at, after and on a fault of a link or letter is there from the beginning."""
    for_: Length | None = Field(None, alias="for")
    """How long it lasts; without for and until it lasts until heal."""
    until: Time | None = None
    """When it ends."""
    after: Slug | None = None
    """Begin once that other fault has struck."""
    on: OnWord | None = None
    """Begin when somebody logs this."""


class Selecting(FaultWritten):
    """A fault that strikes single messages, letters or inputs."""

    match: Match | None = None
    """Which messages, letters or inputs are meant; all, unless it is said."""
    order: Name | None = None
    """Short for match: {order: …}."""
    nth: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Only the n-th of those meant."""
    chance_ppm: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Each of those meant with this chance, in parts per million."""


class OnLink(Selecting):
    """A fault of a link, in one direction (host->T1) or both (host<->T1)."""

    link: str
    """From whom to whom: host->T1, T1->host, or host<->T1. A terminal's link with the host is its own first hop."""


class Loss(OnLink):
    """What passes is lost."""

    fault: Literal["loss"]


class Delay(OnLink):
    """What passes arrives later."""

    fault: Literal["delay"]
    by: Length
    """How much later."""


class Duplicate(OnLink):
    """What passes arrives twice, the second time after a gap."""

    fault: Literal["duplicate"]
    gap: Length = "1ms"
    """How long after the first."""


class Overtaken(OnLink):
    """What passes stays back until the next message on the link has passed it."""

    fault: Literal["overtaken"]
    wait: Length = "2m"
    """How long it stays back where nothing comes behind it."""


class Corruption(OnLink):
    """What passes arrives damaged: with a broken MAC where it has one, else as nothing that can be used."""

    fault: Literal["corruption"]


class Hold(OnLink):
    """What passes piles up, and arrives together when the fault ends."""

    fault: Literal["hold"]
    for_: Length = Field(alias="for")
    """How long it lasts."""


class Partition(FaultWritten):
    """The link is down: connections fail, lines break, what is on its way is lost."""

    fault: Literal["partition"]
    link: str
    """host->T1 for one direction, host<->T1 for both; only where both are down anybody notices."""


class Crash(Selecting):
    """The process dies while it handles a matching input, and is back after a while."""

    fault: Literal["crash"]
    process: Name
    """Whose process, by address."""
    point: Literal["before-journal", "after-journal", "after-send", "during-recovery"]
    """Before the input was heard, after it was kept and before anything was sent, after everything was done, or (with
    nothing to match) when it comes back from another fault."""
    down_for: Length
    """How long until it is back."""


class Stop(FaultWritten):
    """The process is gone: connections to it are refused."""

    fault: Literal["stop"]
    process: Name
    """Whose process, by address."""


class Pause(FaultWritten):
    """The process stands still, and then hears everything that came."""

    fault: Literal["pause"]
    process: Name
    """Whose process, by address."""


class StoreFull(FaultWritten):
    """A party's durable store takes nothing: it is full, or read-only. What is sent to the party is lost."""

    fault: Literal["store-full"]
    process: Name
    """Whose store, by address."""


class StoreLostTail(Selecting):
    """The process dies after a matching input, and comes back without the last things that its store had taken."""

    fault: Literal["store-lost-tail"]
    process: Name
    """Whose store, by address."""
    records: Annotated[int, Field(ge=1, le=10_000)] = 1
    """How many inputs are lost, the matching one included; none from before the fault began."""
    down_for: Length
    """How long until it is back."""


class StoreOldCopy(FaultWritten):
    """When the fault ends, the process dies and comes back with a copy of its store from when the fault began."""

    fault: Literal["store-old-copy"]
    process: Name
    """Whose store, by address."""
    down_for: Length
    """How long until it is back."""


class BrokerRestart(FaultWritten):
    """The broker between the services is away for a while. It is one of our own, as live worlds have in memory."""

    fault: Literal["broker-restart"]
    keeps: Literal["everything", "nothing", "old-retained"] = "everything"
    """What it has when it is back: everything; nothing; or of retained topics the values before the last ones."""


class BrokerRedelivery(FaultWritten):
    """The broker delivers everything twice: in live worlds, over `--mqtt` as well."""

    fault: Literal["broker-redelivery"]


class SessionTakeover(FaultWritten):
    """Somebody else connects under the name of a service: in live worlds, over `--mqtt` as well."""

    fault: Literal["session-takeover"]
    service: Literal["terminal", "acquirer", "bank", "people"]
    """Which service."""


class LetterLoss(Selecting):
    """A letter to oneself (a timer, a hand-over between desks) never comes back."""

    fault: Literal["letter-loss"]
    party: Name
    """Whose letters, by address."""


class LetterDelay(Selecting):
    """A letter to oneself comes back late."""

    fault: Literal["letter-delay"]
    party: Name
    """Whose letters, by address."""
    by: Length
    """How much later."""


class ClockOffset(FaultWritten):
    """A party's clock is wrong by a fixed length."""

    fault: Literal["clock-offset"]
    party: Name
    """Whose clock, by address."""
    by: SignedLength
    """How far; below zero it is slow."""


class ClockDrift(FaultWritten):
    """A party's clock runs fast, or slow where the number is below zero."""

    fault: Literal["clock-drift"]
    party: Name
    """Whose clock, by address."""
    ppm: Annotated[int, Field(ge=-500_000, le=500_000)]
    """How fast, in parts per million."""


class Fact(FaultWritten):
    """A fact of life is given to a party, with its fields."""

    fault: Literal["fact"]
    party: Name
    """To whom, by address."""
    give: Literal[
        "PaperOut", "PaperLoaded", "StoreFailing", "StoreMended", "TotalsDamaged", "CardRemoved", "ChipDeclined",
        "AnswersWith", "DayEnd", "CreditBooked", "AccountSet", "CreditsParked", "BankMaintenance",
        "AccountChangeRequested", "RecallRequested", "RecallAnswered", "RepayoutApplied", "WriteOffApproved",
        "PowerCut", "KeyReplaced", "KeyInjected", "BatchMovedOn", "ParametersChanged", "JobFailed", "JobRerun",
        "RecordLost", "ClaimFiled", "CorrectionOrdered", "AdjustmentStopped",
        "InquiryRaised", "RetrievalRaised", "ChargebackRaised", "SecondChargebackRaised", "ComplaintDropped",
        "DisputeAnswered", "ArbitrationRuled",
        "ReviewOpened", "ReviewPassed", "HoldReviewed", "FreezeOrdered", "FreezeLifted",
        "LedgerLineLost", "LedgerLineBooked", "WithdrawalPressed",
    ]  # fmt: skip
    """Which fact."""
    order: Name | None = None
    """The order that it is about, where it is about one."""
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    """The fact's own fields."""


class PaperOut(FaultWritten):
    """A terminal's printer is out of paper, or jammed."""

    fault: Literal["paper-out"]
    party: Name
    """Which terminal."""
    how: Literal["out", "jam"] = "out"
    """Out of paper, or a jam."""


class StoreFailing(FaultWritten):
    """A terminal's log takes no approval: it is full, or writing fails. A settlement empties a full log."""

    fault: Literal["store-failing"]
    party: Name
    """Which terminal."""
    how: Literal["full", "io-error"] = "full"
    """Full, or writes that end in an error."""


class TotalsDamaged(FaultWritten):
    """A terminal's counters are wrong by an amount, so that its batch is unequal; a settlement begins new ones."""

    fault: Literal["totals-damaged"]
    party: Name
    """Which terminal."""
    by: Amount
    """By how much they are too high, in quotes like "1.00"."""


class AnswersWith(FaultWritten):
    """A host is out of order and answers every request with a code, marked *not forwarded* or not."""

    fault: Literal["answers-with"]
    party: Name = "host"
    """Which host."""
    code: str
    """The response code."""
    marked: bool = True
    """Whether its answers say that nothing was forwarded."""


class RecordLost(FaultWritten):
    """The acquirer loses a record of an order when it is to be written, and nobody notices."""

    fault: Literal["record-lost"]
    party: Name = "host"
    """Whose record."""
    order: Name
    """Of which order."""
    record: Literal["capture", "file-line"] = "capture"
    """That it is to be claimed at all, or its line in the clearing file."""


class LedgerLineLost(FaultWritten):
    """The platform's ledger misses the line of an order when it is to be booked; only its reconciliation notices."""

    fault: Literal["ledger-line-lost"]
    party: Name = "platform"
    """Which platform."""
    order: Name
    """Of which order."""


class JobFailed(FaultWritten):
    """The next run of a daily job ends in an error. The next night's makes up for it, or somebody when the fault ends.
    """

    fault: Literal["job-failed"]
    party: Name = "host"
    """Whose job."""
    job: Literal["clearing"] = "clearing"
    """Which job."""


class DayEnd(FaultWritten):
    """An issuer's end-of-day work runs, or a maintenance window: it posts nothing and answers 90 or 91."""

    fault: Literal["day-end"]
    party: Name = "issuer"
    """Which card's bank."""
    code: Literal["90", "91"] = "90"
    """90 for its day-end work, 91 for a maintenance window."""


class AccountFrozen(FaultWritten):
    """A merchant's account is frozen in a direction. Healing does not lift it; ``for`` or ``until`` do."""

    fault: Literal["account-frozen"]
    merchant: Name | None = None
    """The merchant's address; needless where there is one merchant."""
    direction: Literal["in", "out", "both"] = "both"
    """Which way nothing moves: in, out or both."""


class CreditsParked(FaultWritten):
    """What comes for a merchant's account is parked, until a clerk of its bank has looked at it."""

    fault: Literal["credits-parked"]
    merchant: Name | None = None
    """The merchant's address; needless where there is one merchant."""


class BankMaintenance(FaultWritten):
    """An account bank's maintenance window. What the rail keeps goes on when it is over."""

    fault: Literal["bank-maintenance"]
    bank: Name | None = None
    """Which bank; needless where there is one."""
    how: Literal["queued", "refused"] = "queued"
    """queued: the rail keeps what is for the bank; refused: the bank sends it back."""


class MerchantReview(FaultWritten):
    """A merchant is under review: nothing is paid to it. Healing does not end it; ``for`` or ``until`` do."""

    fault: Literal["merchant-review"]
    party: Name = "host"
    """Which host."""
    merchant: Name | None = None
    """The merchant's address; needless where there is one merchant."""
    why: Literal["kyc", "change"] = "kyc"
    """kyc: its documents have expired; change: it wants another account or owner."""
    blocks: bool = False
    """Whether its sales are refused, too (03)."""


class AuthorityFreeze(FaultWritten):
    """An authority freezes a sale at the acquirer, by its RRN, or a merchant's account at its bank."""

    fault: Literal["authority-freeze"]
    rrn: str | None = None
    """The sale's RRN; without it the account is frozen."""
    merchant: Name | None = None
    """Whose account; needless where there is one merchant."""
    order_no: Name = "ZF-0001"
    """The number of its order."""


class KeyReplaced(FaultWritten):
    """A terminal's key is another one with one side only. A sign-on brings both sides new working keys.

    A wrong master key lasts over a sign-on: until the fault ends, nothing that travels under it comes out.
    """

    fault: Literal["key-replaced"]
    party: Name
    """Who has another key: the host, or the terminal itself."""
    key: Literal["mac", "pin", "master"]
    """Which key: the one for MACs, for PIN blocks, or the master key under which these travel."""
    terminal: Name | None = None
    """Whose key it is, where the host has another one; needless where there is one terminal."""


class BatchMovedOn(FaultWritten):
    """The host closes a terminal's batch and opens the next one, and the terminal does not know."""

    fault: Literal["batch-moved-on"]
    party: Name = "host"
    """Which host."""
    terminal: Name | None = None
    """Whose batch; needless where there is one terminal."""


AnyFault = Annotated[
    Loss | Delay | Duplicate | Overtaken | Corruption | Hold | Partition | Crash | Stop | Pause
    | StoreFull | StoreLostTail | StoreOldCopy | BrokerRestart | BrokerRedelivery | SessionTakeover | LetterLoss
    | LetterDelay | ClockOffset | ClockDrift | Fact | PaperOut | StoreFailing | TotalsDamaged | AnswersWith | JobFailed
    | RecordLost | LedgerLineLost | DayEnd | AccountFrozen | CreditsParked | BankMaintenance
    | MerchantReview | AuthorityFreeze
    | KeyReplaced | BatchMovedOn,
    Field(discriminator="fault"),
]  # fmt: skip
"""One entry of ``faults``."""
