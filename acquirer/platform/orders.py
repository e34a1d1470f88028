"""The platform's orders. They follow the acquirer's notices, never the bytes that pass through.

A notice may come twice, late or out of order; an order never goes back to what it was before, except that a refund
which is itself undone leaves it a success again.
"""

from typing import Final

from msgspec import Struct

from acquirer.remembered import BusinessDay, Pairs, Remembered
from poslab.messages.card import OrderNotice
from poslab.party.contract import Became, Effect
from poslab.party.table import Row, Table
from poslab.party.time import Instant
from poslab.world.calendar import Calendar

NONE: Final = "none"
CREATED: Final = "created"
PAYING: Final = "paying"
SUCCESS: Final = "success"
FAILED: Final = "failed"
REFUNDED: Final = "refunded"

STATES: Final = (NONE, CREATED, PAYING, SUCCESS, FAILED, REFUNDED)

MOVING: Final = (CREATED, PAYING)
"""States that a later notice will end."""

_MAY_FOLLOW: Final = {
    NONE: (CREATED, PAYING, SUCCESS, FAILED, REFUNDED),
    CREATED: (PAYING, SUCCESS, FAILED, REFUNDED),
    PAYING: (SUCCESS, FAILED, REFUNDED),
    SUCCESS: (FAILED, REFUNDED),
    FAILED: (),
    REFUNDED: (SUCCESS, CREATED),
}


class Order(Struct, frozen=True, gc=False, array_like=True):
    """One sale as the platform knows it."""

    about: str
    state: str


class Orders:
    """Every order of the business day and the day before; one that still waits for its end is never forgotten."""

    def __init__(self, calendar: Calendar) -> None:
        self._day = BusinessDay(calendar)
        self._orders: Remembered[Order] = Remembered(Order)

    def state_of(self, key: str) -> str:
        """The state of the order of an attempt's key."""
        order = self._orders.find(key)
        return NONE if order is None else order.state

    def take(self, given: OrderNotice, at: Instant, out: list[Effect]) -> None:
        """Follow a notice."""
        if not self._day.begins <= at < self._day.ends:
            for _ in range(min(self._day.turn(at), 2)):
                self._orders.turn()
        ORDERS.step(self, self.state_of(given.key), given, at, out)

    def move(self, given: OrderNotice, before: str, out: list[Effect]) -> str:
        """Put an order into the state that the notice tells."""
        out.append(Became(given.about, given.key, before, given.state))
        order = Order(given.about, given.state)
        if given.state in MOVING:
            self._orders.reopen(given.key, order)
        else:
            self._orders.close(given.key, order)
        return given.state

    def state(self) -> tuple[tuple[str, int, int], tuple[Pairs, Pairs, Pairs]]:
        """Everything that a restart must give back."""
        return self._day.state(), self._orders.state()

    def restore(self, kept: tuple[tuple[str, int, int], tuple[Pairs, Pairs, Pairs]]) -> None:
        """Take the state that ``state`` gave."""
        day, orders = kept
        self._day.restore(day)
        self._orders.restore(*orders)


def _may_follow(orders: Orders, given: OrderNotice, at: Instant) -> bool:
    return given.state in _MAY_FOLLOW[orders.state_of(given.key)]


def _follow(orders: Orders, given: OrderNotice, at: Instant, out: list[Effect]) -> str:
    return orders.move(given, orders.state_of(given.key), out)


def _pass_over(orders: Orders, given: OrderNotice, at: Instant, out: list[Effect]) -> str:
    return orders.state_of(given.key)


ORDERS: Table[Orders] = Table(
    "platform order",
    STATES,
    (
        *(Row(state, OrderNotice, _follow, _MAY_FOLLOW[state], _may_follow) for state in STATES if state != FAILED),
        *(Row(state, OrderNotice, _pass_over, (state,)) for state in STATES),
    ),
)
