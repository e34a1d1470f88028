"""World files with two acquirers, and what the names of roles mean in a scenario that plays there."""

from pathlib import Path

import pytest
from bilingual import told_in_both

from poslab.faults.facts import Fact
from poslab.messages.facts import AccountSet, BatchMovedOn, RepayoutApplied
from scenarios.schema.errors import BadInput
from scenarios.schema.load import load, load_world
from scenarios.stage.play import play

SHOP = """\
schema: poslab-world/1
name: two-contracts
merchants:
  - mid: "999000058120001"
    name: {zh: 示例面馆, en: Example Noodle Bar}
    mcc: "5812"
    account_no: "999100000007"
    account_name: 示例面馆
  - mid: "999000058120002"
    name: {zh: 示例面馆, en: Example Noodle Bar}
    mcc: "5812"
    account_no: "999200000007"
    account_name: 示例面馆
    bank: bank-b
    acquirer: host-b
terminals:
  - {address: T1, tid: "90000011", mid: "999000058120001"}
  - {address: T2, tid: "90000012", mid: "999000058120002"}
platform: {}
other_acquirers:
  - {address: host-b, rrn_prefix: "31", acquirer_id: "99900007", answer_timeout: 45s}
issuers:
  - {address: issuer, cards: [good-debit]}
  - {address: issuer-b, cards: [good-credit]}
banks:
  - {address: bank}
  - {address: bank-b}
cards: [good-debit, good-credit]
"""

