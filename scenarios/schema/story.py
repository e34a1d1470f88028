"""A scenario as plain values, with every address, instant and amount resolved: what the stage plays."""

from msgspec import Struct

from poslab.faults.injection import Injection
from poslab.messages.people import CustomerAtTill, Prompted
from poslab.party.contract import Address, Input
from poslab.party.time import Duration, Instant
from poslab.text import Text
from poslab.world.world import World


class Told(Struct, frozen=True):
    """Something that a person is told from outside: a customer at the till, or an act of an own script."""

    at: Instant
    to: Address
    given: Input


class Purchase(Struct, frozen=True):
    """What a customer owes: one order, one amount, and when and where it is first to be paid."""

    order: str
    at: Instant
    terminal: Address
    cashier: Address
    amount_fen: int
    card: str

    entry: str = "chip"
    pin: str = "right"
    what: str = "sale"
    keyed_fen: int = 0
    """What the cashier keys in, where that is another amount."""

    @property
    def given(self) -> CustomerAtTill | Prompted:
        """The customer, as the cashier meets them; or what she keys in where that is another amount."""
        if self.keyed_fen:
            return Prompted(self.order, self.what, self.terminal, self.keyed_fen, self.card, due_fen=self.amount_fen)
        return CustomerAtTill(self.order, self.terminal, self.amount_fen, self.card, self.entry, self.pin, self.what)


class Complaint(Struct, frozen=True):
    """When somebody asks where the money of an order is."""

    order: str
    at: Instant


class Heal(Struct, frozen=True):
    """When faults that still last are ended, and how long everything then has to come to rest."""

    at: Instant
    converge_within_us: Duration


class Expected(Struct, frozen=True):
    """What must be found of an order; ``None``, or a view that is missing, is not checked."""

    order: str
    truth: str | None = None
    claim_open: bool | None = None
    diagnosis: str | None = None
    views: dict[str, str | tuple[str, ...]] = {}
    """View → word; ``cardholder`` → words in order. ``platform`` is ``absent`` where the world has none."""
    charged_peak: int | None = None
    charged_net: int | None = None
    credited: int | None = None


class Expectations(Struct, frozen=True):
    """What must come of a scenario."""

    complaint: tuple[Expected, ...] = ()
    end: tuple[Expected, ...] = ()
    violates: tuple[str, ...] = ()
    """Checks that must fire; any other that fires is a failure."""
    verdict: str = "pass"


class Scenario(Struct, frozen=True):
    """One scenario in one variant, ready to be played."""

    id: str
    variant: str | None
    """The variant's name; ``None`` where the file has no variants."""
    source: str
    """The name by which it can be loaded again: a library id, or a file."""
    title: Text
    teaches: Text | None
    cause: str | None
    world: World
    cashier: str
    """How every cashier behaves."""
    cardholder: str
    """How every cardholder behaves; ``confirms-after:`` is followed by microseconds."""
    purchases: tuple[Purchase, ...]
    told: tuple[Told, ...]
    """Everything that people are told, in the order of time and of the file."""
    injections: tuple[Injection, ...]
    complaints: tuple[Complaint, ...]
    heal: Heal | None
    begins: Instant
    """Midnight of the world's first working day."""
    until: Instant
    expect: Expectations

    @property
    def name(self) -> str:
        """``ID`` or ``ID/VARIANT``: what is written after ``poslab run``."""
        return self.source if self.variant is None else f"{self.source}/{self.variant}"
