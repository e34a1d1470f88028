"""Whatever happens to accounts, in whatever order: every book balances, nothing moves in a frozen direction, every
order is carried out once, and in the end the money is in the account or waits at the acquirer."""

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st
from street import ACCOUNT, HOP_US, MONDAY, SHOP, Street, everything_is_at_rest

from poslab.messages.facts import (
    AccountChangeRequested,
    AccountSet,
    BankMaintenance,
    CreditsParked,
    RecallAnswered,
    RecallRequested,
    RepayoutApplied,
)
from poslab.messages.funding import CreditAnswer, CreditOrder, PayoutRecall
from poslab.party.contract import Input, Posted
from poslab.party.time import DAY, HOUR
from poslab.world.accounts import Account
from poslab.world.presets import corner_shop
from poslab.world.world import World

NAME = "示例小店"
STRANGERS = "999100000777"
AMOUNT = 45_000
"""Four sales of so many fen and a little, less 0.5 %: as much as a Class III account may hold."""
HEALTHY: tuple[tuple[str, Input], ...] = (
    ("bank", AccountSet("", ACCOUNT)),
    ("bank", CreditsParked("", ACCOUNT, False)),
    ("bank", BankMaintenance(running=False)),
    ("rail", BankMaintenance(running=False, bank="bank")),
    ("host", AccountChangeRequested("", SHOP, account_no=ACCOUNT, account_name=NAME)),
)
TROUBLE: tuple[tuple[str, Input], ...] = (
    *(("bank", AccountSet("", ACCOUNT, "frozen", direction)) for direction in ("in", "out", "both")),
    ("bank", AccountSet("", ACCOUNT, "dormant")),
    ("bank", CreditsParked("", ACCOUNT)),
    ("bank", BankMaintenance()),
    ("rail", BankMaintenance(bank="bank")),
    ("host", AccountChangeRequested("", SHOP, account_no="999100000010")),
    ("host", AccountChangeRequested("", SHOP, account_name="别人")),
    ("host", AccountChangeRequested("", SHOP, account_no=STRANGERS, account_name="别人")),
    ("host", RepayoutApplied("", SHOP)),
    ("host", RecallRequested("", SHOP)),
    ("bank", RecallAnswered("", STRANGERS)),
    ("bank", RecallAnswered("", STRANGERS, False)),
)
ACTS = st.tuples(st.integers(0, 8 * 24), st.sampled_from((*TROUBLE, *HEALTHY)))
RESTARTS = st.tuples(st.integers(0, 8 * 24), st.sampled_from(("bank", "rail", "host")))
LOST = st.lists(st.booleans(), max_size=40)


