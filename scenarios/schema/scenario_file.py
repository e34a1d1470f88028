"""A scenario file as people write it; ``load`` makes plain values of it."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema

from poslab.checks import ALL
from poslab.diagnosis.catalogue import IDS
from poslab.history.words import TRUTHS, VIEWS, is_word
from poslab.text import Text
from poslab.world.cards import CARDS
from scenarios.schema.errors import one_of, shown
from scenarios.schema.faults import AnyFault
from scenarios.schema.world_file import CalendarWritten, WorldWanted
from scenarios.schema.written import (
    Amount,
    Clock,
    Length,
    Name,
    Slug,
    Time,
    Written,
    WrittenText,
    no_test_card,
    refusal,
)

SCHEMA = "poslab/1"

CHECK_IDS = tuple(check.id for check in ALL)
"""The names of the checks that a run may be expected to violate."""

Policy = Literal["by-the-book", "impatient", "careless", "passive"]
"""How a cashier behaves of herself."""

Act = Literal[
    "sale", "offline-sale", "preauth", "complete", "complete-by-notice", "tip", "adjust", "void", "preauth-void",
    "completion-void", "refund", "balance", "query", "reprint", "echo", "sign-on", "sign-off", "settle", "cancel",
    "load-paper", "restart", "pull-card", "keep-slip",
]  # fmt: skip
"""What a script can have her do."""

Verdict = Literal["pass", "violated", "stalled", "manual", "unknown", "invalid"]


def _card(written: str) -> str:
    if written not in CARDS:
        raise refusal(no_test_card(written), one_of(written, CARDS))
    return written


def _cause(written: str) -> str:
    if written not in IDS:
        what = Text(f"没有原因 {shown(written)}", f"{shown(written)} is no cause of the catalogue")
        raise refusal(what, one_of(written, IDS))
    return written


def _truth(written: str) -> str:
    if written not in TRUTHS:
        remedy = Text(f"可用的有 {'、'.join(TRUTHS)}", f"use one of {', '.join(TRUTHS)}")
        raise refusal(Text(f"{shown(written)} 不是 truth 的词", f"{shown(written)} is no truth"), remedy)
    return written


def _check(written: str) -> str:
    if written not in CHECK_IDS:
        raise refusal(Text(f"没有检查项 {shown(written)}", f"{shown(written)} is no check"), one_of(written, CHECK_IDS))
    return written


def _view(name: str) -> AfterValidator:
    def check(written: str) -> str:
        if not is_word(name, written):
            what = Text(f"{shown(written)} 不是 {name} 的词", f"{shown(written)} is no word of the view {name}")
            raise refusal(what, one_of(written, VIEWS[name]))
        return written

    return AfterValidator(check)


def _words(*known: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(known)})


CardRef = Annotated[str, AfterValidator(_card), _words(*CARDS)]
CauseId = Annotated[str, AfterValidator(_cause), _words(*IDS)]
CheckId = Annotated[str, AfterValidator(_check), _words(*CHECK_IDS)]
TruthWord = Annotated[str, AfterValidator(_truth), _words(*TRUTHS)]


def _voucher(written: str) -> str:
    if not (written.isascii() and written.isdecimal() and 0 < len(written) <= 6):
        remedy = Text('请写至多六位数字并加引号，如 "000017"', 'write up to six digits in quotes, like "000017"')
        raise refusal(Text(f"{shown(written)} 不是凭证号", f"{shown(written)} is no voucher number"), remedy)
    return written.zfill(6)


Voucher = Annotated[str, AfterValidator(_voucher)]


class Sale(Written):
    """Somebody comes to the till and wants to pay. With ``every`` and ``count`` it is a series: order-1, order-2 …"""

    order: Name
    """The name of the purchase, by which everything else speaks of it."""
    at: Time
    """When; a bare time is on the world's first working day."""
    terminal: Name
    """Where it is first to be paid."""
    amount: Amount
    """In quotes, like "128.00"."""
    card: CardRef
    """A test card, or with entry qr a payment code, by its name; numbers are refused."""
    entry: Literal["chip", "stripe", "contactless", "keyed", "qr", "picture"] = "chip"
    """How the card is presented; qr reads a payment code; a picture is somebody's screenshot and no card at all."""
    pin: Literal["right", "wrong", "absent", "garbled"] = "right"
    """How the cardholder keys the PIN."""
    what: Literal["sale", "offline-sale", "preauth"] = "sale"
    """What is keyed in: a sale, one that is stored offline and sent later, a pre-authorisation, which pays nobody."""
    keyed: Amount | None = None
    """What the cashier keys in, where that is another amount than the customer owes."""
    every: Length | None = None
    """How long from one to the next of a series."""
    count: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """How many of them."""


class Step(Written):
    """One act of an own script; terminal, amount and card are those of the order unless they are said."""

    at: Time
    """When; with + it counts from the order's sale."""
    do: Act
    """What she does."""
    order: Name | None = None
    """Which purchase it is about."""
    terminal: Name | None = None
    """Where she does it."""
    amount: Amount | None = None
    """Another amount than that of the order."""
    card: CardRef | None = None
    """Another card than that of the order."""
    voucher: Voucher | None = None
    """The voucher number that is keyed in, where it is not that of the order."""


class Script(Written):
    """An own script on top of a way to behave."""

    base: Policy = "passive"
    """How she behaves apart from the steps; passive keys in what customers want to pay, and nothing more."""
    steps: list[Step]
    """What she does besides, one act after the other."""


