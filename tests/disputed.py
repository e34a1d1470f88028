"""A sale that is disputed: a street with the whole network, and what must add up on it whatever comes of the case."""

from street import MONDAY, SHOP, TUESDAY, Street, straight

from acquirer.switch.switch import Switch
from poslab.party.facts import Started
from poslab.party.time import HOUR, MINUTE
from poslab.world.presets import corner_shop

RRN = "260000000017"
CASE = f"D{RRN}"
KEY = "90000001-000001-000017"
GROSS, NET, LATER = 100_000, 99_400, 149_100
HELD = f"A.merchant_payable.{SHOP}.held"
SUSPENSE = "A.dispute_suspense"


def a_street(card: str = "good-credit", way: object = straight) -> Street:
    """A sale of 1,000.00 on Monday, seen through the whole network."""
    world = corner_shop()
    street = Street(world, MONDAY, way)  # type: ignore[arg-type]
    switch = Switch(world)
    street.parties["switch"] = switch
    switch.book = switch.exchange.book  # type: ignore[attr-defined]
    street.tell("switch", Started())
    street.until(MONDAY + 10 * HOUR + 15 * MINUTE).sell("victim", GROSS, card, number=17)
    return street


def paid(card: str = "good-credit", way: object = straight) -> Street:
    return a_street(card, way).until(TUESDAY + 12 * HOUR)


def sell_later(street: Street, number: int = 30) -> None:
    street.sell("later", 150_000, "good-credit", number=number)


def states(street: Street) -> tuple[list[str], list[str]]:
    return street.became(CASE), street.became(CASE, "issuer")


def everything_adds_up(street: Street) -> None:
    """Every book balances, nothing hangs between the institutions, and the merchant's money is where it should be."""
    for who in ("host", "switch", "issuer", "rail", "bank"):
        assert sum(street.book(who).balances.values()) == 0
    host, switch, issuer, rail = (street.book(who) for who in ("host", "switch", "issuer", "rail"))
    assert host.standing("A.scheme_receivable") == 0
    assert (switch.standing("N.due_from_issuer"), switch.standing("N.due_to_acquirer")) == (0, 0)
    assert issuer.standing("I.clearing_payable") == 0
    assert host.standing(SUSPENSE) == 0
    assert host.standing("A.reserve_cash") == rail.standing("R.account.A.reserve")
    assert issuer.standing("I.cash") == rail.standing("R.account.I")
