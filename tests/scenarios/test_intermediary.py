"""Whoever is paid in another one's place, and terminals that sell under another one's number."""

from pathlib import Path

import msgspec
import pytest
from bilingual import told_in_both
from playbook import Playbook

from poslab.messages.card import OrderHeard, OrderNotice
from poslab.messages.funding import AccountTransfer, StatementLine
from poslab.party.contract import Posted, Remind, Send
from poslab.party.facts import Restarted
from poslab.party.time import DAY
from poslab.world.presets import corner_shop
from poslab.world.world import World
from scenarios.people.intermediary import Intermediary, PassOnDue
from scenarios.schema.errors import BadInput
from scenarios.schema.load import load

INTERMEDIARY = "999000073990008"
SHOP = "999000054110001"
PAID = StatementLine("", "999100000008", f"{INTERMEDIARY}-20260105", 12_736, 12_736, 0)
BOOKED = Posted("", f"P4c/{PAID.reference}/0.000000", (("M.bank", "M.card_receivable", 12_736),))


def street(what: str) -> World:
    world = corner_shop()
    shop = world.merchants[0]
    other = msgspec.structs.replace(
        shop, mid=INTERMEDIARY, account_no="999100000008", address="intermediary", intermediary=what
    )
    terminals = tuple(msgspec.structs.replace(t, mid=INTERMEDIARY, shop=SHOP) for t in world.terminals)
    return msgspec.structs.replace(world, merchants=(shop, other), terminals=terminals)


def somebody(what: str) -> Playbook:
    world = street(what)
    return Playbook(Intermediary(world, world.merchants[1]), 0)


def test_one_that_keeps_the_money_does_nothing_but_book_it() -> None:
    assert list(somebody("keeps").given(PAID).effects) == [BOOKED]


def test_one_that_pays_late_pays_all_of_it_once() -> None:
    due = PassOnDue("", PAID.reference)
    book = somebody("late").given(PAID).wished(Remind(3 * DAY, due))
    book.given(PAID).silent()
    transfer = AccountTransfer("", PAID.reference, "999100000008", "999100000001", 12_736)
    book.given(due, after=3 * DAY).wished(Send("bank", transfer))
    assert not book.party.awaits(due)
    assert book.party.handle(due, 0) is None


def test_its_own_payments_are_no_income() -> None:
    paid_out = msgspec.structs.replace(PAID, amount_fen=-12_736)
    book = somebody("late").given(PAID)
    book.given(PassOnDue("", PAID.reference), after=3 * DAY)
    again = somebody("late")
    again.party.restore(book.party.snapshot())
    again.given(paid_out, paid_out).silent()


def test_it_remembers_what_it_owes() -> None:
    book = somebody("late").given(PAID)
    again = somebody("late")
    again.party.restore(book.party.snapshot())
    assert again.party.snapshot() == book.party.snapshot()
    again.given(Restarted()).wished(Remind(3 * DAY, PassOnDue("", PAID.reference)))


def test_its_order_page_hears_of_orders_where_there_is_a_platform() -> None:
    somebody("keeps").given(OrderNotice("victim", "k", "success", 100)).silent()
    scenario = load("plat-second-clearing", world="gateway-shop")
    book = Playbook(Intermediary(scenario.world, scenario.world.merchants[1]), 0)
    book.given(OrderNotice("victim", "k", "success", 100)).wished(
        Send("platform", OrderHeard("victim", "k", "success"))
    )


STORY = """\
schema: poslab/1
id: my-story
world:
  preset: corner-shop
  merchants:
    - {mid: "%s", name: {zh: 某, en: Somebody}, mcc: "7399", account_no: "%s", account_name: 某, address: %s}
  settings: {terminal: {T1: {bound_to: "%s"}}}
workload:
  - {order: victim, at: "10:15:30", terminal: T1, amount: "28.00", card: good-debit}
"""


def story(tmp_path: Path, *said: str) -> Path:
    path = tmp_path / "story.yaml"
    path.write_text(STORY % said, encoding="utf-8")
    return path


def test_a_terminal_is_bound_to_another_merchant_and_stays_where_it_is(tmp_path: Path) -> None:
    world = load(story(tmp_path, INTERMEDIARY, "999100000008", "other", INTERMEDIARY)).world
    terminal = world.terminal("T1")
    assert (terminal.mid, terminal.owner) == (INTERMEDIARY, SHOP)
    assert world.terminal("T2").owner == world.terminal("T2").mid == SHOP


@pytest.mark.parametrize(
    ("said", "key", "what"),
    [
        ((SHOP, "999100000008", "other", SHOP), "mid", "given twice"),
        ((INTERMEDIARY, "999100000001", "other", INTERMEDIARY), "account_no", "given twice"),
        ((INTERMEDIARY, "999100000008", "merchant", INTERMEDIARY), "address", "given twice"),
        ((INTERMEDIARY, "999100000008", "host", INTERMEDIARY), "address", "somebody else's"),
        ((INTERMEDIARY, "999100000008", "other", "999000011111111"), "bound_to", "no merchant has the number"),
    ],
)
def test_a_neighbour_with_another_ones_name_is_refused(
    tmp_path: Path, said: tuple[str, ...], key: str, what: str
) -> None:
    with pytest.raises(BadInput, match=what) as refused:
        load(story(tmp_path, *said))
    assert key in str(refused.value)
    told_in_both(refused.value.text)
