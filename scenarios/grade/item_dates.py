"""When an open item began and when it is due: the same dates as in a reconciliation of the same records.

The age of a break is counted from the day of its record, a payout's from the day on which it was to be made. What is no
break is due like the break that it resembles.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from poslab.history.breaks import (
    CREDIT_WITHOUT_PAYOUT,
    DUPLICATE,
    FILE_WITHOUT_LEDGER,
    HOST_WITHOUT_SLIP,
    KINDS,
    PAYOUT_WITHOUT_CREDIT,
    SLIP_WITHOUT_HOST,
    STATUS,
    due_of,
)
from poslab.history.purchases import Purchase, Purchases
from poslab.party.time import DAY, Instant, date_of, midnight
from poslab.world.calendar import day_of_word, day_word
from scenarios.grade.item import Item

_LIKE: Mapping[str, str] = {
    "order-stuck": FILE_WITHOUT_LEDGER,
    "in-wallet": FILE_WITHOUT_LEDGER,
    "payout-returned": PAYOUT_WITHOUT_CREDIT,
    "parked-at-bank": PAYOUT_WITHOUT_CREDIT,
    "payout-unknown": PAYOUT_WITHOUT_CREDIT,
    "account-frozen": PAYOUT_WITHOUT_CREDIT,
    "paid-to-stranger": CREDIT_WITHOUT_PAYOUT,
    "paid-to-intermediary": CREDIT_WITHOUT_PAYOUT,
    "charged-twice": DUPLICATE,
    "offline-unsent": SLIP_WITHOUT_HOST,
    "offline-lost": SLIP_WITHOUT_HOST,
    "host-record-without-slip": HOST_WITHOUT_SLIP,
    "advice-stopped": STATUS,
}
"""What is open → the break that it resembles. Anything else waits for others, and is asked for after a month."""
_ASK_AGAIN = 30 * DAY
_OF_PAYOUTS = (PAYOUT_WITHOUT_CREDIT, CREDIT_WITHOUT_PAYOUT)


def dated(item: Item, fold: Purchases, purchase: Purchase | None) -> Item:
    """The item with the day from which it is open, and the one on which it is due."""
    name = item.what.partition(":")[0]
    why = name if name in KINDS else _LIKE.get(name, "")
    recorded = None if purchase is None or not why else _recorded(fold, purchase, why)
    since = item.since
    if recorded is not None and (since is None or why == name or why in _OF_PAYOUTS):
        since = recorded
    if item.due is not None or since is None:
        return replace(item, since=since)
    if not why:
        return replace(item, since=since, due=since + _ASK_AGAIN)
    due = due_of(why, day_word(date_of(since)), fold.world.calendar)
    return replace(item, since=since, due=midnight(day_of_word(due)))


def _recorded(fold: Purchases, purchase: Purchase, why: str) -> Instant | None:
    """The day of the record that has no counterpart; of a second charge the second one's."""
    sales = [attempt for attempt in purchase.charges or purchase.sales if attempt.business_date]
    if not sales:
        return None
    if why in _OF_PAYOUTS:
        paid_at = fold.due(sales[0])
        return None if paid_at is None else midnight(date_of(paid_at))
    return midnight(day_of_word(sales[-1 if why == DUPLICATE else 0].business_date))
