"""World files, and what a scenario may change of a world: the written mirror of ``poslab.world``."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema

from poslab.text import Text
from poslab.world.presets import PRESETS
from scenarios.schema.errors import one_of, shown
from scenarios.schema.written import Amount, Clock, Day, Length, Limit, Name, Written, WrittenText, refusal

WORLD_SCHEMA = "poslab-world/1"

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Ppm = Annotated[int, Field(ge=0, le=1_000_000)]


MERCHANT_NO = Text("商户号", "merchant number")
TERMINAL_NO = Text("终端号", "terminal number")
ACCOUNT_NO = Text("账号", "account number")
ACQUIRER_NO = Text("收单机构号", "acquirer number")
PREFIX = Text("参考号前缀", "prefix")
"""What numbers are called where one is no good."""


def _digits(form: Text, low: int, high: int, front: str) -> Any:
    def check(written: str) -> str:
        fits = written.isascii() and written.isdigit() and low <= len(written) <= high and written.startswith(front)
        if not fits:
            many = Text(f"{low} 至 {high} 位", f"{low} to {high}")
            raise refusal(
                Text(f"这不是模拟世界的{form.zh}", f"this is no {form.en} of a simulated world"),
                Text(f"请写{many.zh}数字并加引号，{front}…", f"write {many.en} digits in quotes, {front}…"),
            )
        return written

    return AfterValidator(check)


Mid = Annotated[str, _digits(MERCHANT_NO, 15, 15, "9990000"), WithJsonSchema({"type": "string"})]
Tid = Annotated[str, _digits(TERMINAL_NO, 8, 8, "9"), WithJsonSchema({"type": "string"})]
AccountNo = Annotated[str, _digits(ACCOUNT_NO, 10, 12, "999"), WithJsonSchema({"type": "string"})]
Batch = Annotated[str, _digits(Text("批次号", "batch number"), 6, 6, ""), WithJsonSchema({"type": "string"})]


def _telephone(written: str) -> str:
    if not (written.startswith("400-000-") and len(written) == 12 and written[-4:].isdigit() and written.isascii()):
        remedy = Text("请写 400-000- 加四位数字", "write 400-000- and four digits")
        raise refusal(Text("这可能是真实的电话号码", "this may be somebody's telephone"), remedy)
    return written


Hotline = Annotated[
    str, AfterValidator(_telephone), WithJsonSchema({"type": "string", "pattern": "^400-000-[0-9]{4}$"})
]


class TerminalSettings(Written):
    """Parameters of a terminal, as its provider loads them."""

    bound_to: Mid | None = None
    """Under whose number it sells, where that is another merchant than the one in whose shop it stands."""
    cashier: Name | None = None
    """Who works it; several terminals may have the same one."""
    policy: Literal["park", "drop"] | None = None
    """What becomes of a reversal that cannot be delivered: park keeps it for ever, drop gives it up."""
    park: Literal["block", "queue"] | None = None
    """While a reversal is parked new sales wait (block) or go on (queue)."""
    queue_limit: Count | None = None
    """How many reversals may be parked with queue."""
    drop_limit: Count | None = None
    """After how many tries in a row drop gives a reversal up."""
    print_fail: Literal["keep", "reverse"] | None = None
    """keep: a failed print undoes nothing; reverse: it reverses the sale, as some acquirers want."""
    answer_timeout: Length | None = None
    """How long it waits for an answer."""
    retry_first: Length | None = None
    """When a parked reversal is first tried again in the background; doubled each time."""
    retry_max: Length | None = None
    """The longest wait between two such tries."""
    print: Length | None = None
    """How long a slip takes."""
    same_sale_warning: Length | None = None
    """How long it warns of the same card and amount."""
    log_capacity: Count | None = None
    """How many finished sales and voids its log takes until a settlement empties it; it warns at 80 %."""
    log_full: Literal["refuse", "overwrite"] | None = None
    """What a full log does: refuse new sales, or overwrite the oldest entries."""
    first_batch: Batch | None = None
    """The batch number that it comes with."""
    stan_before: Annotated[int, Field(ge=0, le=999_998)] | None = None
    """The STAN that it took last before the world began."""
    floor_limit: Amount | None = None
    """Up to this amount a sale may be stored offline; without it none may."""
    offline_send: Literal["next-online", "at-settlement"] | None = None
    """When stored notices are sent: before the next online transaction, or only when the batch is settled."""
    offline_queue: Literal["keep", "resend-as-new", "forget"] | None = None
    """keep: sent until answered; at fault: resend-as-new sends them again under a new STAN, forget loses them."""
    kind: Literal["counter", "e-signature", "smart"] | None = None
    """counter: paper slips; e-signature: no printer, slips are signed on the screen; smart: either, and QR sales."""
    slip: Literal["paper", "electronic"] | None = None
    """Where slips come out; of use for a smart terminal, for the others the kind says so."""
    poll: Length | None = None
    """How often it asks for the result of a QR sale."""
    close_after: Length | None = None
    """How long after sending a QR sale that is still undecided is closed."""


class TerminalWritten(TerminalSettings):
    """A terminal of a world file."""

    address: Name
    """By which scenarios speak of it, such as T1."""
    tid: Tid
    """Its number, 8 digits."""
    mid: Mid
    """The number of its merchant."""
    route: Name | None = None
    """Where it dials: the platform where there is one, else the acquirer that its merchant's number is of."""