STORY = """\
schema: poslab/1
id: my-story
world: my-shop.yaml
workload:
  - {order: ours, at: "10:15:30", terminal: T1, amount: "28.00", card: good-debit}
  - {order: theirs, at: "10:25:30", terminal: T2, amount: "64.00", card: good-credit}
faults: [FAULT]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "my-shop.yaml"
    path.write_text(SHOP, encoding="utf-8")
    return path


def with_fault(shop: Path, fault: str) -> Path:
    story = shop.parent / "story.yaml"
    story.write_text(STORY.replace("FAULT", fault), encoding="utf-8")
    return story


def test_a_shop_with_two_contracts_has_one_address_and_two_numbers(shop: Path) -> None:
    world = load_world(shop)
    assert {acquirer.address: acquirer.rrn_prefix for acquirer in world.acquirers} == {"host": "26", "host-b": "31"}
    assert [world.acquirer_of(merchant.mid).address for merchant in world.merchants] == ["host", "host-b"]
    assert {merchant.address for merchant in world.merchants} == {"merchant"}
    # The platform stands before the first acquirer; the other one's terminal dials that one itself.
    assert [terminal.route for terminal in world.terminals] == ["platform", "host-b"]
    assert world.seen_by("host-b").platform is None
    assert [terminal.address for terminal in world.seen_by("host").terminals] == ["T1"]


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("acquirer: host-b", "acquirer: host-c", "merchants.1.acquirer", ["no acquirer 'host-c'", "host-b"]),
        ('rrn_prefix: "31", ', "", "other_acquirers.0.rrn_prefix", ["prefix '26' is given twice"]),
        ('acquirer_id: "99900007", ', "", "other_acquirers.0.acquirer_id", ["'99900000' is given twice"]),
        ("{address: host-b, rrn", "{address: bank-b, rrn", "other_acquirers.0.address", ["'bank-b' is given twice"]),
        ("    acquirer: host-b\n", "", "merchants.1.address", ["'merchant' is given twice"]),
        ('120002"}', '120002", route: host}', "terminals.1.route", ["cannot dial 'host'"]),
        (
            'mid: "999000058120002"}',
            'mid: "999000058120002", bound_to: "999000058120001"}',
            "terminals.1.bound_to",
            ["another acquirer than T2"],
        ),
    ],
)  # fmt: skip
def test_worlds_that_cannot_be(shop: Path, old: str, new: str, key: str, words: list[str]) -> None:
    shop.write_text(SHOP.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_world(shop)
    assert caught.value.key == key, str(caught.value)
    told_in_both(caught.value.text)
    for word in words:
        assert word in str(caught.value), str(caught.value)


@pytest.mark.parametrize(
    ("fault", "links"),
    [
        ('{id: x, fault: loss, link: "host->T2"}', (("host-b", "T2"),)),
        ('{id: x, fault: loss, link: "host-b<->T2"}', (("host-b", "T2"), ("T2", "host-b"))),
        ('{id: x, fault: loss, link: "T1->host"}', (("T1", "platform"),)),
        ('{id: x, fault: loss, link: "host->switch", order: theirs}', (("host-b", "switch"),)),
        ('{id: x, fault: loss, link: "host->switch", order: ours}', (("host", "switch"),)),
        ('{id: x, fault: loss, link: "switch->issuer", order: theirs}', (("switch", "issuer-b"),)),
    ],
)
def test_a_link_names_roles_and_means_those_of_its_order(
    shop: Path, fault: str, links: tuple[tuple[str, str], ...]
) -> None:
    assert load(with_fault(shop, fault)).injections[0].links == links


@pytest.mark.parametrize(
    ("fault", "party"),
    [
        ("{id: x, fault: record-lost, order: theirs, record: capture, at: '10:00'}", "host-b"),
        ("{id: x, fault: record-lost, order: ours, record: capture, at: '10:00'}", "host"),
        ("{id: x, fault: batch-moved-on, terminal: T2, at: '10:00'}", "host-b"),
        ("{id: x, fault: stop, process: host, at: '10:00'}", "host"),
        ("{id: x, fault: stop, process: host-b, at: '10:00'}", "host-b"),
        (
            "{id: x, fault: fact, party: issuer, order: theirs, give: ChargebackRaised, at: 'T+1 09:00', with: {}}",
            "issuer-b",
        ),
        ("{id: x, fault: authority-freeze, order_no: F1, rrn: '310000000001', at: 'T+1 10:00'}", "host-b"),
        ("{id: x, fault: account-frozen, at: 'T+1 09:00'}", "bank"),
    ],
)
def test_a_party_is_named_by_its_role_and_means_that_of_its_order(shop: Path, fault: str, party: str) -> None:
    assert load(with_fault(shop, fault)).injections[0].party == party


def given(shop: Path, fault: str) -> object:
    struck = load(with_fault(shop, fault)).injections[0].fault
    assert isinstance(struck, Fact)
    return struck.given


def test_a_fact_is_about_the_contract_of_whoever_is_told(shop: Path) -> None:
    said = "{id: x, fault: fact, party: PARTY, give: GIVE, at: 'T+1 09:00', with: {WITH}}"

    def told(party: str, give: str, more: str = "") -> object:
        return given(shop, said.replace("PARTY", party).replace("GIVE", give).replace("WITH", more))

    assert told("host-b", "RepayoutApplied") == RepayoutApplied(mid="999000058120002")
    assert told("host", "RepayoutApplied") == RepayoutApplied(mid="999000058120001")
    assert told("host-b", "BatchMovedOn") == BatchMovedOn(tid="90000012")
    assert told("bank-b", "AccountSet", "state: closed") == AccountSet(account_no="999200000007", state="closed")
    assert told("bank", "AccountSet", "state: closed") == AccountSet(account_no="999100000007", state="closed")


def test_both_acquirers_pay_the_shop_each_to_its_own_account(shop: Path) -> None:
    played = play(load(with_fault(shop, "").with_name("story.yaml")))
    assert played.result.verdict == "pass", played.result.reason
    places = {p.order: {place.place: place.amount for place in p.end.places} for p in played.result.purchases}
    assert places["ours"]["B.account.999100000007"] == 2_786
    assert places["theirs"]["B.account.999200000007"] == 6_362


def test_what_a_scenario_changes_of_an_acquirer_is_that_ones_alone(shop: Path) -> None:
    story = with_fault(shop, "")
    world = "world: {file: my-shop.yaml, settings: {other_acquirer: {NAME: {payout_tries: 1, risk: {round: '10.00'}}}}}"
    told = story.read_text(encoding="utf-8")
    story.write_text(told.replace("world: my-shop.yaml", world.replace("NAME", "host-b")), encoding="utf-8")
    ours, theirs = load(story).world.acquirers
    assert (theirs.payout_tries, theirs.risk.round_fen) == (1, 1_000)
    assert (ours.payout_tries, ours.risk.round_fen) == (3, 0)
    story.write_text(told.replace("world: my-shop.yaml", world.replace("NAME", "host-c")), encoding="utf-8")
    with pytest.raises(BadInput, match="no other_acquirer 'host-c' in the world two-contracts; did you mean host-b"):
        load(story)
