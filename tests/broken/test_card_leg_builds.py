"""Broken terminals, hosts, switches and issuers, each caught by a check that is named here."""

import msgspec
from bent import Build, caught, story

from acquirer.host.host import Host
from bank.issuer import Issuer
from poslab.faults.delay import Delay
from poslab.faults.duplicate import Duplicate
from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.faults.process import Stop
from poslab.messages.card import FinancialRequest, FinancialResponse, OrderNotice, ReversalAdvice
from poslab.messages.people import Slip
from poslab.party.contract import Became, Effect, Input, Kept, Logged, Party, Posted, Send
from poslab.party.facts import PowerCut
from poslab.party.time import DAY, MINUTE, SECOND, Instant, date_of
from poslab.world.calendar import day_word
from poslab.world.world import World
from terminal.machine import Terminal

T1_HOST = (("T1", "host"),)
HOST_T1 = (("host", "T1"),)


def t1(world: World) -> Party:
    return Terminal(world.terminal("T1"))


def issuer(world: World) -> Party:
    return Issuer(world, world.issuers[0])


# --- terminals


def forgets_its_reversals(party: Party, given: Input, at: Instant) -> bool:
    assert isinstance(party, Terminal)
    if type(given) is not PowerCut or not party.device.flash.records:
        return False
    party.device.flash.records.clear()
    return True


def test_a_terminal_that_forgets_its_reversal_in_the_dark() -> None:
    # Debited and approved upstream, and nobody will ever undo it or print a slip: the sale never comes to rest.
    build = Build("T1", t1, before=forgets_its_reversals)
    caught(build, story(name="term-restart-mid-transaction/after-send"), "all-final")