class MerchantSettings(Written):
    """What a merchant's contract says."""

    debit_rate_ppm: Ppm | None = None
    """The fee for debit cards, in parts per million of the amount."""
    debit_cap: Limit | None = None
    """The most that it can be; ~ for no cap."""
    credit_rate_ppm: Ppm | None = None
    """The fee for credit cards, likewise."""
    credit_cap: Limit | None = None
    """The most that it can be; ~ for no cap."""
    repayout: Literal["auto", "apply"] | None = None
    """After a returned payout: auto tries again at the next runs, apply waits for the merchant's word."""
    product: Literal["T+1", "D+1", "D+0", "instant"] | None = None
    """When it is paid: T+1, the next working day; D+1, the next calendar day; instant, within seconds; D+0, on the same
    day, when the hours of instant payout end."""
    instant: Literal["on", "suspended"] | None = None
    """suspended: its sales are not paid at once for the time being."""
    payout_mode: Literal["net-daily", "per-sale"] | None = None
    """What is paid: one net sum for each business date, or each sale by itself."""
    intermediary: Literal["keeps", "late"] | None = None
    """It is paid for shops whose terminals are bound to it, and keeps the money, or pays it late."""
    passes_on: Length | None = None
    """How long after it was paid an intermediary pays late."""
    minimum_payout: Limit | None = None
    """Less than this is added to the next payout."""
    refund_credit: Limit | None = None
    """How far refunds may exceed what is owed to the merchant for cleared sales."""
    account_class: Literal["I", "II", "III"] | None = None
    """The class of its account: II and III take little a day and a year."""
    received_this_year: Amount | None = None
    """What its account has taken this year already."""
    filed_account_no: AccountNo | None = None
    """The account number that the acquirer has on file, where it is wrong."""
    filed_account_name: str | None = None
    """The owner's name that the acquirer has on file, where it is wrong."""


class MerchantWritten(MerchantSettings):
    """A merchant of a world file."""

    mid: Mid
    """Its number, 15 digits."""
    name: WrittenText
    """As slips show it."""
    mcc: Annotated[str, _digits(Text("商户类别码", "line of business"), 4, 4, ""), WithJsonSchema({"type": "string"})]
    """Its line of business, 4 digits."""
    bank: Name = "bank"
    """The address of the bank that keeps its account."""
    account_no: AccountNo
    """The account that it is paid to."""
    account_name: str
    """Whose account that is."""
    address: Name | None = None
    """Where statements and notices reach it; two contracts of one shop, with different acquirers, have one address."""
    acquirer: Name | None = None
    """Whose contract it is, where there are several acquirers: the first one's unless it is said."""