class Scripted(Written):
    """``script:``"""

    script: Script
    """Acts of one's own."""


def _word_or_script(given: Any) -> str:
    return "script" if isinstance(given, dict | Scripted) else "word"


def _word_or_mapping(given: Any) -> str:
    return "mapping" if isinstance(given, dict | Confirming) else "word"


Cashier = Annotated[
    Annotated[Policy, Tag("word")] | Annotated[Scripted, Tag("script")],
    Discriminator(_word_or_script),
]


class Confirming(Written):
    """``confirms_after:``"""

    confirms_after: Length
    """How long after the phone has asked a payment by code is confirmed."""


Cardholder = Annotated[
    Annotated[Literal["reads-sms", "never-confirms"], Tag("word")] | Annotated[Confirming, Tag("mapping")],
    Discriminator(_word_or_mapping),
]


class People(Written):
    """How people behave."""

    cashier: Cashier = "by-the-book"
    """How cashiers behave: one of the words, or an own script."""
    cardholder: Cardholder = "reads-sms"
    """How cardholders behave: reads-sms confirms payments by code after 5 s; never-confirms; or confirms_after."""
    settle_at: Clock | None = None
    """When, every day, cashiers settle each terminal that somebody pays at; nobody settles unless it is said."""


class Complaint(Written):
    """The moment when somebody asks: where is my money?"""

    order: Name
    """Which purchase it is about."""
    at: Time
    """When somebody asks; counted from the order's sale."""


def _one_or_several(given: Any) -> str:
    return "several" if isinstance(given, list) else "one"


Complaints = Annotated[
    Annotated[Complaint, Tag("one")] | Annotated[list[Complaint], Tag("several")],
    Discriminator(_one_or_several),
]


class Heal(Written):
    """When faults end that would not end by themselves, and how long everything then has to come to rest."""

    at: Time
    """When faults end that still last; with + it counts from the first sale."""
    converge_within: Length = "30m"
    """How long everything may take, after that, to come to rest."""


class Expected(Written):
    """What must be found of one purchase; what is not said is not checked."""

    truth: TruthWord | None = None
    """What is really true of the money."""
    claim_open: bool | None = None
    """Whether a claim still waits in a terminal, or as a hold."""
    diagnosis: CauseId | None = None
    """The cause that the diagnosis must name, alone or as one of those that look alike."""
    terminal: Annotated[str, _view("terminal")] | None = None
    """What the terminal says."""
    platform: Annotated[str, _view("platform")] | None = None
    """What the platform's order says; not looked at where there is no platform."""
    host: Annotated[str, _view("host")] | None = None
    """What the acquirer's host says."""
    issuer: Annotated[str, _view("issuer")] | None = None
    """What the card's bank says."""
    file: Annotated[str, _view("file")] | None = None
    """Whether it is in a clearing file."""
    payout: Annotated[str, _view("payout")] | None = None
    """How far the payout is."""
    merchant: Annotated[str, _view("merchant")] | None = None
    """What the merchant's account says."""
    cardholder: list[Annotated[str, _view("cardholder")]] | None = None
    """The SMS notices in their order; [] for none."""
    charged_peak: Annotated[int, Field(ge=0, le=99)] | None = None
    """The most debits that stood at one moment."""
    charged_net: Annotated[int, Field(ge=0, le=99)] | None = None
    """The debits that stand."""
    credited: Annotated[int, Field(ge=0, le=99)] | None = None
    """How many of its sales were credited to the merchant."""


class Expectations(Written):
    """What must come of it, at the complaint and at the end, by order."""

    complaint: dict[Name, Expected] = Field(default_factory=dict)
    """What is found when somebody asks, by order."""
    end: dict[Name, Expected] = Field(default_factory=dict)
    """What is found at the end, by order."""
    violates: list[CheckId] = Field(default_factory=list)
    """Checks that must fire; any other that fires is a failure."""
    verdict: Verdict = "pass"
    """The verdict that is wanted, where it is not pass."""


class ScenarioFile(Written):
    """A scenario file."""

    schema_: Literal["poslab/1"] = Field(alias="schema")
    """Which form of scenario file this is."""
    id: Slug
    """The scenario's name."""
    title: WrittenText | None = None
    """What it is called; by default what its cause is called."""
    teaches: WrittenText | None = None
    """What is learnt from it."""
    cause: CauseId | None = None
    """The cause of the catalogue that it plays."""
    world: WorldWanted
    """Where it plays: a preset, a world file, or either with changes."""
    calendar: CalendarWritten | None = None
    """What is different in the world's calendar."""
    workload: Annotated[list[Sale], Field(min_length=1, max_length=1_000)]
    """Who wants to pay, when and how."""
    faults: Annotated[list[AnyFault], Field(max_length=200)] = Field(default_factory=list)
    """What goes wrong."""
    people: People = Field(default_factory=People)
    """How people behave."""
    complaint: Complaints | None = None
    """When somebody asks where the money is; one, or a list."""
    heal: Heal | None = None
    """When what is still wrong ends; without it faults last to the end."""
    until: Time | None = None
    """When it ends; by default two hours after the last sale's money is due."""
    expect: Expectations = Field(default_factory=Expectations)
    """What must come of it."""
    default: Slug | None = None
    """The variant that the bare id means."""
    variants: dict[Slug, dict[str, Any]] = Field(default_factory=dict)
    """What each variant says differently: mappings are merged, everything else is replaced, ~ removes."""
