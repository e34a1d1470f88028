"""A QR sale in a whole world: whatever is lost, late or doubled, and whenever the payer confirms, all books agree."""

from collections.abc import Sequence

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from poslab.faults.corruption import Corruption
from poslab.faults.delay import Delay
from poslab.faults.duplicate import Duplicate
from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.faults.process import Crash
from poslab.party.time import HOUR, MINUTE, SECOND
from scenarios.schema.load import load
from scenarios.schema.story import Expectations, Heal, Scenario
from scenarios.stage.play import play

BASE = load("ok-slow/qr")
LINKS = {
    ("T1", "host"): ("0200", "0600"),
    ("host", "T1"): ("0210", "0610"),
    ("host", "switch"): ("0200", "0600"),
    ("switch", "host"): ("0210", "0610"),
    ("switch", "issuer"): ("0200", "0600"),
    ("issuer", "switch"): ("0210", "0610"),
    ("issuer", "cardholder"): ("payment-asked", "payment-closed"),
    ("cardholder", "issuer"): ("payment-confirmed",),
}
SAYINGS = [(link, kind) for link, kinds in LINKS.items() for kind in kinds]
LATER = st.sampled_from((SECOND, 4 * SECOND, 20 * SECOND, 50 * SECOND, 61 * SECOND, 2 * MINUTE))
HOW = st.one_of(st.just(Loss()), st.just(Corruption()), st.builds(Delay, LATER), st.builds(Duplicate, LATER))
CONFIRMS = st.sampled_from(
    (None, 0, 5 * SECOND, 40 * SECOND, 50 * SECOND, 57 * SECOND, 59 * SECOND, 60 * SECOND, 62 * SECOND,
     75 * SECOND, 3 * MINUTE)
)  # fmt: skip


@st.composite
def faults(draw: st.DrawFn) -> list[Injection]:
    """A few messages spoiled, and perhaps somebody's process dying over one."""
    made = []
    for number in range(draw(st.integers(0, 4))):
        link, kind = draw(st.sampled_from(SAYINGS))
        nth = draw(st.none() | st.integers(1, 3))
        made.append(
            Injection(f"f{number}", draw(HOW), "", (link,), Match(kind, ""), nth=nth, optional=True)
        )  # fmt: skip
    if draw(st.booleans()):
        party = draw(st.sampled_from(("T1", "host", "switch", "issuer")))
        point = draw(st.sampled_from(("before-journal", "after-journal", "after-send")))
        crash, nth = Crash(point, draw(LATER)), draw(st.integers(1, 6))
        made.append(Injection("crash", crash, party, (), Match("", "victim"), nth=nth, optional=True))
    return made


def scenario(injections: Sequence[Injection], confirms: int | None) -> Scenario:
    start = BASE.purchases[0].at
    return msgspec.structs.replace(
        BASE,
        injections=tuple(injections),
        cardholder="never-confirms" if confirms is None else f"confirms-after:{confirms}",
        complaints=(),
        heal=Heal(start + 20 * MINUTE, 40 * MINUTE),
        until=start + 2 * HOUR,
        expect=Expectations(),
    )


@settings(max_examples=120)
@given(injections=faults(), confirms=CONFIRMS, wire=st.booleans())
def test_it_ends_paid_or_closed_in_all_books_alike(
    injections: list[Injection], confirms: int | None, wire: bool
) -> None:
    played = play(scenario(injections, confirms), wire=wire)
    (purchase,) = played.result.purchases
    end = purchase.end
    broken = [(check.id, check.breaches) for check in played.result.invariants if check.verdict == "broken"]
    assert broken == []
    views = end.views
    if not purchase.attempts:
        assert (views.terminal, views.issuer) == ("none", "none")
    elif views.terminal == "approved":
        assert (views.host, views.issuer, end.charged_net) == ("approved", "debited", 1)
    else:
        assert views.terminal.startswith("declined:"), views
        assert (views.host, views.issuer, end.charged_peak) == ("declined", "none", 0)