class RiskSettings(Written):
    """Which sales the acquirer keeps back until a clerk has looked at them; without any, none."""

    amount_over: Limit | None = None
    """Sales above this amount."""
    round: Limit | None = None
    """Sales of a round amount: multiples of this."""
    same_card: Count | None = None
    """So many sales with one card at one merchant on a day: this one and those after it."""
    night_from: Clock | None = None
    """Sales from this hour on …"""
    night_until: Clock | None = None
    """… until this one, of the next morning where it is the earlier of the two."""


class AcquirerSettings(Written):
    """Parameters of the acquirer host."""

    name: WrittenText | None = None
    """As slips show it."""
    acquirer_id: Annotated[str, _digits(ACQUIRER_NO, 8, 8, "999"), WithJsonSchema({"type": "string"})] | None = None
    """Its number in the network, 8 digits."""
    answer_timeout: Length | None = None
    """How long the host waits for the network before it answers 68 itself."""
    duplicate_check: bool | None = None
    """Whether a request that comes twice is recognised."""
    duplicate_answer: Literal["stored", "94"] | None = None
    """What the copy of an answered request gets: the stored answer, or 94 where only its key is kept."""
    capture: Literal["host", "terminal"] | None = None
    """What clears a sale: the host's own record of it, or its delivery in the terminal's settled batch."""
    file_match: bool | None = None
    """Whether what was approved is compared with what the clearing file has."""
    orphan_memory: Length | None = None
    """How long a reversal without its original is remembered, so that a late original is refused."""
    advice_interval: Length | None = None
    """How often a reversal advice is repeated at first."""
    advice_quick_tries: Count | None = None
    """How many times so."""
    advice_slow_interval: Length | None = None
    """How often after that, until the day's cut-off."""
    advice_most_tries: Count | None = None
    """After how many in all it is left to error handling; without it only the cut-off ends the repetition."""
    completion_window: Length | None = None
    """How old a pre-authorisation may be that is still completed."""
    refund_days: Count | None = None
    """How many days after its business date a payment can be refunded."""
    risk: RiskSettings | None = None
    """Which sales it keeps back until a clerk has looked at them."""
    inquiry_days: Count | None = None
    """How many days the acquirer has to answer a confirm inquiry of the card's bank."""
    old_inquiry_days: Count | None = None
    """And how many, where the payment is older than old_after_days."""
    old_after_days: Count | None = None
    """So many days after it, a payment is an old one."""
    slips_days: Count | None = None
    """For how many days the acquirer knows of a payment that is asked about."""
    retrieval_days: Count | None = None
    """How many days after a payment the card's bank may ask for its slip."""
    chargeback_days: Count | None = None
    """How many days after it, it may take the money back."""
    merchant_answer_days: Count | None = None
    """How many days a merchant has to hand a slip in."""
    representment_days: Count | None = None
    """How many days a chargeback may be spoken against."""
    instant_from: Length | None = None
    """When instant payouts begin: how long after midnight, such as 7h."""
    instant_until: Length | None = None
    """When they end, likewise."""
    instant_after: Length | None = None
    """How long after its approval a sale is paid at once."""
    instant_minimum: Limit | None = None
    """The least that a sale must be to be paid at once."""
    instant_limit: Limit | None = None
    """The most that it may be."""
    instant_day_limit: Limit | None = None
    """The most that a merchant is paid at once on a day."""
    instant_fee_ppm: Ppm | None = None
    """What being paid at once costs, in parts per million of the amount."""
    instant_fee: Limit | None = None
    """And what it costs besides, for each payout."""
    payout_tries: Count | None = None
    """After how many returned payouts it waits for somebody."""
    account_review: Length | None = None
    """How long a request for another settlement account is reviewed."""
    file_repeat: Length | None = None
    """How long until a file or a transfer that was not answered is sent or asked for again."""
    rrn_prefix: Annotated[str, _digits(PREFIX, 2, 2, ""), WithJsonSchema({"type": "string"})] | None = None
    """The first two digits of its retrieval reference numbers."""