def revives_a_late_answer(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    if type(given) is not FinancialResponse or given.code != "00":
        return None
    if not any(type(effect) is Logged and effect.word == "late-answer-discarded" for effect in effects):
        return None
    assert isinstance(party, Terminal)
    waiting = given.key in party.device.flash.records
    revived = Became(given.about, given.key, "unknown" if waiting else "reversed", "approved-unprinted")
    return [Kept(given.about, "approval"), revived]


def test_a_terminal_that_revives_a_sale_by_a_late_answer() -> None:
    build = Build("T1", t1, bend=revives_a_late_answer)
    caught(build, story(name="net-response-late/after-reversal"), "final-is-final")
    caught(build, story(name="net-response-late/before-reversal"), "legal-transitions")


def sends_before_it_keeps(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    sends = [effect for effect in effects if type(effect) is Send]
    if not any(type(send.message) is FinancialRequest for send in sends):
        return None
    return sends + [effect for effect in effects if type(effect) is not Send]


def test_a_terminal_that_writes_its_journal_after_it_sent() -> None:
    caught(Build("T1", t1, bend=sends_before_it_keeps), story(), "kept-before-effect")


def test_a_host_that_writes_its_journal_after_it_forwarded() -> None:
    caught(Build("host", Host, bend=sends_before_it_keeps), story(), "kept-before-effect")


def prints_a_sale_slip(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Send and type(effect.message) is Slip and effect.message.slip == "decline":
            effect = Send(effect.to, msgspec.structs.replace(effect.message, slip="sale"))
        bent.append(effect)
    return None if bent == effects else bent


def test_a_terminal_that_prints_a_sale_slip_for_a_decline() -> None:
    scenario = story(name="op-declined-taken-as-paid/insufficient")
    caught(Build("T1", t1, bend=prints_a_sale_slip), scenario, "slip-honesty", "kept-before-effect")


# --- hosts


def its_request(given: Input) -> str:
    return f"{given.key}{given.rrn}" if type(given) is FinancialRequest else ""


class CountsOn(Host):
    """Whatever it forgets, its reference numbers go on."""

    def restore(self, kept: bytes) -> None:
        last = self.office.rrn_last
        super().restore(kept)
        self.office.rrn_last = max(last, self.office.rrn_last)


def test_a_host_that_captures_a_repeated_request_twice() -> None:
    twice = Injection("twice", Duplicate(2 * SECOND), links=T1_HOST, match=Match("0200"), nth=1)
    build = Build("host", CountsOn, forgets=its_request)
    caught(build, story(twice), "one-charge-per-attempt", "legal-transitions", "one-net-effect")


class NeverWithdraws(Host):
    """Takes reversals, and leaves the sale in tonight's file."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.office.funding.withdraw = lambda business_date, key: True  # type: ignore[method-assign]


def saw_a_reversal(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """Changes nothing; counts what provokes a build that is bent inside."""
    reversed_here = any(type(effect) is Became and effect.after == "reversed" for effect in effects)
    return list(effects) if reversed_here else None


def test_a_host_that_reverses_a_sale_and_claims_it_all_the_same() -> None:
    lost = Injection("lost", Loss(), links=HOST_T1, match=Match("0210"), nth=1)
    build = Build("host", NeverWithdraws, bend=saw_a_reversal)
    caught(build, story(lost), "credit-has-debit")


def drops_its_advices(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    rest = [
        effect
        for effect in effects
        if not (type(effect) is Send and type(effect.message) is ReversalAdvice)
        and not (type(effect) is Logged and effect.word.startswith("advice-"))
    ]
    return None if len(rest) == len(effects) else rest


def test_a_host_that_reverses_here_and_tells_nobody_upstream() -> None:
    lost = Injection("lost", Loss(), links=HOST_T1, match=Match("0210"), nth=1)
    caught(Build("host", Host, bend=drops_its_advices), story(lost), "compatible-ends", "all-final")


class ByTheWallCalendar(Host):
    """Takes the date from the calendar on the wall, as it stands on the terminal's slip."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        own = self.office.business_date

        def of_the_wall(at: Instant) -> str:
            own(at)
            return day_word(date_of(at))

        self.office.business_date = of_the_wall  # type: ignore[method-assign]


def dated(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    after_cut_off = at % DAY >= 23 * 60 * MINUTE
    said = any(type(effect) is Logged and effect.word == "business-date" for effect in effects)
    return list(effects) if said and after_cut_off else None


def test_a_host_that_takes_the_business_date_from_somebody_elses_calendar() -> None:
    build = Build("host", ByTheWallCalendar, bend=dated)
    caught(build, story(name="ok-not-due/after-cut-off"), "business-date-once")


class ForgetsItsNumbers(Host):
    """Comes back from a restart and counts its reference numbers from the beginning."""

    def restore(self, kept: bytes) -> None:
        fresh = self.office.rrn_last
        super().restore(kept)
        self.office.rrn_last = fresh


def restarted(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    return list(effects) if any(type(e) is Logged and e.word == "restarted" for e in effects) else None


def test_a_host_that_comes_back_from_a_restart_as_another() -> None:
    # The second sale gets the first one's number, and the network answers it from its store.
    base = story(sales=2)
    gone = Injection("gone", Stop(), party="host", start=base.purchases[0].at + 10 * MINUTE, lasts=MINUTE)
    build = Build("host", ForgetsItsNumbers, bend=restarted)
    scenario = msgspec.structs.replace(base, injections=(gone,))
    caught(build, scenario, "restart-same-state", "legal-transitions")


def calls_it_a_success_too_soon(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Send and type(effect.message) is OrderNotice and effect.message.state == "paying":
            effect = Send(effect.to, msgspec.structs.replace(effect.message, state="success"))
        bent.append(effect)
    return None if bent == effects else bent


def test_a_host_that_calls_an_order_a_success_before_anybody_approved_it() -> None:
    scenario = story(name="plat-gateway-down/answer-lost")
    caught(Build("host", Host, bend=calls_it_a_success_too_soon), scenario, "slip-honesty")


def writes_digits(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    if type(given) is not FinancialRequest:
        return None
    digits = "9999990000000" + "014"
    return [Logged(given.about, "received", {"mti": "0200", "rrn": given.rrn, "card": digits}), *effects]


def test_a_host_that_writes_card_numbers_into_its_log() -> None:
    caught(Build("host", Host, bend=writes_digits), story(), "no-secrets")


# --- issuers


def test_an_issuer_that_debits_a_repeated_request_again() -> None:
    twice = Injection("twice", Duplicate(2 * SECOND), links=(("switch", "issuer"),), match=Match("0200"), nth=1)
    build = Build("issuer", issuer, forgets=its_request)
    caught(build, story(twice), "one-charge-per-attempt", "books-balance", "legal-transitions")


def its_advice(given: Input) -> str:
    return given.rrn if type(given) is ReversalAdvice else ""


def test_an_issuer_that_carries_out_a_repeated_reversal_twice() -> None:
    lost = Injection("lost", Loss(), links=HOST_T1, match=Match("0210"), nth=1)
    unheard = Injection("unheard", Loss(), links=(("issuer", "switch"),), match=Match("0430"), nth=1)
    build = Build("issuer", issuer, forgets=its_advice)
    caught(build, story(lost, unheard), "books-balance", "legal-transitions")


def an_advice_before_its_request(given: Input) -> str:
    return given.rrn if type(given) in (ReversalAdvice, FinancialRequest) else ""


def test_an_issuer_that_debits_a_request_whose_reversal_came_first() -> None:
    late = Injection("late", Delay(3 * MINUTE), links=(("switch", "issuer"),), match=Match("0200"), nth=1)
    build = Build("issuer", issuer, forgets=an_advice_before_its_request)
    caught(build, story(late), "final-is-final", "compatible-ends")


def posts_beside_the_book(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Posted and effect.entry.startswith("P1/"):
            debit, _, amount_fen = effect.postings[0]
            effect = Posted(effect.about, effect.entry, ((debit, "I.limbo", amount_fen),))
        bent.append(effect)
    return None if bent == effects else bent


def test_an_issuer_that_puts_money_where_no_chart_has_a_name() -> None:
    build = Build("issuer", issuer, bend=posts_beside_the_book)
    caught(build, story(), "named-places", "money-conserved")
