"""Who exists: merchants with terminals, provider and platform, acquirer, network, banks, rail and people.

A world is frozen data; it is not driven here and holds no behaviour. Durations are microseconds, rates parts per
million, amounts fen.
"""

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace

from poslab.party.contract import Address
from poslab.party.time import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Duration
from poslab.text import Text
from poslab.world.accounts import Account
from poslab.world.calendar import T_PLUS_1, Calendar
from poslab.world.cards import CARDS, Card

COUNTER = "counter"
E_SIGNATURE = "e-signature"
SMART = "smart"
PAPER = "paper"
ELECTRONIC = "electronic"


class Terminal(Struct, frozen=True):
    """A card terminal and the parameters that its provider loaded."""

    address: Address
    tid: str
    mid: str
    route: Address
    """Where it dials: the host, or the platform's gateway."""
    shop: str = ""
    """The MID of the merchant whose till it is, where its provider bound it to another one; empty: to that one."""
    cashier: Address = "cashier"
    policy: str = "park"
    """What becomes of a reversal that cannot be delivered: ``park`` (kept) or ``drop`` (after ``drop_limit`` tries)."""
    park: str = "block"
    """While one is parked new sales wait (``block``) or go on (``queue``, at most ``queue_limit`` records)."""
    queue_limit: int = 10
    drop_limit: int = 3
    print_fail: str = "keep"
    """``keep``: a failed print undoes nothing; ``reverse``: it reverses the sale, as some acquirers want."""
    answer_timeout_us: Duration = 60 * SECOND
    retry_first_us: Duration = 30 * SECOND
    retry_max_us: Duration = 15 * MINUTE
    print_us: Duration = 2 * SECOND
    same_sale_warning_us: Duration = 5 * MINUTE
    log_capacity: int = 500
    """How many finished sales and voids its log takes until a settlement empties it; it warns at 80 %."""
    log_full: str = "refuse"
    """What a full log does: ``refuse`` new sales, or ``overwrite`` the oldest entries."""
    first_batch: str = "000001"
    stan_before: int = 16
    """The STAN that was taken last before the world began."""
    floor_limit_fen: int = 0
    """Up to this amount a sale may be stored offline, without asking anybody; 0: none may."""
    offline_send: str = "next-online"
    """When stored notices are sent: before the ``next-online`` transaction, or only ``at-settlement``."""
    offline_queue: str = "keep"
    """What becomes of stored notices. ``keep``: sent under their own key until answered. Two that are at fault:
    ``resend-as-new`` sends what was answered once more, under a new STAN, whenever it is online; ``forget`` loses what
    was not sent at a restart and with a new batch."""
    kind: str = COUNTER
    """``counter``: paper slips. ``e-signature``: no printer. ``smart``: either, and it reads payment codes."""
    slip: str = PAPER
    """Where slips come out: on ``paper`` or, signed there, on the screen (``electronic``)."""
    poll_us: Duration = 5 * SECOND
    """How often it asks for the result of a QR sale."""
    close_after_us: Duration = 60 * SECOND
    """How long after sending a QR sale that is still undecided is closed."""

    @property
    def owner(self) -> str:
        """The MID of the merchant in whose shop it stands, whatever the number under which it sells."""
        return self.shop or self.mid

    @property
    def prints(self) -> bool:
        """Whether slips come out on paper, which may run out."""
        return self.kind != E_SIGNATURE and self.slip == PAPER

    @property
    def reads_codes(self) -> bool:
        """Whether it can take a QR sale."""
        return self.kind == SMART


class Payee(Struct, frozen=True, array_like=True):
    """Whom a payout is made to: a bank, a number of an account there, and its owner's name."""

    bank: Address
    account_no: str
    account_name: str


