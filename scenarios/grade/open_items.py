"""What waits for a person at the end of a run: each item names its owner, what it waits for, and since when.

A difference between two books is a break; the commonest is 单边账, a one-sided entry: posted here, and not there.
"""

from collections.abc import Mapping

from poslab.history.breaks import KINDS, PAYOUT_WITHOUT_CREDIT
from poslab.history.outcome import Outcome
from poslab.history.purchases import Break, Purchase, Purchases
from poslab.history.views import OFFLINE_UNSENT, PURGED
from poslab.party.time import Instant
from poslab.text import Text
from scenarios.grade.item import Item
from scenarios.grade.item_dates import dated
from scenarios.grade.kept_back_items import kept_back_items

ONE_SIDED = Text("单边账", "one-sided entry")


def open_items(fold: Purchases, at_end: Mapping[str, Outcome]) -> list[Item]:
    """The open items of the purchases whose outcome at the end is given."""
    items: list[Item] = []
    named: set[str] = set()
    for order, found in at_end.items():
        purchase = fold.purchases[order]
        first = len(items)
        items += _payout_items(fold, purchase, found)
        items += kept_back_items(fold, purchase, found)
        items += _reversal_items(fold, purchase)
        items += _batch_items(fold, purchase)
        named.update(attempt.key for attempt in purchase.attempts)
        items += _advice_items(purchase)
        items += _offline_items(purchase)
        items += _debt_items(fold, purchase)
        if found.charged_net > 1:
            items.append(
                Item(order, "charged-twice", "merchant", Text("退还多扣的一笔", "the extra charge to be given back"))
            )
        items[first:] = [dated(item, fold, purchase) for item in items[first:]]
    rest = [_break_item("", found) for key, found in fold.breaks.items() if key not in named]
    items += [dated(item, fold, None) for item in rest]
    return items


def _debt_items(fold: Purchases, purchase: Purchase) -> list[Item]:
    """What the merchant owes and own cash stands in for."""
    return [
        Item(
            purchase.about,
            "merchant-owes",
            "acquirer",
            _SECOND if debt.approved_by else _DEBT,
            debt.since,
            called=_OWED,
        )
        for debt in fold.debts.open.values()
        if debt.about == purchase.about
    ]


_OWED = Text("商户欠款", "merchant's debt")
_DEBT = Text(
    "从以后的结算款中扣回；追不回的，经两人同意后核销",
    "later payouts to take it from; if none comes, a write-off that two people approve",
)
_SECOND = Text("第二个人同意核销", "a second person's approval of the write-off")


def _batch_items(fold: Purchases, purchase: Purchase) -> list[Item]:
    """What the settlement of a terminal's batch found to be different at terminal and host."""
    found = (fold.breaks.get(attempt.key) for attempt in purchase.attempts)
    return [_break_item(purchase.about, it) for it in found if it is not None]


def _break_since(fold: Purchases, purchase: Purchase) -> Instant | None:
    """When reconciliation named a payout of a purchase that has no outcome."""
    heard = (fold.payout_heard_of(sale) for sale in purchase.sales)
    found = (fold.paid_with(payout).break_at for payout in heard if payout is not None)
    return next((at for at in found if at), None)


def _break_item(order: str, found: Break) -> Item:
    kind = KINDS[found.why]
    return Item(order, found.why, kind.owner, kind.waits_for, found.at, kind.called)


_CURES: Mapping[str, Text] = {
    "ACCOUNT_NOT_EXIST": Text("更正收款账号并审核后重新出款", "the right account number on file, then a new payout"),
    "NAME_NOT_CORRECT": Text("户名一致后重新出款", "an account in the merchant's own name, then a new payout"),
    "ACCOUNT_CLOSED": Text("账户激活或变更后重新出款", "the account reactivated or another one, then a new payout"),
    "RISK": Text(
        "向收款行说明来款后重新出款，或变更账户",
        "the account bank to accept what comes, or another account, then a new payout",
    ),
    "QUOTA_EXCEED": Text("变更为Ⅰ类户后重新出款", "a Class I account, then a new payout"),
}
"""Why a payout came back → what it waits for, where that is said more nearly."""


