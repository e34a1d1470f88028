"""World files, and what a scenario may change of a world: the written mirror of ``poslab.world``."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema

from poslab.world.presets import PRESETS
from scenarios.schema.errors import one_of, shown
from scenarios.schema.written import Amount, Clock, Day, Length, Limit, Name, Written, WrittenText, refusal

WORLD_SCHEMA = "poslab-world/1"

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Ppm = Annotated[int, Field(ge=0, le=1_000_000)]


def _digits(form: str, low: int, high: int, front: str) -> Any:
    def check(written: str) -> str:
        fits = written.isascii() and written.isdigit() and low <= len(written) <= high and written.startswith(front)
        if not fits:
            raise refusal(f"this is no {form} of a simulated world", f"write {low} to {high} digits in quotes, {front}…")
        return written

    return AfterValidator(check)


Mid = Annotated[str, _digits("merchant number", 15, 15, "9990000"), WithJsonSchema({"type": "string"})]
Tid = Annotated[str, _digits("terminal number", 8, 8, "9"), WithJsonSchema({"type": "string"})]
AccountNo = Annotated[str, _digits("account number", 10, 12, "999"), WithJsonSchema({"type": "string"})]
Batch = Annotated[str, _digits("batch number", 6, 6, ""), WithJsonSchema({"type": "string"})]


def _telephone(written: str) -> str:
    if not (written.startswith("400-000-") and len(written) == 12 and written[-4:].isdigit() and written.isascii()):
        raise refusal("this may be somebody's telephone", "write 400-000- and four digits")
    return written


Hotline = Annotated[str, AfterValidator(_telephone), WithJsonSchema({"type": "string", "pattern": "^400-000-[0-9]{4}$"})]


class TerminalSettings(Written):
    """Parameters of a terminal, as its provider loads them."""

    cashier: Name | None = None
    policy: Literal["park", "drop"] | None = None
    park: Literal["block", "queue"] | None = None
    queue_limit: Count | None = None
    drop_limit: Count | None = None
    print_fail: Literal["keep", "reverse"] | None = None
    answer_timeout: Length | None = None
    retry_first: Length | None = None
    retry_max: Length | None = None
    print: Length | None = None
    same_sale_warning: Length | None = None
    log_capacity: Count | None = None
    first_batch: Batch | None = None
    stan_before: Annotated[int, Field(ge=0, le=999_998)] | None = None


class TerminalWritten(TerminalSettings):
    """A terminal of a world file."""

    address: Name
    tid: Tid
    mid: Mid
    route: Name | None = None
    """Where it dials: the platform where there is one, else the acquirer."""


class MerchantSettings(Written):
    """What a merchant's contract says."""

    debit_rate_ppm: Ppm | None = None
    debit_cap: Limit | None = None
    credit_rate_ppm: Ppm | None = None
    credit_cap: Limit | None = None
    repayout: Literal["auto", "apply"] | None = None
    minimum_payout: Limit | None = None


class MerchantWritten(MerchantSettings):
    """A merchant of a world file."""

    mid: Mid
    name: WrittenText
    mcc: Annotated[str, _digits("line of business", 4, 4, ""), WithJsonSchema({"type": "string"})]
    bank: Name = "bank"
    account_no: AccountNo
    account_name: str
    address: Name | None = None


class AcquirerSettings(Written):
    """Parameters of the acquirer host."""

    name: WrittenText | None = None
    acquirer_id: Annotated[str, _digits("acquirer number", 8, 8, "999"), WithJsonSchema({"type": "string"})] | None = None
    answer_timeout: Length | None = None
    duplicate_check: bool | None = None
    orphan_memory: Length | None = None
    advice_interval: Length | None = None
    advice_quick_tries: Count | None = None
    advice_slow_interval: Length | None = None
    payout_tries: Count | None = None
    file_repeat: Length | None = None
    rrn_prefix: Annotated[str, _digits("prefix", 2, 2, ""), WithJsonSchema({"type": "string"})] | None = None


class AcquirerWritten(AcquirerSettings):
    """The acquirer of a world file."""

    address: Name | None = None


class PlatformSettings(Written):
    """Parameters of a payment platform's gateway."""

    name: WrittenText | None = None
    slot: Length | None = None


class PlatformWritten(PlatformSettings):
    """The platform of a world file."""

    address: Name | None = None