def street_of(world: World, lost: list[bool]) -> Street:
    """A street on which recalls and answers of the account bank are lost at times, and orders for it arrive twice."""
    fates = iter(lost)

    def way(to: str, message: Input, attempt: int) -> tuple[int, ...]:
        if isinstance(message, CreditAnswer) or (isinstance(message, PayoutRecall) and to == "bank"):
            return () if next(fates, False) else (HOP_US,)
        if isinstance(message, CreditOrder):
            return (HOP_US, 3 * HOP_US)
        return (HOP_US,)

    return Street(world, MONDAY, way)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(ACTS, max_size=8),
    st.lists(RESTARTS, max_size=3),
    LOST,
    st.sampled_from(("I", "II", "III")),
    st.sampled_from(("auto", "apply")),
)
@example(  # a stranger pays it back, and the bank's word of that is lost
    acts=[(0, ("host", AccountChangeRequested("", SHOP, "", STRANGERS, "别人")))],
    restarts=[],
    lost=[False] * 8 + [True],
    kind="I",
    repayout="auto",
)
def test_any_order_of_troubles_and_cures(
    acts: list[tuple[int, tuple[str, Input]]],
    restarts: list[tuple[int, str]],
    lost: list[bool],
    kind: str,
    repayout: str,
) -> None:
    shop = corner_shop()
    merchant = msgspec.structs.replace(shop.merchants[0], account_class=kind, repayout=repayout)
    bank = msgspec.structs.replace(shop.banks[0], accounts=(Account(STRANGERS, "别人"),))
    street = street_of(msgspec.structs.replace(shop, merchants=(merchant,), banks=(bank,)), lost)
    at_hour: dict[int, list[tuple[str, Input | None]]] = {}
    for hour, (who, told) in acts:
        at_hour.setdefault(hour, []).append((who, told))
    for hour, who in restarts:
        at_hour.setdefault(hour, []).append((who, None))
    for hour in range(9 * 24):
        street.until(MONDAY + hour * HOUR)
        for who, what in at_hour.get(hour, ()):
            street.stop(who) if what is None else street.tell(who, what)
        if hour % 24 == 12 and hour < 4 * 24:
            street.sell(f"sale-{hour}", AMOUNT + hour, number=hour + 1)
    check(street)
    for who, told in HEALTHY:
        street.tell(who, told)
    for day in range(11, 24):
        street.tell("host", RepayoutApplied("", SHOP))
        street.tell("host", RecallRequested("", SHOP))
        street.until(street.at + HOUR)
        street.tell("bank", RecallAnswered("", STRANGERS))
        street.until(MONDAY + day * DAY)
    check(street)
    assert everything_is_at_rest(street)
    credited = street.book("bank").standing(f"B.account.{ACCOUNT}")
    sold = [AMOUNT + hour for hour in range(12, 4 * 24, 24)]
    assert street.book("bank").standing(f"B.account.{STRANGERS}") == 0
    assert credited == sum(amount_fen - (amount_fen * 5 + 500) // 1_000 for amount_fen in sold)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.booleans(), max_size=12), st.integers(1, 9 * 24), st.lists(RESTARTS, max_size=3))
@example(lost=[True], owner_h=2, restarts=[])  # the recall itself
@example(lost=[False, False, True], owner_h=1, restarts=[])  # that its owner gave it back
def test_a_payer_who_asks_back_once_has_it_back_whatever_is_lost(
    lost: list[bool], owner_h: int, restarts: list[tuple[int, str]]
) -> None:
    """The owner consents as soon as it is asked, ``owner_h`` hours later or whenever the bank hears of it."""
    shop = corner_shop()
    bank = msgspec.structs.replace(shop.banks[0], accounts=(Account(STRANGERS, "别人"),))
    fates = iter(lost)

    def way(to: str, message: Input, attempt: int) -> tuple[int, ...]:
        struck = street.at >= asked_at and (to, message.kind) in (("bank", "payout-recall"), ("rail", "credit-answer"))
        return () if struck and next(fates, False) else (HOP_US,)

    asked_at = MONDAY + 2 * DAY
    street = Street(msgspec.structs.replace(shop, banks=(bank,)), MONDAY, way)
    street.tell("host", AccountChangeRequested("", SHOP, "", STRANGERS, "别人"))
    street.until(MONDAY + 12 * HOUR).sell("victim", AMOUNT, number=1)
    street.until(asked_at)
    assert street.book("bank").standing(f"B.account.{STRANGERS}") > 0
    street.tell("host", AccountChangeRequested("", SHOP, account_no=ACCOUNT, account_name=NAME))
    street.until(asked_at + shop.acquirer.account_review_us)
    street.tell("host", RecallRequested("", SHOP))
    for hour in range(1, 10 * 24):
        street.until(asked_at + shop.acquirer.account_review_us + hour * HOUR)
        for when, who in restarts:
            if when == hour:
                street.stop(who)
        if hour >= owner_h:
            street.tell("bank", RecallAnswered("", STRANGERS))
    check(street)
    assert street.book("bank").standing(f"B.account.{STRANGERS}") == 0
    assert street.book("rail").standing("R.account.B") == street.book("bank").standing("B.interbank_cash")
    assert len(street.logged("recall-asked", "bank")) == 1
    assert len(street.sent("payout-recall", "bank")) <= 12 + 1 + 4 * 10 + len(restarts)
    street.until(street.at + 6 * DAY)
    assert everything_is_at_rest(street)
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") == AMOUNT - (AMOUNT * 5 + 500) // 1_000


def test_a_payer_who_never_heard_that_its_money_is_back_hears_it_when_it_asks_again() -> None:
    shop = corner_shop()
    bank = msgspec.structs.replace(shop.banks[0], accounts=(Account(STRANGERS, "别人"),))
    deaf: list[bool] = []

    def way(to: str, message: Input, attempt: int) -> tuple[int, ...]:
        return () if deaf and message.kind == "payout-status" else (HOP_US,)

    street = Street(msgspec.structs.replace(shop, banks=(bank,)), MONDAY, way)
    street.tell("host", AccountChangeRequested("", SHOP, "", STRANGERS, "别人"))
    street.until(MONDAY + 12 * HOUR).sell("victim", AMOUNT, number=1)
    street.until(MONDAY + 2 * DAY)
    street.tell("host", AccountChangeRequested("", SHOP, account_no=ACCOUNT, account_name=NAME))
    street.until(MONDAY + 3 * DAY + HOUR).tell("host", RecallRequested("", SHOP))
    deaf.append(True)
    street.until(street.at + HOUR).tell("bank", RecallAnswered("", STRANGERS))
    street.until(street.at + HOUR)
    deaf.clear()
    street.until(MONDAY + 6 * DAY)
    assert street.book("host").standing("A.payout_returned") == 0, "it has not heard of it"
    street.tell("host", RecallRequested("", SHOP))
    street.until(MONDAY + 9 * DAY)
    assert everything_is_at_rest(street)
    assert street.book("bank").standing(f"B.account.{ACCOUNT}") > 0


def check(street: Street) -> None:
    """What holds at every moment."""
    for who in ("host", "rail", "bank"):
        street.posted(who)  # fails where an entry stands twice
        assert sum(street.book(who).balances.values()) == 0
    frozen = ""
    payouts: dict[str, int] = {}
    for _, who, effect in street.lines:
        if who != "bank" or not isinstance(effect, Posted):
            frozen = _frozen(who, effect, frozen)
            continue
        for debit, credit, amount_fen in effect.postings:
            assert not (credit == f"B.account.{ACCOUNT}" and frozen in ("in", "both"))
            assert debit != f"B.account.{ACCOUNT}"
            if credit == f"B.account.{ACCOUNT}":
                number = effect.entry.partition("/")[2].rpartition("/")[0]
                payouts[number] = payouts.get(number, 0) + 1
                assert amount_fen > 0
    assert all(times == 1 for times in payouts.values())
    assert street.book("bank").standing("B.suspense") >= 0


def _frozen(who: str, effect: object, frozen: str) -> str:
    """The direction that the bank's own log says is frozen from now on."""
    if who == "bank" and getattr(effect, "word", "") == "account-set":
        details = effect.details  # type: ignore[attr-defined]
        return str(details["direction"]) if details["state"] == "frozen" else ""
    return frozen