class Merchant(Struct, frozen=True):
    """A contracted merchant and where it wants its money."""

    mid: str
    name: Text
    mcc: str
    bank: Address
    account_no: str
    account_name: str
    address: Address = "merchant"
    debit_rate_ppm: int = 5_000
    debit_cap_fen: int | None = 2_000
    credit_rate_ppm: int = 6_000
    credit_cap_fen: int | None = None
    repayout: str = "auto"
    """After a returned payout: ``auto`` tries again at the next runs, ``apply`` waits for the merchant's word."""
    product: str = T_PLUS_1
    """When it is paid: ``T+1``, the next working day; ``D+1``, the next calendar day; ``instant``, within seconds;
    ``D+0``, when the hours of instant payout end."""
    instant: str = "on"
    """``suspended``: its sales are not paid at once for the time being."""
    payout_mode: str = "net-daily"
    """``net-daily``: one sum for each business date; ``per-sale``: a payout for each sale."""
    minimum_payout_fen: int = 100
    intermediary: str = ""
    """What it does with the money of shops whose terminals sell under its number: it ``keeps`` it, or pays it ``late``.
    Empty: it sells for itself."""
    passes_on_us: Duration = 3 * DAY
    """How long after it was paid an intermediary pays late."""
    refund_credit_fen: int = 0
    """How far refunds may exceed what the acquirer owes the merchant for cleared sales."""
    account_class: str = "I"
    """Of its account: one of ``poslab.world.accounts.CLASSES``."""
    received_this_year_fen: int = 0
    """What its account has taken in the year of the world's first day, before it."""
    filed_account_no: str = ""
    """The number that the acquirer has on file, where it is not ``account_no``: mistyped, or somebody else's."""
    filed_account_name: str = ""
    """The owner's name that the acquirer has on file, where it is not ``account_name``."""
    acquirer: Address | UnsetType = UNSET
    """Whose contract it is, where a world has several acquirers; unset: the first one's. A shop with two contracts is
    two of these with one address: another number, and perhaps another account, at each."""

    @property
    def filed(self) -> Payee:
        """The account as the acquirer has it on file when the world begins."""
        return Payee(self.bank, self.filed_account_no or self.account_no, self.filed_account_name or self.account_name)


class RiskRules(Struct, frozen=True):
    """Which sales an acquirer keeps back until a clerk has looked at them. 0: the rule is off. Amounts in fen."""

    amount_over_fen: int = 0
    """Sales above this amount."""
    round_fen: int = 0
    """Sales of a round amount: multiples of this."""
    same_card: int = 0
    """So many sales with one card at one merchant on a business date: this one and those after it."""
    night_from_at: Duration = 0
    """Sales between these hours, after midnight; from may be later than until, which is then the next morning."""
    night_until_at: Duration = 0

    @property
    def any(self) -> bool:
        """Whether a rule is on."""
        by_hour = self.night_from_at != self.night_until_at
        return bool(self.amount_over_fen or self.round_fen or self.same_card) or by_hour


class Acquirer(Struct, frozen=True):
    """The acquirer host."""

    address: Address = "host"
    name: Text = Text("模拟收单机构", "Simulated Acquirer")
    acquirer_id: str = "99900000"
    switch: Address = "switch"
    rail: Address = "rail"
    answer_timeout_us: Duration = 50 * SECOND
    duplicate_check: bool = True
    capture: str = "host"
    """What clears a sale: the ``host``'s own record of it, or its delivery in the ``terminal``'s settled batch."""
    file_match: bool = True
    """Whether what was approved is compared with what the clearing file has."""
    orphan_memory_us: Duration = 24 * 60 * MINUTE
    advice_interval_us: Duration = 60 * SECOND
    advice_quick_tries: int = 20
    advice_slow_interval_us: Duration = 15 * MINUTE
    payout_tries: int = 3
    instant_from_us: Duration = 7 * HOUR
    """When instant payouts begin, after midnight."""
    instant_until_us: Duration = 22 * HOUR
    """When they end."""
    instant_after_us: Duration = 10 * SECOND
    """How long after its approval a sale is paid at once."""
    instant_minimum_fen: int = 10_000
    instant_limit_fen: int = 5_000_000
    """The most that a sale may be to be paid at once."""
    instant_day_limit_fen: int = 50_000_000
    """The most that a merchant is paid at once on a calendar day."""
    instant_fee_ppm: int = 200
    """What it costs: a part of the sale's amount, and ``instant_fee_fen`` besides."""
    instant_fee_fen: int = 100
    account_review_us: Duration = DAY
    """How long a merchant's request for another settlement account is reviewed."""
    completion_window_us: Duration = 31 * DAY
    """A pre-authorisation older than this is completed no more."""
    refund_days: int = 30
    """So many days after its business date a payment can be refunded."""
    file_repeat_us: Duration = 10 * MINUTE
    rrn_prefix: str = "26"
    """How its retrieval reference numbers begin: by that the network knows whose a request is."""
    duplicate_answer: str = "stored"
    """What a copy of an answered request gets: the ``stored`` answer, or ``94`` where only its key is kept."""
    advice_most_tries: int = 0
    """After so many sendings an advice is left to error handling; 0: only the cut-off ends the repetition."""
    risk: RiskRules = RiskRules()
    inquiry_days: int = 5
    """How many days the acquirer has to answer a confirm inquiry."""
    old_inquiry_days: int = 15
    """And how many, where the payment is older than ``old_after_days``."""
    old_after_days: int = 180
    slips_days: int = 365
    """For how many days it knows of a payment that is asked about."""
    retrieval_days: int = 120
    """So many days after its business date the card's bank may ask for a payment's slip."""
    chargeback_days: int = 180
    """So many days after it, it may take the money back."""
    merchant_answer_days: int = 7
    """So many days a merchant has for the slip; of the 20 that the acquirer has for its answer."""
    representment_days: int = 30
    """So many days a chargeback, or a second one, may be spoken against."""

    @property
    def tag(self) -> str:
        """What tells its files, transfers and accounts from those of the world's first acquirer, which has none."""
        return ""

    @property
    def reserve_account(self) -> str:
        """Its clients' money at the rail."""
        return "R.account.A.reserve"

    @property
    def own_account(self) -> str:
        """Its own money there."""
        return "R.account.A.own"


