"""Broken queues and broken receivers of notices, each caught by a check that is named here."""

import msgspec
from bent import Build, caught, story

from acquirer.host.host import Host
from bank.issuer import Issuer
from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.messages.card import FinancialNotice, NoticeResponse
from poslab.messages.people import Prompted
from poslab.party.contract import Effect, Input, Kept, Party, Send
from poslab.party.facts import PowerRestored
from poslab.party.time import MINUTE, Instant
from poslab.world.world import World
from scenarios.schema.story import Scenario, Told
from terminal.machine import Terminal

LOST_ANSWER = Injection("lost", Loss(), links=(("host", "T1"),), match=Match("0230"), nth=1)


def offline(*faults: Injection, restart: bool = False) -> Scenario:
    """A sale stored at 10:15:30, a restart perhaps, and an inquiry at 11:00 and at 12:00."""
    base = story(*faults)
    world = base.world
    terminals = tuple(msgspec.structs.replace(t, floor_limit_fen=50_000) for t in world.terminals)
    (bought,) = base.purchases
    bought = msgspec.structs.replace(bought, what="offline-sale")
    told = [Told(bought.at, "cashier", bought.given)]
    if restart:
        told.append(Told(bought.at + 10 * MINUTE, "cashier", Prompted("", "restart", "T1")))
    told += [
        Told(bought.at + (hour * 60 - 15) * MINUTE, "cashier", Prompted("", "balance", "T1", 0, "good-debit"))
        for hour in (1, 2)
    ]
    return msgspec.structs.replace(
        base, world=msgspec.structs.replace(world, terminals=terminals), purchases=(bought,), told=tuple(told)
    )


def t1(world: World) -> Party:
    return Terminal(world.terminal("T1"))


def issuer(world: World) -> Party:
    return Issuer(world, world.issuers[0])


def drops_its_queue(party: Party, given: Input, at: Instant) -> bool:
    assert isinstance(party, Terminal)
    if type(given) is not PowerRestored or not party.device.flash.notices:
        return False
    party.device.flash.notices.clear()
    return True


def test_a_terminal_that_drops_its_queue_in_the_dark() -> None:
    caught(Build("T1", t1, before=drops_its_queue), offline(restart=True), "queue-kept")


def gives_up_unanswered(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """After a timeout it takes the sale for sent."""
    from terminal.attempts import APPROVED, OFFLINE_UNSENT, moved

    assert isinstance(party, Terminal)
    notices = party.device.flash.notices
    if given.kind != "answer-overdue" or not notices:
        return None
    bent = list(effects)
    for key in list(notices):
        notices.pop(key)
        moved(bent, given.about, key, OFFLINE_UNSENT, APPROVED)
    return bent


def test_a_terminal_that_takes_silence_for_an_answer() -> None:
    caught(Build("T1", t1, bend=gives_up_unanswered), offline(LOST_ANSWER), "queue-kept")


def keeps_nothing(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    bent = [e for e in effects if not (type(e) is Kept and e.what in ("notice", "notice-count"))]
    return None if len(bent) == len(effects) else bent


def test_a_terminal_that_sends_a_notice_it_never_kept() -> None:
    caught(Build("T1", t1, bend=keeps_nothing), offline(), "kept-before-effect")


def forgets_the_notice(party: Party, given: Input, at: Instant) -> bool:
    """A repeated 0220 is new to it: another RRN, and booked and told once more."""
    assert isinstance(party, Host)
    attempts = party.office.attempts
    if type(given) is not FinancialNotice or attempts.find(given.key) is None:
        return False
    attempts.open.pop(given.key, None)
    for shelf in (attempts._young, attempts._old):
        if given.key in shelf:
            shelf.drop(given.key)
    return True


def test_a_host_that_posts_a_repeated_notice_twice() -> None:
    build = Build("host", Host, before=forgets_the_notice)
    caught(build, offline(LOST_ANSWER), "one-net-effect", "one-charge-per-attempt", "credit-has-debit")


def tells_before_it_keeps(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    if type(given) is not FinancialNotice or not any(type(e) is Kept for e in effects):
        return None
    return [e for e in effects if type(e) is not Kept]


def test_a_host_that_tells_the_network_before_it_keeps_the_notice() -> None:
    caught(Build("host", Host, bend=tells_before_it_keeps), offline(), "kept-before-effect")


def captures_at_once(party: Party, given: Input, at: Instant) -> bool:
    """It claims the sale as soon as the terminal has told it, whatever the issuer says."""
    assert isinstance(party, Host)
    if type(given) is not NoticeResponse or given.code == "00":
        return False
    attempt = party.office.attempts.find(given.key)
    if attempt is None:
        return False
    party.office.capture(attempt)
    return True


def test_a_host_that_claims_what_the_issuer_refused() -> None:
    refused = offline()
    bought = msgspec.structs.replace(refused.purchases[0], card="insufficient")
    told = (Told(bought.at, "cashier", bought.given), *refused.told[1:])
    refused = msgspec.structs.replace(refused, purchases=(bought,), told=told)
    caught(Build("host", Host, before=captures_at_once), refused, "credit-has-debit")


def its_notice(given: Input) -> str:
    return given.rrn if type(given) is FinancialNotice else ""


def test_an_issuer_that_posts_a_repeated_notice_again() -> None:
    unheard = Injection("unheard", Loss(), links=(("switch", "host"),), match=Match("0230"), nth=1)
    deaf = Injection("deaf", Loss(), links=(("issuer", "switch"),), match=Match("0230"), nth=1)
    build = Build("issuer", issuer, forgets=its_notice)
    caught(build, offline(unheard, deaf), "one-charge-per-attempt", "books-balance")


def answers_with_another_key(party: Party, given: Input, at: Instant, effects: list[Effect]) -> list[Effect] | None:
    """A queue that sends what was answered once more as new, without keeping a word about it."""
    bent: list[Effect] = []
    changed = False
    for effect in effects:
        if type(effect) is Send and type(effect.message) is FinancialNotice and effect.attempt > 1:
            again = msgspec.structs.replace(effect.message, key=effect.message.key[:-3] + "999")
            effect = Send(effect.to, again, effect.attempt)
            changed = True
        bent.append(effect)
    return bent if changed else None


def test_a_terminal_that_repeats_under_another_key() -> None:
    caught(Build("T1", t1, bend=answers_with_another_key), offline(LOST_ANSWER), "one-net-effect")
