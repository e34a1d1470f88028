"""Whatever happens to a terminal that stores sales offline, each is charged once or still waits in its queue."""

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poslab.faults.duplicate import Duplicate
from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.faults.partition import Partition
from poslab.messages.people import Prompted
from poslab.party.contract import Posted
from poslab.party.time import HOUR, MINUTE, SECOND, midnight
from poslab.text import Text
from poslab.world.presets import PRESETS
from scenarios.schema.story import Expectations, Purchase, Scenario, Told
from scenarios.stage.play import Played, play

HOPS = (
    ("T1", "host"), ("host", "T1"), ("host", "switch"), ("switch", "host"), ("switch", "issuer"), ("issuer", "switch"),
)  # fmt: skip


def losses() -> st.SearchStrategy[Injection]:
    """A notice or its answer lost, or doubled, at one hop; or the terminal's own line down for a while."""

    def of_a_message(hop: int, twice: bool, nth: int) -> Injection:
        kind = "0230" if hop % 2 else "0220"
        fault = Duplicate(90 * SECOND) if twice else Loss()
        return Injection("", fault, links=(HOPS[hop],), match=Match(kind), nth=nth, optional=True)

    def line_down(minute: int, lasts: int) -> Injection:
        start = midnight(PRESETS["corner-shop"]().calendar.first_day) + 10 * HOUR + minute * MINUTE
        return Injection("", Partition(), links=HOPS[:2], start=start, lasts=lasts * MINUTE, optional=True)

    return st.builds(of_a_message, st.integers(0, 5), st.booleans(), st.integers(1, 4)) | st.builds(
        line_down, st.integers(0, 120), st.integers(1, 40)
    )


ACTS = ("offline-sale", "offline-sale", "balance", "restart", "sale")


def scenario(acts: list[tuple[str, int]], faults: list[Injection]) -> Scenario:
    world = PRESETS["corner-shop"]()
    terminals = tuple(msgspec.structs.replace(t, floor_limit_fen=50_000) for t in world.terminals)
    world = msgspec.structs.replace(world, terminals=terminals)
    begins = midnight(world.calendar.first_day)
    at = begins + 10 * HOUR
    purchases: list[Purchase] = []
    told: list[Told] = []
    for n, (act, gap) in enumerate(acts):
        at += gap * SECOND
        if act in ("offline-sale", "sale"):
            bought = Purchase(f"order-{n}", at, "T1", "cashier", 1_000 + n, "good-debit", what=act)
            purchases.append(bought)
            told.append(Told(at, "cashier", bought.given))
        else:
            told.append(Told(at, "cashier", Prompted("", act, "T1", 0, "good-debit")))
    injections = tuple(msgspec.structs.replace(fault, id=f"fault-{n}") for n, fault in enumerate(faults))
    return Scenario(
        "queue", None, "queue", Text("队列", "a queue"), None, None, world, "passive", "reads-sms", tuple(purchases),
        tuple(told), injections, (), None, begins, begins + 48 * HOUR, Expectations(),
    )  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from((1, 3, 20, 70, 400, 1500))), min_size=1, max_size=12),
    st.lists(losses(), max_size=5),
)
def test_each_stored_sale_is_charged_once_or_waits(acts: list[tuple[str, int]], faults: list[Injection]) -> None:
    played = play(scenario(acts, faults), keep=True)
    for check in played.result.invariants:
        assert check.verdict != "broken" or check.id in ("all-final", "explained"), (check.id, check.breaches)
    for purchase in played.result.purchases:
        if any(attempt.kind == "chip-offline-sale" for attempt in purchase.attempts):
            assert len(purchase.attempts) == 1, "one wish, one key"
            waits = purchase.end.views.terminal == "offline-unsent"
            assert purchase.end.charged_peak == purchase.end.charged_net <= 1
            assert purchase.end.charged_net == 1 or waits
            assert purchase.end.claim_open == (waits and not purchase.end.charged_net)
    _posted_once(played)


def _posted_once(played: Played) -> None:
    for party in ("host", "issuer"):
        lines = [line for line, _ in played.pairs if line.party == party]
        entries = [effect.entry for line in lines for effect in line.effects if type(effect) is Posted]
        notices = [entry for entry in entries if entry.startswith("P17a/")]
        assert len(notices) == len(set(notices))