class NetworkSettings(Written):
    """Parameters of the card network."""

    name: WrittenText | None = None
    answer_timeout: Length | None = None
    advice_interval: Length | None = None
    advice_quick_tries: Count | None = None
    advice_slow_interval: Length | None = None
    debit_interchange_ppm: Ppm | None = None
    debit_interchange_cap: Limit | None = None
    credit_interchange_ppm: Ppm | None = None
    credit_interchange_cap: Limit | None = None
    network_fee_ppm: Ppm | None = None
    network_fee_cap: Limit | None = None
    file_repeat: Length | None = None


class NetworkWritten(NetworkSettings):
    """The network of a world file."""

    address: Name | None = None


class IssuerSettings(Written):
    """Parameters of a card's bank."""

    name: WrittenText | None = None
    hotline: Hotline | None = None
    cards: list[Name] | None = None
    authorise: Length | None = None
    core_limit: Length | None = None
    sale_limit: Amount | None = None


class IssuerWritten(IssuerSettings):
    """A card's bank of a world file."""

    address: Name


class BankWritten(Written):
    """A bank that keeps merchants' accounts."""

    address: Name
    name: WrittenText | None = None
    hotline: Hotline | None = None


class RailWritten(Written):
    """The interbank payment system."""

    address: Name | None = None
    name: WrittenText | None = None


class ProviderWritten(Written):
    """The POS service provider."""

    name: WrittenText | None = None
    hotline: Hotline | None = None


class CalendarWritten(Written):
    """Working days and the hours of the daily jobs."""

    first_day: Day | None = None
    holidays: list[Day] | None = None
    cut_off: Clock | None = None
    clearing_at: Clock | None = None
    file_at: Clock | None = None
    settlement_at: Clock | None = None
    payout_at: Clock | None = None


class DistancesWritten(Written):
    """How far apart people and institutions are, one way."""

    terminal_link: Length | None = None
    trunk: Length | None = None
    sms: Length | None = None


class WorldFile(Written):
    """A world file."""

    schema_: Literal["poslab-world/1"] = Field(alias="schema")
    name: Name
    merchants: Annotated[list[MerchantWritten], Field(min_length=1, max_length=1_000)]
    terminals: Annotated[list[TerminalWritten], Field(min_length=1, max_length=10_000)]
    acquirer: AcquirerWritten = Field(default_factory=AcquirerWritten)
    platform: PlatformWritten | None = None
    network: NetworkWritten = Field(default_factory=NetworkWritten)
    issuers: Annotated[list[IssuerWritten], Field(min_length=1, max_length=100)] | None = None
    banks: Annotated[list[BankWritten], Field(min_length=1, max_length=100)] | None = None
    rail: RailWritten = Field(default_factory=RailWritten)
    provider: ProviderWritten = Field(default_factory=ProviderWritten)
    calendar: CalendarWritten = Field(default_factory=CalendarWritten)
    distances: DistancesWritten = Field(default_factory=DistancesWritten)
    cards: list[Name] | None = None
    """The test cards that exist here; all of them unless it is said."""


class Settings(Written):
    """What a scenario changes of its world, by address."""

    terminal: dict[Name, TerminalSettings] = Field(default_factory=dict)
    merchant: dict[Name, MerchantSettings] = Field(default_factory=dict)
    acquirer: AcquirerSettings = Field(default_factory=AcquirerSettings)
    platform: PlatformSettings = Field(default_factory=PlatformSettings)
    network: NetworkSettings = Field(default_factory=NetworkSettings)
    issuer: dict[Name, IssuerSettings] = Field(default_factory=dict)
    distances: DistancesWritten = Field(default_factory=DistancesWritten)


def _preset(written: str) -> str:
    if written not in PRESETS:
        raise refusal(f"{shown(written)} is no preset", one_of(written, PRESETS))
    return written


Preset = Annotated[str, AfterValidator(_preset), WithJsonSchema({"type": "string", "enum": list(PRESETS)})]


class WorldChosen(Written):
    """Which world a scenario plays in: a preset or a file, and what is different in it."""

    preset: Preset | None = None
    file: str | None = None
    platform: Literal["none", "gateway"] | None = None
    settings: Settings = Field(default_factory=Settings)


def _word_or_mapping(given: Any) -> str:
    return "mapping" if isinstance(given, dict | WorldChosen) else "word"


WorldWanted = Annotated[
    Annotated[str, Tag("word")] | Annotated[WorldChosen, Tag("mapping")],
    Discriminator(_word_or_mapping),
]
"""A preset's name, a file's name, or a mapping."""
