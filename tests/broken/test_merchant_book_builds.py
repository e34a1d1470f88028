"""Broken builds of those who keep a merchant's book: tills and merchants that book too much, or not at all."""

from collections.abc import Sequence

import pytest
from bent import Build, caught, story

from poslab.messages.funding import PayoutNotice, StatementLine
from poslab.messages.people import Slip
from poslab.party.contract import Effect, Input, Party, Posted, Send
from poslab.party.time import Instant
from poslab.world.world import World
from scenarios.people.merchant import Merchant
from terminal.machine import Terminal


def till(world: World) -> Terminal:
    return Terminal(world.terminal("T1"))


def books_again_when_it_prints(
    party: Party, given: Input, at: Instant, effects: Sequence[Effect]
) -> list[Effect] | None:
    """A till that books a sale when its slip is out, as well."""
    for effect in effects:
        if type(effect) is Send and type(effect.message) is Slip and effect.message.slip == "sale":
            slip = effect.message
            entry = Posted(slip.about, "P1/" + slip.key, (("M.card_receivable", "M.sales", slip.amount_fen),))
            return [*effects, entry]
    return None


def test_a_till_that_books_a_sale_twice() -> None:
    caught(Build("T1", till, bend=books_again_when_it_prints), story(), "books-balance", "merchant-book-agrees")


def books_nothing(party: Party, given: Input, at: Instant, effects: Sequence[Effect]) -> list[Effect] | None:
    """Somebody who keeps no book."""
    kept = [effect for effect in effects if type(effect) is not Posted]
    return None if len(kept) == len(effects) else kept


@pytest.mark.parametrize("name", ["", "op-wrong-reversal-type/refund-for-void", "op-offline-not-uploaded/offline-sale"])
def test_a_till_that_books_nothing(name: str) -> None:
    caught(Build("T1", till, bend=books_nothing), story(name=name), "merchant-book-agrees")


def books_short(party: Party, given: Input, at: Instant, effects: Sequence[Effect]) -> list[Effect] | None:
    """A till that keeps a yuan of every sale to itself."""
    bent: list[Effect] = []
    for effect in effects:
        if type(effect) is Posted:
            ((debit, credit, amount_fen),) = effect.postings
            effect = Posted(effect.about, effect.entry, ((debit, credit, amount_fen - 100),))
        bent.append(effect)
    return None if bent == list(effects) else bent


def test_a_till_that_books_less_than_was_paid() -> None:
    caught(Build("T1", till, bend=books_short), story(), "merchant-book-agrees")


def merchant(world: World) -> Merchant:
    return Merchant(mids={each.mid for each in world.merchants})


def test_a_merchant_who_never_books_a_chargeback() -> None:
    caught(Build("merchant", merchant, bend=books_nothing), story(name="disp-chargeback/plain"), "merchant-book-agrees")


def books_twice(party: Party, given: Input, at: Instant, effects: Sequence[Effect]) -> list[Effect] | None:
    """A merchant who books what her bank credits under two names."""
    if type(given) is not StatementLine:
        return None
    return [*effects, *(Posted("", f"{each.entry}/again", each.postings) for each in effects if type(each) is Posted)]


def test_a_merchant_who_books_a_credit_twice() -> None:
    caught(Build("merchant", merchant, bend=books_twice), story(), "merchant-book-agrees")


def books_when_it_is_paid(party: Party, given: Input, at: Instant, effects: Sequence[Effect]) -> list[Effect] | None:
    """A merchant who takes the acquirer's word for her bank's."""
    if type(given) is not PayoutNotice:
        return None
    entry = f"P4c/{given.payout_no}/{at}"
    return [*effects, Posted("", entry, (("M.bank", "M.card_receivable", given.amount_fen),))]


def test_a_merchant_who_books_money_that_her_bank_has_not_told_her_of() -> None:
    caught(Build("merchant", merchant, bend=books_when_it_is_paid), story(), "merchant-book-agrees")


def books_no_fees(party: Party, given: Input, at: Instant, effects: Sequence[Effect]) -> list[Effect] | None:
    """A merchant to whom what was kept of her sales is nothing."""
    return books_nothing(party, given, at, effects) if type(given) is PayoutNotice else None


def test_a_merchant_who_never_books_fees() -> None:
    caught(Build("merchant", merchant, bend=books_no_fees), story(), "merchant-book-agrees")
