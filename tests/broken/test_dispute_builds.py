"""Hosts and card's banks that charge back twice or what is given back already, do not hear an answer, or keep what was
won, each caught.
"""

import msgspec
from bent import Build, caught, story

from acquirer.host.host import Host
from bank.issuer import Issuer
from poslab.faults.duplicate import Duplicate
from poslab.faults.injection import Injection, Match
from poslab.messages.disputes import (
    ArbitrationRuled,
    DisputeAnswered,
    DisputeStep,
    DisputeStepHeard,
    SecondChargebackRaised,
)
from poslab.messages.facts import CorrectionOrdered
from poslab.party.contract import Became, Effect, Input, Logged, Party, Posted
from poslab.party.time import DAY, HOUR, SECOND, Instant
from poslab.world.world import World
from scenarios.schema.story import Scenario, Told

RRN = "260000000001"


def issuer(world: World) -> Party:
    return Issuer(world, world.issuers[0])


def disputed(*told: tuple[int, str, Input], faults: tuple[Injection, ...] = (), days: int = 6) -> Scenario:
    """Charged back on the third day, after its payout; a later sale bears it. ``told``: hours, to whom, what."""
    base = story(name="disp-chargeback/plain")
    done = tuple(Told(base.begins + hours * HOUR, to, given) for hours, to, given in told)
    return msgspec.structs.replace(
        base,
        complaints=(),
        injections=(*base.injections, *faults),
        told=(*base.told, *done),
        until=base.begins + days * DAY + 18 * HOUR,
    )


REPRESENTED = (62, "host", DisputeAnswered(rrn=RRN, answer="represent"))
AGAIN = (86, "issuer", SecondChargebackRaised(rrn=RRN))
WON = (90, "host", ArbitrationRuled(rrn=RRN, won=True))


# --- taken


def its_step(given: Input) -> str:
    return f"{given.rrn}/{given.step}" if isinstance(given, DisputeStep) else ""


def test_a_host_that_books_a_repeated_chargeback_again() -> None:
    twice = Injection("twice", Duplicate(SECOND), links=(("switch", "host"),), match=Match("dispute-step"))
    caught(Build("host", Host, forgets=its_step), disputed(faults=(twice,)), "disputes-settled", "legal-transitions")


def its_answer(given: Input) -> str:
    return f"{given.rrn}/{given.step}" if isinstance(given, DisputeStepHeard) else ""


def test_a_bank_that_credits_a_cardholder_twice_for_one_chargeback() -> None:
    twice = Injection("twice", Duplicate(SECOND), links=(("switch", "issuer"),), match=Match("dispute-step-heard"))
    build = Build("issuer", issuer, forgets=its_answer)
    caught(build, disputed(faults=(twice,)), "disputes-settled", "refunds-within-sale", "legal-transitions")



def recovers_nothing(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Takes a chargeback from nobody: no later payout is less by it."""
    if not any(type(e) is Became and e.after == "chargeback" for e in effects):
        return None
    assert isinstance(party, Host)
    party.office.funding._payouts.refunds.clear()
    return list(effects)


def test_a_host_that_never_takes_a_chargeback_from_its_merchant() -> None:
    caught(Build("host", Host, bend=recovers_nothing), disputed(), "money-conserved")


# --- given back already


class ForgetsRefunds(Host):
    """Lets the card's bank take back all of a payment, whatever of it was refunded."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.office.funding.disputes.refunded_fen = lambda rrn: 0


def charges(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Changes nothing; counts the chargebacks that are taken."""
    return list(effects) if any(type(e) is Became and e.after == "chargeback" for e in effects) else None


def test_a_host_that_lets_more_be_charged_back_than_is_left() -> None:
    scenario = story(name="disp-chargeback/partly-refunded")
    caught(Build("host", ForgetsRefunds, bend=charges), scenario, "refunds-within-sale")


class ForgetsChargebacks(Host):
    """Gives back what was charged back, to whoever asks."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.office.funding.disputes.charged_fen = lambda rrn: 0  # type: ignore[method-assign]


def gives_back(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Changes nothing; counts refunds that are taken and adjustments that are due."""
    words = ("refunded", "adjustment-due")
    return list(effects) if any(type(e) is Logged and e.word in words for e in effects) else None


def test_a_host_that_corrects_what_was_charged_back() -> None:
    scenario = disputed((62, "host", CorrectionOrdered("victim")))
    caught(Build("host", ForgetsChargebacks, bend=gives_back), scenario, "refunds-within-sale")


def test_a_host_that_refunds_what_was_charged_back() -> None:
    scenario = story(name="disp-chargeback/partly-refunded")
    caught(Build("host", ForgetsChargebacks, bend=gives_back), scenario, "refunds-within-sale")


# --- spoken against


def hears_no_answer(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Files the answer, and goes on as if none had come."""
    return [] if type(given) is DisputeAnswered else None


class DeafToAnswers(Host):
    """Is told of an answer, and leaves the case as it stood."""

    def handle(self, given: Input, at: Instant) -> list[Effect] | None:  # type: ignore[override]
        if type(given) is DisputeAnswered:
            return []
        effects = super().handle(given, at)
        return None if effects is None else list(effects)


def test_a_host_that_lets_the_clock_run_on_over_an_answer() -> None:
    """Represented in time, and the merchant bears the chargeback all the same."""
    caught(Build("host", DeafToAnswers, bend=hears_no_answer), disputed(REPRESENTED), "disputes-settled")


# --- won


class KeepsWhatWasWon(Host):
    """Wins, and gives nothing back."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.office.funding.disputes.give_back = lambda rrn, at, out: None  # type: ignore[method-assign]


def won(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Changes nothing; counts the cases that are won."""
    return list(effects) if any(type(e) is Became and e.after == "won" for e in effects) else None


def test_a_host_that_wins_and_keeps_the_money() -> None:
    caught(Build("host", KeepsWhatWasWon, bend=won), disputed(REPRESENTED, AGAIN, WON), "disputes-settled")


def pays_half(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Logged and effect.word == "chargeback-returned" and effect.details["amount_fen"]:
            half = int(effect.details["amount_fen"]) // 2
            effect = Logged(effect.about, effect.word, {**effect.details, "amount_fen": half})
        bent.append(effect)
    return None if bent == effects else bent


def test_a_host_that_pays_half_of_what_was_won() -> None:
    caught(Build("host", Host, bend=pays_half), disputed(REPRESENTED, AGAIN, WON), "disputes-settled")


def does_not_debit(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    bent = [e for e in effects if not (type(e) is Posted and e.entry.startswith("P10c/"))]
    return None if len(bent) == len(effects) else bent


def test_a_bank_whose_cardholder_keeps_what_the_merchant_won() -> None:
    build = Build("issuer", issuer, bend=does_not_debit)
    caught(build, disputed(REPRESENTED, AGAIN, WON, days=9), "disputes-settled")
