"""Broken builds around payments by code, each caught by a check that is named here."""

from collections.abc import Sequence

import msgspec
from bent import Build, caught, story

from acquirer.host.host import Host
from bank.card_accounts import DECLINED, PENDING, Request
from bank.issuer import Issuer
from poslab.faults.injection import Injection, Match
from poslab.faults.loss import Loss
from poslab.messages.card import FinancialRequest, FinancialResponse, ReversalRequest
from poslab.messages.people import PaymentConfirmed
from poslab.party.contract import Effect, Input, Logged, Party, Send
from poslab.party.time import SECOND, Instant
from poslab.world.world import World
from terminal.machine import Terminal


def t1(world: World) -> Party:
    return Terminal(world.terminal("T1"))


def reverses_what_it_does_not_know(
    party: Party, given: Input, at: Instant, effects: list[Effect]
) -> list[Effect] | None:
    if not any(type(effect) is Logged and effect.word == "no-answer" for effect in effects):
        return None
    assert isinstance(party, Terminal)
    device = party.device
    ((_, attempt),) = device.flash.open.values()
    blind = ReversalRequest(
        attempt.about, attempt.key, device.mid, "sale", attempt.amount_fen, attempt.card, "98", "qr"
    )  # fmt: skip
    return [*effects, Send(device.route, blind)]


def test_a_terminal_that_reverses_a_payment_by_code_blindly() -> None:
    build = Build("T1", t1, bend=reverses_what_it_does_not_know)
    caught(build, story(name="net-response-lost/qr"), "no-blind-reversal")


def takes_codes_for_cards(party: Party, given: Input, at: Instant) -> bool:
    assert isinstance(party, Host)
    party.office.codes = frozenset()
    return type(given) is FinancialResponse and given.code == "09"


def test_a_host_that_has_the_network_undo_a_payment_by_code() -> None:
    build = Build("host", Host, before=takes_codes_for_cards)
    caught(build, story(name="ok-slow/qr"), "no-blind-reversal")


class TakesNineForNo(Terminal):
    """09 is an answer, and no approval: so it is a decline, is it not?"""

    def handle(self, given: Input, at: Instant) -> Sequence[Effect] | None:
        if type(given) is FinancialResponse and given.code == "09":
            given = msgspec.structs.replace(given, code="05")
        return super().handle(given, at)


def is_nine(party: Party, given: Input, at: Instant) -> bool:
    return type(given) is FinancialResponse and given.code == "09"


def takes_nine_for_no(world: World) -> Party:
    return TakesNineForNo(world.terminal("T1"))


def test_a_terminal_that_takes_09_for_a_decline() -> None:
    build = Build("T1", takes_nine_for_no, before=is_nine)
    caught(build, story(name="ok-slow/qr"), "compatible-ends")


class PaysAfterClosing(Issuer):
    """The payer confirmed, so she is debited: what was said about it before is forgotten."""

    def __init__(self, world: World) -> None:
        super().__init__(world, world.issuers[0])
        self.requests: dict[str, FinancialRequest] = {}

    def reopened(self, given: Input) -> bool:
        """Whether the input made it reopen what is closed."""
        if type(given) is FinancialRequest:
            self.requests[given.rrn] = given
        if type(given) is not PaymentConfirmed:
            return False
        known = self.desk.known(given.rrn)
        if known is None or known.state != DECLINED:
            return False
        request = self.requests[given.rrn]
        self.desk.pending[given.rrn] = request
        self.desk.young.put(given.rrn, Request(PENDING, request.card, request.amount_fen))
        return True


def reopens(party: Party, given: Input, at: Instant) -> bool:
    assert isinstance(party, PaysAfterClosing)
    return party.reopened(given)


def test_a_bank_that_pays_after_it_closed() -> None:
    unheard = Injection("unheard", Loss(), "", (("issuer", "cardholder"),), Match("payment-closed", "victim"))
    scenario = msgspec.structs.replace(
        story(name="ok-slow/qr"), injections=(unheard,), cardholder=f"confirms-after:{70 * SECOND}"
    )  # fmt: skip
    caught(Build("issuer", PaysAfterClosing, before=reopens), scenario, "final-is-final", "compatible-ends")