class FurtherAcquirer(Acquirer, frozen=True):
    """An acquirer beside the world's first one; whatever is named in its name bears its address."""

    @property
    def tag(self) -> str:
        """Its address."""
        return self.address

    @property
    def reserve_account(self) -> str:
        """Its clients' money at the rail."""
        return f"R.account.A.{self.address}.reserve"

    @property
    def own_account(self) -> str:
        """Its own money there."""
        return f"R.account.A.{self.address}.own"


class Platform(Struct, frozen=True):
    """A payment platform: between terminals and host as a gateway, between host and merchants as a ledger, or both."""

    address: Address = "platform"
    name: Text = Text("模拟支付平台", "Simulated Payment Platform")
    onward: Address = "host"
    role: str = "gateway"
    """``gateway``, ``ledger`` or ``both``."""
    withdrawal: str = "auto"
    """A wallet is paid out by itself, or when its merchant presses withdraw (``manual``)."""
    slot_us: Duration = 55 * SECOND


    @property
    def keeps_ledger(self) -> bool:
        """Whether it is paid by the acquirer, and pays the merchants."""
        return self.role != "gateway"

    @property
    def has_gateway(self) -> bool:
        """Whether terminals dial it."""
        return self.role != "ledger"


class Network(Struct, frozen=True):
    """The card network's switch."""

    address: Address = "switch"
    name: Text = Text("模拟卡组织", "Simulated Card Network")
    acquirer: Address = "host"
    """The first acquirer."""
    rail: Address = "rail"
    answer_timeout_us: Duration = 40 * SECOND
    advice_interval_us: Duration = 60 * SECOND
    advice_quick_tries: int = 20
    advice_slow_interval_us: Duration = 15 * MINUTE
    debit_interchange_ppm: int = 3_500
    debit_interchange_cap_fen: int | None = 1_300
    credit_interchange_ppm: int = 4_500
    credit_interchange_cap_fen: int | None = None
    network_fee_ppm: int = 325
    network_fee_cap_fen: int | None = 325
    file_repeat_us: Duration = 10 * MINUTE
    advice_most_tries: int = 0
    """As the acquirer's."""
    completion_limit_ppm: int = 1_150_000
    """How much of a hold its completion may take: 115 %."""


class Issuer(Struct, frozen=True):
    """A bank that issued cards."""

    address: Address = "issuer"
    name: Text = Text("模拟发卡行", "Simulated Issuer")
    hotline: str = "400-000-0003"
    cards: tuple[str, ...] = tuple(CARDS)
    authorise_us: Duration = 0
    """How long its core banking takes to decide; above 30 s it refuses with 91 and posts nothing."""
    core_limit_us: Duration = 30 * SECOND
    sale_limit_fen: int = 5_000_000
    pin_tries: int = 3
    """With so many wrong PINs on a day a card is locked for the rest of it."""
    pin_exceeded: str = "75"
    """What it answers then: 75, or 38 where the card is to be kept."""
    reversals: str = "accept"
    """What becomes of reversal advices: ``accept``, ``refuse`` (answered 96), or ``ignore`` (lost there, no answer)."""
    hold_life_us: Duration = 30 * DAY
    """After so long a pre-authorisation that nobody completed or voided ends by itself."""
    refund_days: int = 5
    """So many working days after its business date a refund is credited to the cardholder, in the afternoon."""


class AccountBank(Struct, frozen=True):
    """The bank where merchants keep their settlement accounts."""

    address: Address = "bank"
    name: Text = Text("模拟收款行", "Simulated Account Bank")
    hotline: str = "400-000-0004"
    accounts: tuple[Account, ...] = ()
    """Accounts besides those of the merchants."""
    name_check: bool = True
    """Whether it compares the name of an order with the owner's."""
    refuse_above_fen: int | None = None
    """Its risk control sends back a single credit above this."""
    parked_days: int = 1
    """On which working day after it came a clerk looks at a credit that was parked."""


