"""World files: a shop of one's own, read as strictly as a scenario."""

from pathlib import Path

import pytest
from bilingual import told_in_both
from msgspec import Struct

from poslab.party.time import HOUR, MILLISECOND, SECOND
from poslab.world.world import Acquirer, Issuer, Merchant, Network, Terminal, World
from scenarios.schema import world_file
from scenarios.schema.errors import BadInput
from scenarios.schema.load import load, load_world

SHOP = """\
schema: poslab-world/1
name: noodle-bar
merchants:
  - mid: "999000058120001"
    name: {zh: 示例面馆, en: Example Noodle Bar}
    mcc: "5812"
    account_no: "999100000007"
    account_name: 示例面馆
    debit_cap: "15.00"
    credit_cap: ~
    repayout: apply
terminals:
  - {address: T1, tid: "90000011", mid: "999000058120001", policy: drop, answer_timeout: 45s}
  - {address: T2, tid: "90000012", mid: "999000058120001", cashier: anna}
platform: {slot: 50s}
issuers:
  - {address: issuer, cards: [good-debit]}
  - {address: issuer-b, cards: [good-credit, expired], authorise: 2s, hotline: 400-000-0042}
calendar: {first_day: "2026-01-12", cut_off: "22:00"}
distances: {terminal_link: 300ms}
cards: [good-debit, good-credit, expired]
"""

STORY = """\
schema: poslab/1
id: my-story
world: my-shop.yaml
workload:
  - {order: victim, at: "10:15:30", terminal: T2, amount: "28.00", card: good-credit}
faults:
  - {id: lost, fault: loss, link: "T2->host", match: {kind: "0200"}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "my-shop.yaml"
    path.write_text(SHOP, encoding="utf-8")
    (tmp_path / "story.yaml").write_text(STORY, encoding="utf-8")
    return path


def test_a_world_of_ones_own(shop: Path) -> None:
    world = load_world(shop)
    assert world.name == "noodle-bar"
    merchant = world.merchants[0]
    assert (merchant.debit_cap_fen, merchant.credit_cap_fen, merchant.repayout) == (1_500, None, "apply")
    first, second = world.terminals
    assert (first.policy, first.answer_timeout_us, first.route) == ("drop", 45 * SECOND, "platform")
    assert second.cashier == "anna"
    assert world.platform is not None
    assert world.platform.slot_us == 50 * SECOND
    assert world.issuer_of("expired").address == "issuer-b"
    assert world.issuer_of("expired").authorise_us == 2 * SECOND
    assert world.calendar.cut_off == 22 * HOUR
    assert world.terminal_link_us == 300 * MILLISECOND
    assert list(world.cards) == ["good-debit", "good-credit", "expired"]


def test_a_scenario_names_it_and_plays_in_it(shop: Path) -> None:
    scenario = load(shop.parent / "story.yaml")
    assert scenario.world == load_world(shop)
    assert scenario.told[0].to == "anna"
    assert scenario.injections[0].links == (("T2", "platform"),)
    assert load("net-response-lost", world=str(shop)).world.name == "noodle-bar"


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"),
    [
        ("name: noodle-bar", "nam: noodle-bar", 2, "nam", ["unknown key", "did you mean name?"]),
        ('"90000012"', '"90000011"', 14, "terminals.1.tid", ["given twice"]),
        ('"90000012"', '"10000012"', 14, "terminals.1.tid", ["no terminal number of a simulated world"]),
        ("address: T2", "address: T1", 14, "terminals.1.address", ["'T1' is given twice"]),
        ("cashier: anna", "cashier: host", 14, "terminals.1.cashier", ["somebody else's"]),
        ("cashier: anna", "slip: electronic", 14, "terminals.1.slip", ["T2 is a counter terminal", "kind: smart"]),
        ("cashier: anna", "kind: smrt", 14, "terminals.1.kind", ["did you mean smart?"]),
        ("cashier: anna", "route: bank", 14, "terminals.1.route", ["cannot dial 'bank'", "platform"]),
        ("good-credit, expired]}", "good-debit]}", 18, "issuers.1.cards.0", ["'good-debit' is given twice"]),
        ("[good-credit, expired], auth", "[lost], auth", 18, "issuers.1.cards.0", ["no card here"]),
        ("400-000-0042", "010-555-0100", 18, "issuers.1.hotline", ["telephone", "400-000-"]),
        ('"999100000007"', '"123456789012"', 7, "merchants.0.account_no", ["simulated world", "999"]),
        ('first_day: "2026-01-12"', 'first_day: "2026-01-11"', 19, "calendar.first_day", ["weekend", "2026-01-12"]),
        ('cut_off: "22:00"', 'cut_off: "23:45"', 19, "calendar.clearing_at", ["before the cut-off"]),
        ("cards: [good-debit, good", "cards: [good-debt, good", 21, "cards.0", ["did you mean good-debit?"]),
        ('mid: "999000058120001"\n', 'mid: "103000058120001"\n', 4, "", ["a card number"]),
    ],
)  # fmt: skip
def test_worlds_that_cannot_be(shop: Path, old: str, new: str, line: int, key: str, words: list[str]) -> None:
    text = (
        SHOP.replace(old, new, 1)
        if "good-debit]}" not in new
        else SHOP.replace("[good-credit, expired]", "[good-debit]")
    )
    shop.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load(shop.parent / "story.yaml")
    assert (caught.value.file, caught.value.line, caught.value.key) == (str(shop), line, key), str(caught.value)
    told_in_both(caught.value.text)
    for word in words:
        assert word in str(caught.value), str(caught.value)


def test_an_unknown_world_names_the_nearest() -> None:
    with pytest.raises(BadInput, match="did you mean gateway-shop"):
        load("net-response-lost", world="gateway-shp")


@pytest.mark.parametrize(
    ("written", "made", "left_out"),
    [
        (world_file.TerminalWritten, Terminal, {"shop"}),
        (world_file.MerchantWritten, Merchant, set()),
        (world_file.AcquirerWritten, Acquirer, {"switch", "rail"}),
        (world_file.NetworkWritten, Network, {"acquirer", "rail"}),
        (world_file.IssuerWritten, Issuer, set()),
        (world_file.WorldFile, World, {"terminal_link_us", "trunk_us", "sms_us"}),
    ],
)
def test_everything_that_a_world_knows_can_be_written(
    written: type[world_file.Written], made: type[Struct], left_out: set[str]
) -> None:
    """Addresses that follow from others are left out; distances are a mapping of their own, and a binding is a MID."""
    fields = {field.removesuffix("_us").removesuffix("_fen") for field in set(made.__struct_fields__) - left_out}
    keys = {name.rstrip("_") for name in written.model_fields} - {"schema", "distances", "bound_to"}
    assert fields == keys
