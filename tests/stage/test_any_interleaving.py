"""A request, its copies and its reversal, answers late, lost or twice, restarts in between: in any order.

Host, network and issuer are driven by hand here, without a clock of their own: what is on its way may arrive in any
order, more than once or never, and any of the three may die and come back with what it had kept.
"""

from collections import Counter
from collections.abc import Callable

import msgspec
from cardleg import KEY, MORNING, reversal, sale
from hypothesis import example, given, settings
from hypothesis import strategies as st

from acquirer.host.authorisation import HostAnswerOverdue
from acquirer.host.host import Host
from acquirer.store_and_forward import AdviceOverdue
from acquirer.switch.routing import SwitchAnswerOverdue
from acquirer.switch.switch import Switch
from bank.card_accounts import CoreDecided
from bank.issuer import Issuer
from poslab.checks.case import stem
from poslab.checks.legal_transitions import ALLOWED
from poslab.party.contract import Became, Input, Party, Posted, Remind, Reminder, Send
from poslab.party.facts import Restarted
from poslab.party.time import SECOND
from poslab.world.presets import corner_shop

TIMERS = (HostAnswerOverdue, SwitchAnswerOverdue, AdviceOverdue, CoreDecided)
ACTS = ("arrives", "arrives", "arrives", "twice", "lost", "rings", "rings", "asked-again", "undo", "dies")
ENDS_THE_DUTY = ("00", "25", "12")


class Leg:
    """The card leg behind one terminal, with everything that is on its way."""

    def __init__(self, authorise_us: int) -> None:
        world = corner_shop()
        bank = msgspec.structs.replace(world.issuers[0], authorise_us=authorise_us)
        self.make: dict[str, Callable[[], Party]] = {
            "host": lambda: Host(world), "switch": lambda: Switch(world), "issuer": lambda: Issuer(world, bank),
        }  # fmt: skip
        self.parties = {name: make() for name, make in self.make.items()}
        self.now = MORNING
        self.way: list[tuple[str, Input]] = [("host", sale())]
        self.rings: list[tuple[int, str, Reminder]] = []
        self.entries: dict[str, Counter[str]] = {name: Counter() for name in self.make}
        self.states: dict[tuple[str, str], str] = {}
        self.undoing = False
        self.undone = ""
        self.answers: list[str] = []

    def act(self, what: str, which: int) -> None:
        """One thing happens."""
        self.now += SECOND
        if what == "asked-again":
            self.way.append(("host", sale()))
        elif what == "undo":
            self.undoing = True
            self.way.append(("host", reversal()))
        elif what == "dies":
            self.dies(list(self.make)[which % len(self.make)])
        elif what == "rings":
            self.rings_next(which)
        elif self.way:
            place = which % len(self.way)
            if what == "twice":
                self.way.append(self.way[place])
            else:
                to, message = self.way.pop(place)
                if what == "arrives":
                    self.tell(to, message)

    def dies(self, name: str) -> None:
        """A process dies and is back with what it had kept; its timers are gone."""
        kept = self.parties[name].snapshot()
        self.parties[name] = self.make[name]()
        self.parties[name].restore(kept)
        assert self.parties[name].snapshot() == kept
        self.rings = [ring for ring in self.rings if ring[1] != name]
        self.tell(name, Restarted())

    def rings_next(self, which: int) -> None:
        """A timer that somebody still waits for runs out."""
        self.rings = [ring for ring in self.rings if self.parties[ring[1]].awaits(ring[2])]
        if self.rings:
            due, name, reminder = self.rings.pop(which % len(self.rings))
            self.now = max(self.now, due)
            self.tell(name, reminder)

    def tell(self, to: str, given: Input) -> None:
        """Somebody hears something."""
        if to == "T1":
            self.heard_at_the_till(given)
            return
        for effect in self.parties[to].handle(given, self.now) or ():
            if type(effect) is Send and effect.to in (*self.parties, "T1"):
                self.way.append((effect.to, effect.message))
            elif type(effect) is Remind and isinstance(effect.of, TIMERS):
                self.rings.append((self.now + effect.after, to, effect.of))
            elif type(effect) is Posted:
                self.entries[to][effect.entry.partition("/")[0]] += 1
            elif type(effect) is Became and (to != "host" or effect.of == KEY):
                self.moved(to, effect)

    def moved(self, who: str, became: Became) -> None:
        before = self.states.get((who, became.of), "none")
        assert became.before == before, (who, became, before)
        assert stem(became.after) in ALLOWED[who].get(stem(before), ()), (who, became)
        self.states[who, became.of] = became.after

    def heard_at_the_till(self, given: Input) -> None:
        if given.kind == "0410" and given.code in ENDS_THE_DUTY:  # type: ignore[attr-defined]
            self.undone = given.code  # type: ignore[attr-defined]
        elif given.kind == "0210":
            self.answers.append(given.code)  # type: ignore[attr-defined]

    def settles(self) -> None:
        """From now on everything arrives; timers run out as long as somebody waits for one."""
        for _ in range(400):
            if self.way:
                self.tell(*self.way.pop(0))
                continue
            if self.undoing and not self.undone:
                self.way.append(("host", reversal()))
                continue
            before = len(self.rings)
            self.rings.sort(key=lambda ring: ring[:2])
            self.rings_next(0)
            if not before:
                return
        raise AssertionError("it never comes to rest")

    def state(self, who: str) -> str:
        """The last word of a party about the request; of the issuer about any copy of it."""
        return next((stem(state) for (whose, _), state in self.states.items() if whose == who), "none")


@settings(max_examples=300, deadline=None)
@given(
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 6)), max_size=40),
    authorise_us=st.sampled_from((0, 5 * SECOND)),
)
@example(acts=[("arrives", 0)] * 3 + [("undo", 0), ("dies", 0), ("arrives", 1), ("twice", 0)], authorise_us=0)
@example(acts=[("twice", 0), ("undo", 0), ("arrives", 2), ("arrives", 0), ("dies", 2)], authorise_us=5 * SECOND)
def test_whatever_the_order_there_is_one_charge_at_most_and_its_mirror(
    acts: list[tuple[str, int]], authorise_us: int
) -> None:
    leg = Leg(authorise_us)
    for what, which in acts:
        leg.act(what, which)
    leg.settles()
    host, issuer = leg.state("host"), leg.state("issuer")
    for who in ("host", "issuer"):
        assert leg.entries[who]["P1"] <= 1
        assert leg.entries[who]["P7"] <= leg.entries[who]["P1"]
    assert host not in ("forwarded", "in-doubt"), "nobody is left in doubt"
    standing = leg.entries["issuer"]["P1"] - leg.entries["issuer"]["P7"]
    assert standing == (host == "approved"), (host, issuer)
    assert leg.entries["host"]["P1"] - leg.entries["host"]["P7"] == standing
    if leg.undoing:
        assert leg.undone
        assert host in ("reversed", "reversal-only", "declined", "none")