class AcquirerWritten(AcquirerSettings):
    """The acquirer of a world file."""

    address: Name | None = None
    """By which scenarios speak of it."""


class FurtherAcquirerWritten(AcquirerSettings):
    """An acquirer beside the first one of a world file."""

    address: Name
    """By which scenarios speak of it."""


class PlatformSettings(Written):
    """Parameters of a payment platform."""

    name: WrittenText | None = None
    """What it is called."""
    withdrawal: Literal["auto", "manual"] | None = None
    """A wallet is paid out by itself, or when its merchant presses withdraw."""
    slot: Length | None = None
    """After how long without an answer the gateway forgets a request."""


class PlatformWritten(PlatformSettings):
    """The platform of a world file."""

    role: Literal["gateway", "ledger", "both"] | None = None
    """Whether it stands between terminals and acquirer, pays merchants out of wallets, or both."""
    address: Name | None = None
    """By which scenarios speak of it."""


class NetworkSettings(Written):
    """Parameters of the card network."""

    name: WrittenText | None = None
    """What it is called."""
    answer_timeout: Length | None = None
    """How long the switch waits for the card's bank before it answers 98."""
    advice_interval: Length | None = None
    """How often a reversal advice is repeated at first."""
    advice_quick_tries: Count | None = None
    """How many times so."""
    advice_slow_interval: Length | None = None
    """How often after that, until the day's cut-off."""
    advice_most_tries: Count | None = None
    """After how many in all it is left to error handling; without it only the cut-off ends the repetition."""
    debit_interchange_ppm: Ppm | None = None
    """The issuer's share for debit cards, in parts per million of the amount."""
    debit_interchange_cap: Limit | None = None
    """The most that it can be; ~ for no cap."""
    credit_interchange_ppm: Ppm | None = None
    """The issuer's share for credit cards, likewise."""
    credit_interchange_cap: Limit | None = None
    """The most that it can be; ~ for no cap."""
    completion_limit_ppm: Annotated[int, Field(ge=1_000_000, le=10_000_000)] | None = None
    """How much of a hold its completion may take, in parts per million: 1150000 is 115 %."""
    network_fee_ppm: Ppm | None = None
    """What the network takes from each side, in parts per million."""
    network_fee_cap: Limit | None = None
    """The most that it can be; ~ for no cap."""
    file_repeat: Length | None = None
    """How long until a file or a transfer that was not answered is sent or asked for again."""


class NetworkWritten(NetworkSettings):
    """The network of a world file."""

    address: Name | None = None
    """By which scenarios speak of it."""


class IssuerSettings(Written):
    """Parameters of a card's bank."""

    name: WrittenText | None = None
    """As its SMS notices show it."""
    hotline: Hotline | None = None
    """A telephone that is nobody's."""
    cards: list[Name] | None = None
    """The test cards that it issued; all of the world's unless it is said."""
    authorise: Length | None = None
    """How long its core banking takes to decide."""
    core_limit: Length | None = None
    """Above this it refuses with 91 and posts nothing."""
    hold_life: Length | None = None
    """After how long a pre-authorisation ends by itself."""
    refund_days: Count | None = None
    """How many working days after its business date a refund is credited to the cardholder."""
    sale_limit: Amount | None = None
    """The most that one sale may be."""
    pin_tries: Count | None = None
    """How many wrong PINs on a day lock a card for the rest of it."""
    pin_exceeded: Literal["75", "38"] | None = None
    """What it answers then: 75, or 38 where the card is to be kept."""
    reversals: Literal["accept", "refuse", "ignore"] | None = None
    """What becomes of reversal advices: carried out, answered 96, or lost there without an answer."""


