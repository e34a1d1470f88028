"""The acquirer's risk rules 风控: which captured sales are kept back until a clerk has looked at them."""

from msgspec import Struct

from poslab.party.time import Duration, Instant, time_of_day
from poslab.world.world import RiskRules

AMOUNT = "R1-amount"
ROUND = "R2-round"
SAME_CARD = "R3-same-card"
NIGHT = "R4-night"


class HeldRisk(Struct):
    """A snapshot."""

    hits: dict[str, tuple[str, str]]
    seen: dict[str, int]
    day: str


class RiskDesk:
    """Looks at sales as they are captured, and remembers those that a rule has hit until they are cleared."""

    def __init__(self, rules: RiskRules) -> None:
        self._rules = rules
        self._looks = rules.any
        self._hits: dict[str, tuple[str, str]] = {}
        """RRN → its business date and the rule that it hit."""
        self._seen: dict[str, int] = {}
        """Merchant and card → how many sales on the newest business date."""
        self._day = ""

    def look(self, rrn: str, mid: str, card: str, amount_fen: int, business_date: str, at: Instant) -> None:
        """A sale is captured; ``at`` is when the host accepted it."""
        if not self._looks or amount_fen <= 0:
            return
        rules = self._rules
        if business_date > self._day:
            self._day, self._seen = business_date, {}
        seen = self._seen[f"{mid}/{card}"] = self._seen.get(f"{mid}/{card}", 0) + 1
        rule = rule_of(rules, amount_fen, seen, at)
        if rule:
            self._hits[rrn] = (business_date, rule)

    def hits_of(self, business_date: str) -> list[tuple[str, str]]:
        """RRN and rule of the sales until that business date that a rule has hit; they are forgotten with this."""
        found = [(rrn, rule) for rrn, (date, rule) in self._hits.items() if date <= business_date]
        for rrn, _ in found:
            del self._hits[rrn]
        return found

    def held(self) -> HeldRisk:
        """The state."""
        return HeldRisk(self._hits, self._seen, self._day)

    def restore(self, held: HeldRisk) -> None:
        """Take a state."""
        self._hits, self._seen, self._day = held.hits, held.seen, held.day


def rule_of(rules: RiskRules, amount_fen: int, same_card: int, at: Instant) -> str:
    """The first rule that a sale hits, or ``""``. ``same_card``: how many there are with its card that day, with it."""
    if rules.amount_over_fen and amount_fen > rules.amount_over_fen:
        return AMOUNT
    if rules.round_fen and amount_fen % rules.round_fen == 0:
        return ROUND
    if rules.same_card and same_card >= rules.same_card:
        return SAME_CARD
    return NIGHT if _is_night(rules.night_from_at, rules.night_until_at, time_of_day(at)) else ""


def _is_night(begins: Duration, ends: Duration, hour: Duration) -> bool:
    if begins == ends:
        return False
    return begins <= hour < ends if begins < ends else hour >= begins or hour < ends
