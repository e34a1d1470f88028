"""A history told by hand, line by line, to the folds that make facts of it."""

from collections.abc import Sequence
from typing import Any

from poslab.history.evidence import Evidence
from poslab.history.line import Line
from poslab.history.purchases import Purchases
from poslab.history.questions import Facts, Role
from poslab.messages.card import FinancialRequest, FinancialResponse
from poslab.messages.people import SaleKeyed, Sms
from poslab.party.contract import Became, Effect, Input, Logged, Send
from poslab.party.facts import Connected
from poslab.party.time import HOUR, MINUTE, SECOND, Instant, midnight
from poslab.world.presets import corner_shop
from poslab.world.world import World

MONDAY = midnight(corner_shop().calendar.first_day)
SOLD = MONDAY + 10 * HOUR + 15 * MINUTE
MID = "999000054110001"
KEY, KEY_2, KEY_ON_T2 = "90000001-000001-000017", "90000001-000001-000018", "90000002-000001-000017"
RRN = "260000000001"
TIDS = {"T1": "90000001", "T2": "90000002"}


class Told:
    """A history told line by line to both folds, and the facts at any point of it."""

    def __init__(self, world: World | None = None) -> None:
        self.world = corner_shop() if world is None else world
        self.purchases = Purchases(self.world, ["victim"])
        self.evidence = Evidence(self.world)
        self.at: Instant = SOLD
        self.n = 0

    def line(self, party: str, given: Input, *effects: Effect, after: int = 0) -> "Told":
        self.at += after
        self.n += 1
        line = Line(self.n, self.at, party, given, effects)
        self.purchases.see(line, given)
        self.evidence.see(line, given)
        return self

    def facts(self, role: Role = "all", after: int = 0) -> Facts:
        self.purchases.now = self.at + after
        return self.evidence.facts("victim", self.purchases, role)

    def keyed(self, terminal: str = "T1") -> "Told":
        return self.line(terminal, SaleKeyed("victim", 12800, "good-debit"))

    def sent(self, terminal: str = "T1", key: str = KEY, card: str = "good-debit") -> "Told":
        details: dict[str, Any] = {
            "key": key, "what": "sale", "stan": key[-6:], "batch": "000001", "tid": TIDS[terminal], "mid": MID,
        }  # fmt: skip
        return self.line(
            terminal,
            Connected("victim", "host"),
            Logged("victim", "attempt", details),
            Became("victim", key, "none", "sent"),
            Send("host", FinancialRequest("victim", key, MID, "sale", 12800, card)),
        )

    def approved_by_all(self, key: str = KEY, rrn: str = RRN) -> "Told":
        request = FinancialRequest("victim", key, MID, "sale", 12800, "good-debit", rrn=rrn)
        answer = FinancialResponse("victim", key, MID, "sale", 12800, "00", rrn)
        self.line(
            "host",
            FinancialRequest("victim", key, MID, "sale", 12800, "good-debit"),
            Logged("victim", "business-date", {"date": "20260105", "rrn": rrn, "key": key}),
            Became("victim", key, "none", "forwarded"),
            Send("switch", request),
        )
        self.line("switch", request, Send("issuer", request))
        self.line("issuer", request, Became("victim", rrn, "none", "debited"), Send("switch", answer))
        self.line("switch", answer, Send("host", answer))
        self.line("cardholder", Sms("victim", "spent", "good-debit", 12800, self.at))
        return self.line("host", answer, Became("victim", key, "forwarded", "approved"), Send("T1", answer))

    def silent(self, terminal: str = "T1", key: str = KEY) -> "Told":
        return self.line(terminal, Connected("victim", "host"), *no_answer(key), after=60 * SECOND)


def no_answer(key: str = KEY) -> Sequence[Effect]:
    return (
        Logged("victim", "no-answer", {"key": key}),
        Logged("victim", "reversal-stored", {"reason": "98", "key": key}),
        Became("victim", key, "sent", "unknown"),
    )


def logged(word: str, **details: str | int) -> Logged:
    return Logged("victim", word, details)


def lost_answer() -> Told:
    return Told().keyed().sent().approved_by_all().silent()