class IssuerWritten(IssuerSettings):
    """A card's bank of a world file."""

    address: Name
    """By which scenarios speak of it."""


class AccountWritten(Written):
    """An account besides those of the merchants."""

    account_no: AccountNo
    """Its number."""
    owner: str
    """Whose it is."""
    kind: Literal["I", "II", "III"] | None = None
    """Its class."""
    statements_to: Name | None = None
    """The address that its statement goes to; none where it is a stranger's."""


class BankSettings(Written):
    """What a bank that keeps merchants' accounts does."""

    accounts: list[AccountWritten] | None = None
    """Accounts besides those of the merchants."""
    name_check: bool | None = None
    """Whether it compares the name of an order with the owner's."""
    refuse_above: Limit | None = None
    """Its risk control sends back a single credit above this."""
    parked_days: Annotated[int, Field(ge=1, le=3)] | None = None
    """On which working day after it came a clerk looks at a credit that was parked."""


class BankWritten(BankSettings):
    """A bank that keeps merchants' accounts."""

    address: Name
    """By which scenarios speak of it."""
    name: WrittenText | None = None
    """What it is called."""
    hotline: Hotline | None = None
    """A telephone that is nobody's."""


class RailSettings(Written):
    """Parameters of the interbank payment system."""

    name: WrittenText | None = None
    """What it is called."""
    small_value_limit: Amount | None = None
    """Up to this a payout goes at any hour; above it, only while the large-value system is open."""
    large_value_from: Length | None = None
    """When the large-value system opens on working days: how long after midnight, such as 8h30m."""
    large_value_until: Length | None = None
    """When it closes, likewise."""


class RailWritten(RailSettings):
    """The interbank payment system of a world file."""

    address: Name | None = None
    """By which scenarios speak of it."""


class ProviderWritten(Written):
    """The POS service provider."""

    name: WrittenText | None = None
    """What it is called."""
    hotline: Hotline | None = None
    """A telephone that is nobody's; slips show it."""


class CalendarWritten(Written):
    """Working days and the hours of the daily jobs."""

    first_day: Day | None = None
    """The world's first working day: what a bare time means."""
    market: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    """Whose public holidays and working weekends are kept in the world's first years: CN, or another country's code."""
    holidays: list[Day] | None = None
    """Days without work besides Saturdays, Sundays and those of the market."""
    working_weekends: list[Day] | None = None
    """Saturdays and Sundays that are worked, and holidays of the market that are not kept."""
    cut_off: Clock | None = None
    """From then on a sale belongs to the next accounting day."""
    clearing_at: Clock | None = None
    """When the acquirer sorts the day's sales."""
    file_at: Clock | None = None
    """When the clearing file goes out."""
    settlement_at: Clock | None = None
    """When, on working days, the network moves the money between the institutions."""
    payout_at: Clock | None = None
    """When, on working days, merchants are paid."""


class DistancesWritten(Written):
    """How far apart people and institutions are, one way."""

    terminal_link: Length | None = None
    """Between a terminal and where it dials."""
    trunk: Length | None = None
    """On the permanent lines between institutions."""
    sms: Length | None = None
    """How long an SMS takes."""


