"""What a run leaves behind for people and programs: ``poslab-result/1``."""

from msgspec import Struct, field

from poslab.history.places import Place
from poslab.history.views import Views
from poslab.text import Text

SCHEMA = "poslab-result/1"


class AttemptKey(Struct, frozen=True):
    """One try to pay, as slips and logs name it."""

    kind: str
    terminal: str
    batch: str
    stan: str
    rrn: str


class DiagnosisResult(Struct, frozen=True):
    """Why: the cause, its tie group, what else took part, and the facts that decided."""

    cause: str
    tie: tuple[str, ...]
    contributing: tuple[str, ...]
    latent: tuple[str, ...]
    role: str
    confidence: str
    facts: tuple[str, ...]
    missing: tuple[str, ...]


class CancelResult(Struct, frozen=True):
    """Can it be cancelled, by whom, how, until when; in words of closed lists, and as a text."""

    possible: str
    by: str
    how: str
    until: str
    text: Text


class Step(Struct, frozen=True):
    """Something to do, or never to do: a word of the closed list of actions, and a text."""

    do: str
    text: Text


class Moment(Struct, frozen=True):
    """A purchase at one instant: the truth, what everybody would say, where the money is."""

    at: str
    truth: str
    claim_open: bool
    views: Views
    places: tuple[Place, ...]
    charged_peak: int
    charged_net: int
    credited: int
    diagnosis: DiagnosisResult | None = None
    cancel: CancelResult | None = None
    why: Text | None = None
    remedies: tuple[Step, ...] = ()
    never: tuple[Step, ...] = ()
    prevention: tuple[Text, ...] = ()


class PurchaseResult(Struct, frozen=True):
    """One purchase of the workload."""

    order: str
    due: int
    currency: str
    injected: tuple[str, ...]
    attempts: tuple[AttemptKey, ...]
    at_complaint: Moment | None
    end: Moment


class InvariantResult(Struct, frozen=True):
    """One check: ``holds``, ``broken`` or ``no evidence``, how often it was evaluated, whether that was expected."""

    id: str
    verdict: str
    evaluated: int
    expected: bool
    breaches: tuple[Text, ...] = ()


class ExpectationResult(Struct, frozen=True):
    """One expectation of the scenario; ``what`` says in words what was wanted and what was found."""

    what: Text
    met: bool


class OpenItem(Struct, frozen=True):
    """Something that waits for a person at the end of the run."""

    order: str
    what: str
    owner: str
    waits_for: Text
    called: Text | None = None
    """What such a break between two books is called: 单边账, one-sided entry."""
    since: str = ""
    age_s: int | None = None
    """How old it is when the run ends."""
    due: str = ""
    """The day by which it must be done, or be asked for again."""


class Day(Struct, frozen=True):
    """All money that was charged, at noon of a day: with the merchant, on its way before its due day, or at risk.

    Amounts in fen; ``arrived`` counts from the beginning, and fees with it.
    """

    day: str
    swiped: int
    on_its_way: int
    at_risk: int
    arrived: int
    orders_at_risk: tuple[str, ...]


class Result(Struct, frozen=True):
    """A whole run."""

    version: str
    scenario: str
    variant: str | None
    seed: str
    runtime: str
    world: str
    verdict: str
    reason: Text
    history_sha256: str
    history_lines: int
    reproduce: str
    simulated_s: int
    wall_s: float
    title: Text
    teaches: Text
    purchases: tuple[PurchaseResult, ...]
    invariants: tuple[InvariantResult, ...]
    expectations: tuple[ExpectationResult, ...]
    open_items: tuple[OpenItem, ...] = ()
    days: tuple[Day, ...] = ()
    schema: str = field(default=SCHEMA)
