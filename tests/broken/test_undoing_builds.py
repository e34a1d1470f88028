"""Broken builds of those who own an undoing: forgotten in a restart, dropped at the cut-off, revived by an answer."""

from bent import Build, caught, story

from acquirer.host.host import Host
from acquirer.store_and_forward import AdviceOverdue
from acquirer.switch.switch import Switch
from bank.issuer import Issuer
from poslab.faults.delay import Delay
from poslab.faults.duplicate import Duplicate
from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.faults.process import Stop
from poslab.messages.card import FinancialResponse, ReversalAdvice
from poslab.party.contract import Became, Effect, Input, Kept, Logged, Party, Posted, Send
from poslab.party.facts import Restarted
from poslab.party.time import MINUTE, SECOND, Instant
from poslab.world.world import World

LOST = Injection("lost", Loss(), links=(("host", "T1"),), match=Match("0210"), nth=1)


def was_restarted(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Changes nothing; counts what provokes a build that is bent inside."""
    return list(effects) if type(given) is Restarted else None


# --- forgotten in a restart


class HostForgetsAdvices(Host):
    """Comes back without its queue of advices."""

    def restore(self, kept: bytes) -> None:
        super().restore(kept)
        self.office.advices.restore([])


def test_a_host_that_forgets_in_a_restart_what_it_has_to_undo() -> None:
    unheard = Injection("unheard", Loss(), links=(("host", "switch"),), match=Match("0420"), nth=1)
    gone = Injection("gone", Stop(), party="host", after="unheard", lasts=MINUTE)
    build = Build("host", HostForgetsAdvices, bend=was_restarted)
    caught(build, story(LOST, unheard, gone), "restart-same-state", "all-final")


class SwitchForgetsAdvices(Switch):
    """Likewise."""

    def restore(self, kept: bytes) -> None:
        super().restore(kept)
        self.exchange.advices.restore([])


def test_a_network_that_forgets_in_a_restart_what_it_has_to_undo() -> None:
    silent = Injection("silent", Loss(), links=(("issuer", "switch"),), match=Match("0210"), nth=1)
    unheard = Injection("unheard", Loss(), links=(("switch", "issuer"),), match=Match("0420"), nth=1)
    gone = Injection("gone", Stop(), party="switch", after="unheard", lasts=MINUTE)
    build = Build("switch", SwitchForgetsAdvices, bend=was_restarted)
    caught(build, story(silent, unheard, gone), "restart-same-state", "all-final")


# --- dropped at the cut-off


def stops_silently(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    if type(given) is not AdviceOverdue:
        return None
    if not any(type(effect) is Logged and effect.word == "advice-stopped" for effect in effects):
        return None
    return [effect for effect in effects if type(effect) not in (Logged, Kept)]


def test_a_host_that_drops_an_advice_at_the_cut_off_and_tells_nobody() -> None:
    caught(Build("host", Host, bend=stops_silently), story(name="issuer-reversal-failed/refused"), "all-final")


def test_a_host_that_drops_an_advice_after_its_last_try_and_tells_nobody() -> None:
    caught(Build("host", Host, bend=stops_silently), story(name="issuer-reversal-failed/saf-exhausted"), "all-final")


# --- revived by a late answer


def revives(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    if type(given) is not FinancialResponse or given.code != "00":
        return None
    if not any(type(effect) is Logged and effect.word == "late-answer" for effect in effects):
        return None
    assert isinstance(party, Host)
    attempt = party.office.attempt
    payable = party.office.payables[given.mid]
    return [
        Posted(given.about, f"P1/{given.key}", (("A.scheme_receivable", payable, given.amount_fen),)),
        Became(given.about, given.key, attempt.word, "approved"),
        Kept(given.about, "answer"),
        Send("T1", given),
    ]


def test_a_host_that_approves_by_an_answer_that_came_after_its_timer() -> None:
    late = Injection("late", Delay(55 * SECOND), links=(("switch", "host"),), match=Match("0210"), nth=1)
    caught(Build("host", Host, bend=revives), story(late), "legal-transitions")


def test_a_host_that_approves_by_an_answer_that_came_after_the_reversal() -> None:
    # The terminal's 0400 overtakes the answer, which the network sends in time and the line holds up.
    early = Injection("late", Delay(120 * SECOND), links=(("switch", "host"),), match=Match("0210"), nth=1)
    caught(Build("host", Host, bend=revives), story(early), "legal-transitions")


# --- credit on retry


def its_copy(given: Input) -> str:
    return given.rrn if type(given) is ReversalAdvice else ""


def test_an_issuer_that_gives_back_again_with_every_copy() -> None:
    def make(world: World) -> Party:
        return Issuer(world, world.issuers[0])

    twice = Injection("twice", Duplicate(SECOND), links=(("switch", "issuer"),), match=Match("0420"), nth=1)
    build = Build("issuer", make, forgets=its_copy)
    caught(build, story(LOST, twice), "books-balance", "legal-transitions")