class WorldFile(Written):
    """A world file."""

    schema_: Literal["poslab-world/1"] = Field(alias="schema")
    """Which form of world file this is."""
    name: Name
    """What the world is called in results."""
    merchants: Annotated[list[MerchantWritten], Field(min_length=1, max_length=1_000)]
    """Who sells."""
    terminals: Annotated[list[TerminalWritten], Field(min_length=1, max_length=10_000)]
    """The terminals, each with its merchant's number."""
    acquirer: AcquirerWritten = Field(default_factory=AcquirerWritten)
    """Who contracts and pays the merchants."""
    other_acquirers: Annotated[list[FurtherAcquirerWritten], Field(max_length=9)] | None = None
    """Acquirers beside it, with contracts, terminals, book and money of their own; none unless it is said."""
    platform: PlatformWritten | None = None
    """A payment platform whose gateway stands between terminals and acquirer; none unless it is said."""
    network: NetworkWritten = Field(default_factory=NetworkWritten)
    """The card network."""
    issuers: Annotated[list[IssuerWritten], Field(min_length=1, max_length=100)] | None = None
    """The banks that issued the cards; one unless it is said."""
    banks: Annotated[list[BankWritten], Field(min_length=1, max_length=100)] | None = None
    """The banks that keep merchants' accounts; one unless it is said."""
    rail: RailWritten = Field(default_factory=RailWritten)
    """Who moves money between the institutions."""
    provider: ProviderWritten = Field(default_factory=ProviderWritten)
    """Who looks after the terminals."""
    calendar: CalendarWritten = Field(default_factory=CalendarWritten)
    """Working days and the hours of the daily jobs."""
    distances: DistancesWritten = Field(default_factory=DistancesWritten)
    """How far apart everybody is."""
    cards: list[Name] | None = None
    """The test cards that exist here; all of them unless it is said."""


class Settings(Written):
    """What a scenario changes of its world, by address."""

    terminal: dict[Name, TerminalSettings] = Field(default_factory=dict)
    """Terminals by address."""
    merchant: dict[Name, MerchantSettings] = Field(default_factory=dict)
    """Merchants by address."""
    acquirer: AcquirerSettings = Field(default_factory=AcquirerSettings)
    """The acquirer; where there are several, the first one."""
    other_acquirer: dict[Name, AcquirerSettings] = Field(default_factory=dict)
    """Acquirers beside it, by address."""
    platform: PlatformSettings = Field(default_factory=PlatformSettings)
    """The platform, where there is one."""
    network: NetworkSettings = Field(default_factory=NetworkSettings)
    """The card network."""
    issuer: dict[Name, IssuerSettings] = Field(default_factory=dict)
    """Cards' banks by address."""
    bank: dict[Name, BankSettings] = Field(default_factory=dict)
    """Banks that keep merchants' accounts, by address."""
    rail: RailSettings = Field(default_factory=RailSettings)
    """The interbank payment system."""
    calendar: CalendarWritten = Field(default_factory=CalendarWritten)
    """Working days and the hours of the daily jobs."""
    distances: DistancesWritten = Field(default_factory=DistancesWritten)
    """How far apart everybody is."""


def _preset(written: str) -> str:
    if written not in PRESETS:
        raise refusal(Text(f"没有预设 {shown(written)}", f"{shown(written)} is no preset"), one_of(written, PRESETS))
    return written


Preset = Annotated[str, AfterValidator(_preset), WithJsonSchema({"type": "string", "enum": list(PRESETS)})]


class WorldChosen(Written):
    """Which world a scenario plays in: a preset or a file, and what is different in it."""

    preset: Preset | None = None
    """A preset's name."""
    file: str | None = None
    """A world file, looked for beside the scenario's."""
    platform: Literal["none", "gateway", "ledger", "both"] | None = None
    """gateway: a platform between terminals and acquirer; ledger: between acquirer and merchants; both; or none."""
    merchants: Annotated[list[MerchantWritten], Field(max_length=100)] | None = None
    """Merchants beside the world's own, without terminals: neighbours who have accounts and numbers."""
    settings: Settings = Field(default_factory=Settings)
    """What is different in this scenario."""


def _word_or_mapping(given: Any) -> str:
    return "mapping" if isinstance(given, dict | WorldChosen) else "word"


WorldWanted = Annotated[
    Annotated[str, Tag("word")] | Annotated[WorldChosen, Tag("mapping")],
    Discriminator(_word_or_mapping),
]
"""A preset's name, a file's name, or a mapping."""