class Rail(Struct, frozen=True):
    """The interbank payment system, which holds every institution's central-bank money."""

    address: Address = "rail"
    name: Text = Text("模拟跨行系统", "Simulated Interbank Rail")
    reserve_fen: int = 100_000_000_000
    """What each institution has there when the world begins."""
    small_value_limit_fen: int = 5_000_000
    """Up to this a payout goes at any hour of any day; above it, through the large-value system."""
    large_value_from_us: Duration = 8 * HOUR + 30 * MINUTE
    """When the large-value system opens on working days, after midnight."""
    large_value_until_us: Duration = 17 * HOUR
    """When it closes."""


class Provider(Struct, frozen=True):
    """The POS service provider: first-line hotline; fictional."""

    name: Text = Text("模拟服务商", "Simulated POS Provider")
    hotline: str = "400-000-0001"


class World(Struct, frozen=True):
    """Everybody who exists, and how far apart they are."""

    name: str
    merchants: tuple[Merchant, ...]
    terminals: tuple[Terminal, ...]
    acquirer: Acquirer = Acquirer()
    platform: Platform | None = None
    network: Network = Network()
    issuers: tuple[Issuer, ...] = (Issuer(),)
    banks: tuple[AccountBank, ...] = (AccountBank(),)
    rail: Rail = Rail()
    provider: Provider = Provider()
    calendar: Calendar = Calendar()
    cards: dict[str, Card] = field(default_factory=lambda: dict(CARDS))
    terminal_link_us: Duration = 120 * MILLISECOND
    """One way between a terminal and where it dials."""
    trunk_us: Duration = 35 * MILLISECOND
    """One way on the permanent lines between institutions."""
    sms_us: Duration = 3 * SECOND
    """How long an SMS takes."""
    other_acquirers: tuple[FurtherAcquirer, ...] | UnsetType = UNSET
    """Acquirers beside the first one, with contracts, terminals, book and money of their own."""

    @property
    def acquirers(self) -> tuple[Acquirer, ...]:
        """All acquirers, the first one first."""
        return (self.acquirer, *(self.other_acquirers or ()))

    def roles(self) -> dict[Address, str]:
        """What each address is: terminal, platform, host, switch, issuer, bank, rail, cashier, cardholder, merchant."""
        roles = {terminal.address: "terminal" for terminal in self.terminals}
        if self.platform is not None:
            roles[self.platform.address] = "platform"
        roles.update((acquirer.address, "host") for acquirer in self.acquirers)
        roles[self.network.address] = "switch"
        roles.update((issuer.address, "issuer") for issuer in self.issuers)
        roles.update((bank.address, "bank") for bank in self.banks)
        roles[self.rail.address] = "rail"
        roles.update((terminal.cashier, "cashier") for terminal in self.terminals)
        roles["cardholder"] = "cardholder"
        roles.update((merchant.address, "merchant") for merchant in self.merchants)
        return roles

    def terminal(self, address: Address) -> Terminal:
        """The terminal at an address; ``KeyError`` if there is none."""
        for terminal in self.terminals:
            if terminal.address == address:
                return terminal
        raise KeyError(address)

    def terminal_of_tid(self, tid: str) -> Terminal:
        """The terminal with a TID; ``KeyError`` if there is none."""
        for terminal in self.terminals:
            if terminal.tid == tid:
                return terminal
        raise KeyError(tid)

    def merchant(self, mid: str) -> Merchant:
        """The merchant with a MID; ``KeyError`` if there is none."""
        for merchant in self.merchants:
            if merchant.mid == mid:
                return merchant
        raise KeyError(mid)

    def acquirer_of(self, mid: str) -> Acquirer:
        """Whose contract the merchant with a MID has; ``KeyError`` if there is no such merchant, or acquirer."""
        named = self.merchant(mid).acquirer or self.acquirer.address
        for acquirer in self.acquirers:
            if acquirer.address == named:
                return acquirer
        raise KeyError(named)

    def seen_by(self, acquirer: Address) -> "World":
        """The world as one acquirer has it on file: its merchants, their terminals, and nobody else's."""
        if not self.other_acquirers:
            return self
        mine = next(each for each in self.acquirers if each.address == acquirer)
        merchants = tuple(merchant for merchant in self.merchants if self.acquirer_of(merchant.mid) is mine)
        mids = {merchant.mid for merchant in merchants}
        return replace(
            self,
            acquirer=mine,
            other_acquirers=UNSET,
            merchants=merchants,
            terminals=tuple(terminal for terminal in self.terminals if terminal.mid in mids),
            platform=self.platform if self.platform is not None and self.platform.onward == acquirer else None,
        )

    def issuer_of(self, card: str) -> Issuer:
        """The bank that issued a card; ``KeyError`` if nobody did."""
        for issuer in self.issuers:
            if card in issuer.cards:
                return issuer
        raise KeyError(card)