def _payout_items(fold: Purchases, purchase: Purchase, found: Outcome) -> list[Item]:
    for attempt in purchase.sales:
        payout = fold.payout(attempt)
        if payout is not None and (payout.host.startswith("returned") or payout.host == "given-up"):
            waits_for = _CURES.get(payout.reason, Text("账户恢复正常后重新出款", "a sound account, then a new payout"))
            return [Item(purchase.about, f"payout-returned:{payout.reason}", "acquirer", waits_for)]
    if found.views.merchant == "suspense":
        waits_for = Text("收款行核对后入账或退汇", "the account bank to apply it, or to send it back")
        return [Item(purchase.about, "parked-at-bank", "account-bank", waits_for)]
    at_platform = next((sale for sale in purchase.sales if fold.has_reached_platform(sale)), None)
    if at_platform is not None and fold.payout(at_platform) is None:
        return [_at_the_platform(purchase, at_platform.ledger)]
    if found.views.merchant == "elsewhere":
        return [_with_a_stranger(fold, purchase)]
    since = _break_since(fold, purchase)
    if found.views.payout == "unknown":
        kind = KINDS[PAYOUT_WITHOUT_CREDIT]
        return [Item(purchase.about, "payout-unknown", kind.owner, kind.waits_for, since, kind.called)]
    if since is not None:
        return [_break_item(purchase.about, Break("", PAYOUT_WITHOUT_CREDIT, since))]
    if found.views.merchant == "credited-unusable":
        mids = {attempt.mid for attempt in purchase.sales}
        if any(fold.world.merchant(mid).account_no in fold.blocked_by_order for mid in mids):
            what = Text("下令的机关解除冻结", "the authority that gave the order to lift it")
            return [Item(purchase.about, "account-frozen", "authority", what)]
        return [Item(purchase.about, "account-frozen", "merchant", Text("账户解冻", "the freeze to be lifted"))]
    return []


def _at_the_platform(purchase: Purchase, ledger: str) -> Item:
    if ledger == "missing":
        what = Text("平台人工补单后出款", "a clerk's supplementary booking, then a payout")
        return Item(purchase.about, "order-stuck", "platform", what)
    return Item(purchase.about, "in-wallet", "merchant", Text("商户按提现", "the merchant to press withdraw"))


def _with_a_stranger(fold: Purchases, purchase: Purchase) -> Item:
    sale = purchase.sales[0]
    if fold.world.merchant(sale.mid).intermediary:
        what = Text(
            "向中间商追款并举报", "payment demanded from the intermediary, and a report to acquirer and regulator"
        )
        return Item(purchase.about, "paid-to-intermediary", "merchant", what)
    what = Text("更正绑定，向收款人追回后重新出款", "the binding corrected, the money asked back, then a new payout")
    return Item(purchase.about, "paid-to-stranger", "acquirer", what)


def _offline_items(purchase: Purchase) -> list[Item]:
    """What was stored offline: not told yet, or lost by its terminal."""
    items: list[Item] = []
    for attempt in purchase.attempts:
        if attempt.terminal == OFFLINE_UNSENT and attempt.issuer == "none":
            what = Text("把离线交易送出(结算，或联机一次)", "the stored sale to be sent: settle, or go online once")
            items.append(Item(purchase.about, "offline-unsent", "merchant", what, attempt.started_at))
        elif attempt.terminal == PURGED and attempt.issuer == "none":
            what = Text("凭签购单向顾客另行收款", "payment from the customer by other means, with the slip as evidence")
            items.append(Item(purchase.about, "offline-lost", "merchant", what, attempt.started_at))
    return items


_OWNERS = {"host": "acquirer", "switch": "network"}


def _advice_items(purchase: Purchase) -> list[Item]:
    """Undoings upstream that nobody repeats any more, and that not everybody knows to be done."""
    return [
        Item(
            purchase.about,
            "advice-stopped",
            _OWNERS[attempt.given_up],
            Text("差错处理：与发卡行核对并调账", "error handling: somebody who settles it with the card's bank"),
            attempt.given_up_at,
            ONE_SIDED,
        )
        for attempt in purchase.attempts
        if attempt.given_up and (attempt.issuer == "debited" or attempt.host.startswith("in-doubt"))
    ]


def _reversal_items(fold: Purchases, purchase: Purchase) -> list[Item]:
    return [
        Item(
            purchase.about,
            "host-record-without-slip",
            "acquirer",
            Text("核对警告单与主机记录后决定退款或保留", "a clerk who compares warning slip and host record"),
            called=ONE_SIDED,
        )
        for attempt in purchase.sales
        if attempt.terminal == "dropped" and attempt.issuer == "debited" and attempt.key not in fold.breaks
    ]
