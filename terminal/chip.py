"""The card in the reader: pulled out too early, or with a chip that declines what the host has approved.

A chip card takes part until the very end: it judges the host's approval by a second GENERATE AC. Before the answer a
missing card makes the reason 06; after it, like a chip that declines, 96: answered, and could not be completed.
"""

from poslab.messages.card import FinancialResponse
from poslab.messages.facts import CardRemoved, ChipDeclined
from poslab.messages.people import SaleKeyed
from poslab.party.contract import Effect, Logged
from poslab.party.time import Instant
from terminal.device import Device
from terminal.line import rest
from terminal.request import NOT_COMPLETED, OTHERWISE, owed

CHIP = "chip"
REMOVED = "card-removed"
DECLINED = "chip-declined"
AT_ANSWER = "at-answer"


def in_reader(t: Device, given: CardRemoved | ChipDeclined, at: Instant) -> bool:
    """Whether a sale is in hand whose card sits in the reader."""
    return type(t.errand) is SaleKeyed and t.errand.entry == CHIP


def removed(t: Device, given: CardRemoved, at: Instant, out: list[Effect]) -> str:
    """(waiting) Without the card nothing can be completed, whatever the answer: it is undone."""
    if given.when == AT_ANSWER:
        t.chip = REMOVED
        return t.session
    key = t.key
    record = t.flash.records[key]
    out.append(Logged(record.about, REMOVED, {"key": key}))
    owed(t, key, OTHERWISE, out)
    t.show(out, record.about, REMOVED, OTHERWISE, key, record.amount_fen)
    return rest(t, out)


def removed_unsent(t: Device, given: CardRemoved, at: Instant, out: list[Effect]) -> str:
    """(connecting) Nothing was sent, so nothing happened."""
    sale = t.errand
    assert type(sale) is SaleKeyed
    out.append(Logged(sale.about, "cancelled"))
    t.show(out, sale.about, "cancelled")
    return rest(t, out)


def will_decline(t: Device, given: ChipDeclined, at: Instant, out: list[Effect]) -> str:
    """(waiting) Nobody knows yet; it shows when the host has approved."""
    t.chip = DECLINED
    return t.session


def of_no_use(t: Device, given: CardRemoved | ChipDeclined, at: Instant, out: list[Effect]) -> str:
    """(waiting, connecting) What is on the line needs no card in the reader."""
    return t.session


def uncompleted(t: Device, given: FinancialResponse, out: list[Effect]) -> str:
    """(waiting) Approved, and the chip is gone or declines: it is undone, with the host's auth code."""
    key = given.key
    about = given.about
    word = t.chip
    out.append(Logged(about, word, {"key": key, "code": given.code}))
    owed(t, key, NOT_COMPLETED, out, given.auth)
    t.show(out, about, word, NOT_COMPLETED, key, given.amount_fen)
    return rest(t, out)
