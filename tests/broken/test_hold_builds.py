"""Hosts that pay what is kept back, or release it more than once, each caught."""

import msgspec
from bent import Build, caught, story

from acquirer.host.holds import Hold
from acquirer.host.host import Host
from poslab.messages.facts import CorrectionOrdered, HoldReviewed
from poslab.party.contract import Became, Effect, Input, Logged, Party
from poslab.party.time import HOUR, Instant
from poslab.world.world import World
from scenarios.schema.story import Scenario, Told


class PaysWhatIsHeld(Host):
    """Splits off what is kept back, and leaves it among what is to be paid."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        payouts = self.office.funding._payouts

        def hold(mid: str, date: str, amount_fen: int, at: Instant, out: list[Effect], *of: object) -> str:
            day = payouts.payouts[f"{mid}-{date}"]
            payouts.change(day.payout_no, amount_fen=day.amount_fen - amount_fen)
            return payouts.add(day, day.payout_no, amount_fen, "payout-split", at, out)

        payouts.hold = hold  # type: ignore[method-assign]


def orders_a_part(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Changes nothing; counts the orders of what was split off."""
    ordered = [e for e in effects if type(e) is Became and e.after == "instructed" and e.of.count("-") > 1]
    return list(effects) if ordered else None


def held_and_another() -> Scenario:
    """Two sales on one day, one of them held by a risk rule."""
    base = story(name="acct-risk-hold/plain")
    other = Told(base.told[0].at + HOUR, base.told[0].to, msgspec.structs.replace(base.told[0].given, about="other"))
    return msgspec.structs.replace(base, complaints=(), told=(*base.told, other))


def test_a_host_that_pays_what_it_keeps_back() -> None:
    caught(Build("host", PaysWhatIsHeld, bend=orders_a_part), held_and_another(), "held-is-held")


def reviewed() -> Scenario:
    """The clerk looks at it on the next day and lets it go."""
    base = story(name="acct-risk-hold/plain")
    rrn = "260000000001"
    clerk = Told(base.begins + 38 * HOUR, "host", HoldReviewed(rrn=rrn))
    return msgspec.structs.replace(base, complaints=(), told=(*base.told, clerk))


class ReleasesTwice(Host):
    """Books a release under one number, and under another."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        holds = self.office.funding.holds
        post = holds._post

        def posts(kind: str, hold: Hold, states: tuple[str, str], out: list[Effect]) -> None:
            post(kind, hold, states, out)
            if kind == "P9b":
                post(kind, msgspec.structs.replace(hold, number=hold.number + 1_000), states, out)

        holds._post = posts  # type: ignore[method-assign]


def released(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Changes nothing; counts the releases."""
    return list(effects) if any(type(e) is Logged and e.word == "hold-released" for e in effects) else None


def test_a_host_that_releases_a_hold_twice() -> None:
    caught(Build("host", ReleasesTwice, bend=released), reviewed(), "held-is-held")


def lets_go_though_another_reason_stands(
    party: Party, given: Input, at: Instant, effects: list[Effect]
) -> list[Effect] | None:
    if type(given) is not HoldReviewed:
        return None
    refused = [e for e in effects if type(e) is Logged and e.word == "release-refused"]
    if not refused:
        return None
    assert isinstance(party, Host)
    out: list[Effect] = []
    party.office.funding.holds._release(party.office.funding.holds.holds[given.rrn], at, out)
    return out


def test_a_clerk_who_lets_go_what_an_authority_has_ordered() -> None:
    base = story(name="disp-fraud-freeze/sale")
    clerk = Told(base.begins + 38 * HOUR, "host", HoldReviewed(rrn="260000000001"))
    scenario = msgspec.structs.replace(base, complaints=(), told=(*base.told, clerk))
    caught(Build("host", Host, bend=lets_go_though_another_reason_stands), scenario, "held-is-held")


class GivesBackWhatIsFrozen(Host):
    """Does not ask whether an authority has frozen it."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.office.funding.holds.is_frozen = lambda rrn: False  # type: ignore[method-assign]


def given_back(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Changes nothing; counts what a clerk has taken back."""
    due = any(type(e) is Logged and e.word == "adjustment-due" for e in effects)
    return list(effects) if due else None


def test_a_clerk_who_takes_back_what_an_authority_has_frozen() -> None:
    base = story(name="disp-fraud-freeze/sale")
    clerk = Told(base.begins + 38 * HOUR, "host", CorrectionOrdered("victim"))
    scenario = msgspec.structs.replace(base, complaints=(), told=(*base.told, clerk))
    caught(Build("host", GivesBackWhatIsFrozen, bend=given_back), scenario, "held-is-held")
