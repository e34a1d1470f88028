"""The same money is given back once, whoever gives it back first: every pair of ways back, as a whole story.

A sale of 128.00 is given back in one way and then in another, before its payout and after it, at once or days apart.
Later sales bear what the merchant owes. What is taken is taken in full; who comes too late is refused by the party that
can know it. In the end the cardholder has what was given back once, the merchant's book and everybody else's are even,
no check is broken, and nothing is on its way.
"""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from poslab.faults.duplicate import Duplicate
from poslab.faults.injection import Injection, Match
from poslab.faults.process import AFTER_JOURNAL, Crash
from poslab.party.contract import Became, Logged, Posted
from poslab.party.time import MINUTE, SECOND
from scenarios.schema.load import load
from scenarios.stage.play import Played, play

ALL, HALF = 12_800, 6_400
RRN = "260000000001"

STORY = """
schema: poslab/1
id: given-back-once
title: {zh: 一笔钱只退一次, en: the same money is given back once}
world:
  preset: corner-shop
  settings:
    issuer: {issuer: {refund_days: 1}}
    merchant: {merchant: {refund_credit: "500.00"}}
    acquirer: {risk: {amount_over: "RISKY"}}
workload:
  - {order: victim, at: "10:15:30", terminal: T1, amount: "128.00", card: good-credit}
SALES
faults: [FACTS]
people: {cashier: {script: {base: by-the-book, steps: [STEPS]}}}
until: "T+45 18:00"
"""


class Act:
    """Something that somebody does about the sale: a fact of life, or a step of the cashier."""

    def __init__(self, party: str, does: str, details: str = "") -> None:
        self.party, self.does, self.details = party, does, details

    def at(self, when: str, number: int) -> tuple[str, str]:
        """As a fault of a scenario file, or as a step, whichever it is."""
        if self.party == "cashier":
            about = "terminal: T1" if self.does == "settle" else "order: victim"
            return "", f'{{at: "{when}", do: {self.does}, {about}{self.details}}}'
        fact = f"id: act-{number}, fault: fact, party: {self.party}, order: victim, give: {self.does}"
        return f'{{{fact}, at: "{when}", with: {{{self.details}}}}}', ""


BY_RRN = f'rrn: "{RRN}"'
REFUND = Act("cashier", "refund")
RETRIEVAL = Act("issuer", "RetrievalRaised", BY_RRN)
CORRECTION = Act("host", "CorrectionOrdered")
CHARGEBACK = Act("issuer", "ChargebackRaised", BY_RRN)
WAYS: dict[str, Act] = {
    "refund": REFUND,
    "refund-of-a-part": Act("cashier", "refund", ', amount: "64.00"'),
    "correction": CORRECTION,
    "chargeback": CHARGEBACK,
    "chargeback-of-a-part": Act("issuer", "ChargebackRaised", f"{BY_RRN}, amount_fen: {HALF}"),
}
VOID = Act("cashier", "void")
PARTS = ("refund-of-a-part", "chargeback-of-a-part")

WHEN: dict[str, tuple[str, str]] = {
    "before its payout": ("T+1 08:00", "T+1 09:00"),
    "around its payout": ("T+1 09:59:59", "T+1 10:00:01"),
    "on the day of its payout": ("T+1 13:00", "T+1 14:00"),
    "in one minute": ("T+2 10:30:00", "T+2 10:30:05"),
    "days apart": ("T+2 10:30", "T+6 10:30"),
}


def story(folder: Path, *acts: tuple[str, Act], faults: tuple[Injection, ...] = (), risky: bool = False) -> Played:
    """The sale, another on each of the next days, and what people do about the first; everything is in order."""
    written = [act.at(when, number) for number, (when, act) in enumerate(acts)]
    sales = "\n".join(
        f'  - {{order: day-{day}, at: "T+{day} 12:15:30", terminal: T2, amount: "100.00", card: good-debit}}'
        for day in range(9)
    )
    text = STORY.replace("SALES", sales).replace("RISKY", "110.00" if risky else "1000.00")
    text = text.replace("FACTS", ", ".join(fact for fact, _ in written if fact))
    text = text.replace("STEPS", ", ".join(step for _, step in written if step))
    (folder / "story.yaml").write_text(text, encoding="utf-8")
    scenario = load(str(folder / "story.yaml"))
    scenario = msgspec.structs.replace(scenario, injections=(*scenario.injections, *faults))
    played = play(scenario, keep=True)
    assert [(check.id, check.breaches) for check in played.result.invariants if check.verdict == "broken"] == []
    left = balances_of(played)
    for account in ("A.scheme_receivable", "I.clearing_payable", "A.dispute_suspense", "A.long_suspense"):
        assert left[account] == 0, account
    assert left["M.card_receivable"] == 0
    return played


def balances_of(played: Played) -> Counter[str]:
    found: Counter[str] = Counter()
    for line, _ in played.pairs:
        for effect in line.effects:
            if type(effect) is Posted:
                for debit, credit, amount_fen in effect.postings:
                    found[debit] += amount_fen
                    found[credit] -= amount_fen
    return found


def given_back_fen(played: Played) -> int:
    """What the card's bank gave the cardholder back of the sale, and did not take again."""
    signs = {"P6": 1, "P7": 1, "P8b": 1, "P10a": 1, "P10c": -1}
    return sum(
        signs[effect.entry.partition("/")[0]] * effect.postings[0][2]
        for line, _ in played.pairs
        for effect in line.effects
        if line.party == "issuer" and type(effect) is Posted and effect.entry.partition("/")[0] in signs
    )


def codes(played: Played, party: str, word: str) -> list[str]:
    """The codes of the lines with a word in somebody's log."""
    return [
        str(effect.details.get("code", ""))
        for line, _ in played.pairs
        for effect in line.effects
        if line.party == party and type(effect) is Logged and effect.word == word
    ]


def once(first: str, second: str) -> int:
    """What the cardholder has again in the end."""
    if first not in PARTS:
        return ALL
    if second in PARTS:
        return HALF if first == second == "chargeback-of-a-part" else ALL  # a case is raised once
    if first == "refund-of-a-part" and second == "chargeback":
        return ALL  # it takes what is left
    return HALF  # nobody gives all of it back where a part is gone


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("second", WAYS)
@pytest.mark.parametrize("first", WAYS)
def test_what_was_given_back_in_one_way_is_not_given_back_in_another(
    tmp_path: Path, first: str, second: str, when: str
) -> None:
    at, again_at = WHEN[when]
    played = story(tmp_path, (at, WAYS[first]), (again_at, WAYS[second]))
    assert given_back_fen(played) == once(first, second)


@pytest.mark.parametrize("second", WAYS)
@pytest.mark.parametrize("first", WAYS)
def test_nor_where_nobody_can_say_which_was_first(tmp_path: Path, first: str, second: str) -> None:
    played = story(tmp_path, ("T+2 10:30", WAYS[first]), ("T+2 10:30", WAYS[second]))
    wins = {once(first, second), once(second, first)}
    assert given_back_fen(played) in ({HALF, ALL} if first == second == "refund-of-a-part" else wins), "keyed once"


@pytest.mark.parametrize("when", ["14:01", "T+1 13:00"])
@pytest.mark.parametrize("second", WAYS)
def test_what_was_voided_is_not_given_back_after_that(tmp_path: Path, second: str, when: str) -> None:
    played = story(tmp_path, ("14:00", VOID), (when, WAYS[second]))
    assert given_back_fen(played) == ALL
    assert codes(played, "issuer", "dispute-refused") == ["25"] * second.startswith("chargeback")


SETTLE = Act("cashier", "settle")


@pytest.mark.parametrize("settles", ["12:00", "20:00"])  # before the clerk acts, and after it
@pytest.mark.parametrize("second", [*WAYS, "void"])
def test_what_a_clerk_took_back_before_its_clearing_is_not_given_back_after_that(
    tmp_path: Path, second: str, settles: str
) -> None:
    """Her till has a slip of it, and she is told: at once, or when her batch says that she has one."""
    acts = ((settles, SETTLE), ("14:00", CORRECTION), ("T+1 13:00", {**WAYS, "void": VOID}[second]))
    played = story(tmp_path, *acts)
    assert given_back_fen(played) == ALL
    assert codes(played, "issuer", "dispute-refused") == ["25"] * second.startswith("chargeback")
    assert balances_of(played)["M.refunds"] == ALL


@pytest.mark.parametrize("second", WAYS)
def test_a_chargeback_that_is_lost_again_leaves_the_sale_as_it_was(tmp_path: Path, second: str) -> None:
    """Meanwhile the money is claimed again, and nobody gives it back: the merchant has it once it is won."""
    represented = ("T+2 12:00", Act("host", "DisputeAnswered", f"{BY_RRN}, answer: represent"))
    too_early = ("T+3 10:00", WAYS[second])
    again = ("T+8 10:00", Act("issuer", "SecondChargebackRaised", BY_RRN))
    won = ("T+8 11:00", Act("host", "ArbitrationRuled", f"{BY_RRN}, won: true"))
    fought = (("T+2 10:30", CHARGEBACK), represented, too_early, again, won)
    assert given_back_fen(story(tmp_path, *fought)) == 0
    given = {"refund": ALL, "refund-of-a-part": HALF, "correction": ALL}.get(second, 0)
    assert given_back_fen(story(tmp_path, *fought, ("T+8 13:00", WAYS[second]))) == given


def test_a_correction_that_a_clerk_stops_leaves_the_chargeback_alive(tmp_path: Path) -> None:
    stopped = ("T+2 12:00", Act("host", "AdjustmentStopped"))
    acts = (("T+2 10:30", CORRECTION), ("T+2 11:00", CHARGEBACK), stopped)
    assert given_back_fen(story(tmp_path, *acts)) == 0
    played = story(tmp_path, *acts, ("T+2 13:00", CHARGEBACK))
    assert given_back_fen(played) == ALL
    assert codes(played, "issuer", "dispute-refused") == ["12"]


# --- who refuses, and why


REFUSED: dict[tuple[str, str], tuple[str, str, str]] = {
    ("chargeback", "refund"): ("host", "refused", "12"),
    ("chargeback-of-a-part", "refund"): ("host", "refused", "64"),
    ("chargeback", "correction"): ("host", "correction-refused", "12"),
    ("chargeback-of-a-part", "correction"): ("host", "correction-refused", "12"),
    ("refund", "chargeback"): ("issuer", "dispute-refused", "12"),
    ("refund", "chargeback-of-a-part"): ("issuer", "dispute-refused", "12"),
    ("refund", "correction"): ("host", "correction-refused", "12"),
    ("refund-of-a-part", "correction"): ("host", "correction-refused", "12"),
    ("correction", "chargeback"): ("issuer", "dispute-refused", "12"),
    ("correction", "refund"): ("host", "refused", "12"),
    ("correction", "refund-of-a-part"): ("host", "refused", "12"),
    ("correction", "correction"): ("host", "correction-refused", "12"),
}
"""What comes too late → in whose log it says so, with which code."""


@pytest.mark.parametrize("when", ["before its payout", "days apart"])
@pytest.mark.parametrize("pair", REFUSED, ids="-then-".join)
def test_who_comes_too_late_is_told_why(tmp_path: Path, pair: tuple[str, str], when: str) -> None:
    first, second = (WAYS[way] for way in pair)
    at, again_at = WHEN[when]
    party, word, code = REFUSED[pair]
    assert codes(story(tmp_path, (at, first), (again_at, second)), party, word) == [code]


# --- lines and processes


BOTH_WAYS = (("issuer", "switch"), ("switch", "host"), ("host", "T1"))
LINES = (*BOTH_WAYS, *((to, sender) for sender, to in BOTH_WAYS))
STEPS = ("dispute-step", "dispute-step-heard", "clearing-file", "0220", "0230")
TWICE = tuple(
    Injection(f"twice-{kind}", Duplicate(90 * SECOND), links=LINES, match=Match(kind), optional=True) for kind in STEPS
)
DIES = tuple(
    Injection(f"{party}-dies", Crash(AFTER_JOURNAL, MINUTE), party, match=Match(kind), nth=1, optional=True)
    for party, kind in (("host", "dispute-step"), ("issuer", "dispute-step-heard"), ("host", "correction-ordered"))
)
DISTURBED = {"everything comes twice": TWICE, "whoever takes it dies": DIES}


@pytest.mark.parametrize("how", DISTURBED)
@pytest.mark.parametrize("second", WAYS)
@pytest.mark.parametrize("first", WAYS)
def test_nor_with_copies_and_restarts(tmp_path: Path, first: str, second: str, how: str) -> None:
    at, again_at = WHEN["in one minute"]
    played = story(tmp_path, (at, WAYS[first]), (again_at, WAYS[second]), faults=DISTURBED[how])
    assert given_back_fen(played) in {once(first, second), once(second, first)}, "who was down hears of it later"


# --- a case is open, and its sale is given back without a chargeback


ENDING: dict[str, Act] = {"refund": REFUND, "correction": CORRECTION}


@pytest.mark.parametrize("asked", ["T+1 08:00", "T+1 13:00"])  # before its payout, which is held, and after it
@pytest.mark.parametrize("ended_by", ENDING)
@pytest.mark.parametrize("then", WAYS)
def test_who_gives_back_what_is_disputed_ends_the_case_and_nothing_is_given_back_after_that(
    tmp_path: Path, ended_by: str, then: str, asked: str
) -> None:
    acts = ((asked, RETRIEVAL), ("T+1 15:00", ENDING[ended_by]), ("T+3 10:00", WAYS[then]))
    played = story(tmp_path, *acts)
    assert given_back_fen(played) == ALL
    assert states(played, "host") == states(played, "issuer") == ["retrieval", "closed"]


DROPPED = ("T+2 12:00", Act("issuer", "ComplaintDropped", BY_RRN))


@pytest.mark.parametrize("then", [("chargeback-of-a-part",), ("refund-of-a-part", DROPPED)], ids=lambda then: then[0])
def test_a_part_that_is_given_back_of_what_is_kept_from_later_payouts_is_not_let_go_with_the_rest(
    tmp_path: Path, then: tuple[str, *tuple[tuple[str, Act], ...]]
) -> None:
    """The sale is paid already when it is disputed; the case ends, and only the rest of what was kept is let go."""
    part, *ended = then
    played = story(tmp_path, ("T+1 15:00", RETRIEVAL), ("T+2 10:30", WAYS[part]), *ended)
    assert given_back_fen(played) == HALF
    assert still_held(played) == {}


def test_a_part_of_a_frozen_sale_that_is_charged_back_is_not_let_go_with_the_rest(tmp_path: Path) -> None:
    acts = (("T+1 15:00", FREEZE), ("T+2 10:30", WAYS["chargeback-of-a-part"]), ("T+2 11:00", LIFT))
    played = story(tmp_path, *acts)
    assert given_back_fen(played) == HALF
    assert still_held(played) == {}


KEPT: dict[str, tuple[tuple[str, Act], ...]] = {
    "by a clerk": (("T+6 12:00", Act("host", "AdjustmentStopped")),),
    "by an authority": (
        ("T+6 12:00", Act("host", "FreezeOrdered", f"order_no: ZF-0001, {BY_RRN}")),
        ("T+8 10:00", Act("host", "FreezeLifted", f"order_no: ZF-0001, {BY_RRN}")),
    ),
}


@pytest.mark.parametrize("kept", KEPT)
def test_a_case_whose_deadline_passed_while_a_correction_was_due_goes_on_when_that_is_stopped(
    tmp_path: Path, kept: str
) -> None:
    """The card's bank was refused, rightly; it is told once more that no slip came, and charges back."""
    played = story(tmp_path, ("T+1 08:00", RETRIEVAL), ("T+6 07:00", CORRECTION), *KEPT[kept])
    assert codes(played, "issuer", "dispute-refused") == ["12"]
    assert given_back_fen(played) == ALL
    assert still_held(played) == {}


@pytest.mark.parametrize("asked", [RETRIEVAL, Act("issuer", "InquiryRaised", BY_RRN)], ids=["retrieval", "inquiry"])
def test_a_case_about_a_sale_that_its_till_has_voided_ends_at_the_deadline(tmp_path: Path, asked: Act) -> None:
    played = story(tmp_path, ("12:00", asked), ("14:00", VOID))
    assert given_back_fen(played) == ALL
    assert states(played, "host")[-1] == states(played, "issuer")[-1] == "closed"


def still_held(played: Played) -> dict[str, int]:
    return {account: fen for account, fen in balances_of(played).items() if account.endswith(".held") and fen}


def states(played: Played, party: str) -> list[str]:
    """The states of the case."""
    return [
        effect.after
        for line, _ in played.pairs
        for effect in line.effects
        if line.party == party and type(effect) is Became and effect.of == f"D{RRN}"
    ]


# --- an authority, a risk rule


FREEZE = Act("host", "FreezeOrdered", f"order_no: ZF-0001, {BY_RRN}")
LIFT = Act("host", "FreezeLifted", f"order_no: ZF-0001, {BY_RRN}")
REVIEWED = Act("host", "HoldReviewed", BY_RRN)


@pytest.mark.parametrize("frozen", ["18:00", "T+1 08:00", "T+1 13:00"])  # before clearing, payout, and after it
def test_what_an_authority_has_frozen_no_clerk_gives_back_until_it_is_lifted(tmp_path: Path, frozen: str) -> None:
    acts = ((frozen, FREEZE), ("T+1 15:00", CORRECTION), ("T+1 16:00", REFUND))
    played = story(tmp_path, *acts, ("T+5 10:00", LIFT))
    assert given_back_fen(played) == 0
    assert codes(played, "host", "correction-refused") == codes(played, "host", "refused") == ["93"]
    assert given_back_fen(story(tmp_path, *acts, ("T+5 10:00", LIFT), ("T+5 11:00", CORRECTION))) == ALL


@pytest.mark.parametrize("ordered", ["T+1 08:00", "T+1 13:00"])
def test_an_authority_stops_a_correction_that_is_not_made_yet(tmp_path: Path, ordered: str) -> None:
    played = story(tmp_path, (ordered, CORRECTION), ("T+1 15:00", FREEZE), ("T+5 10:00", LIFT))
    assert given_back_fen(played) == 0
    assert still_held(played) == {}


def test_what_a_risk_rule_holds_is_given_back_out_of_what_is_held(tmp_path: Path) -> None:
    for reviewed in ((), (("T+1 09:00", REVIEWED),)):  # the clerk lets it go meanwhile, which pays nobody
        played = story(tmp_path, ("T+1 08:00", CORRECTION), *reviewed, risky=True)
        assert given_back_fen(played) == ALL
        assert logged(played, "adjustment-netted") == []
        assert [used["amount_fen"] for used in logged(played, "hold-used")] == [12_723]


@pytest.mark.parametrize("reviewed", ["T+1 08:30", "T+1 09:00", "T+3 09:00"])
def test_a_correction_that_is_stopped_leaves_what_is_held_to_its_rule(tmp_path: Path, reviewed: str) -> None:
    stopped = ("T+1 08:45", Act("host", "AdjustmentStopped"))
    played = story(tmp_path, ("T+1 08:00", CORRECTION), stopped, (reviewed, REVIEWED), risky=True)
    assert given_back_fen(played) == 0
    assert len(logged(played, "hold-released")) == 1


def test_what_a_correction_holds_is_not_let_go_for_an_instant_when_an_authority_freezes_it(tmp_path: Path) -> None:
    acts = (("T+1 08:00", CORRECTION), ("T+1 08:30", REVIEWED), ("T+1 08:45", FREEZE), ("T+5 10:00", LIFT))
    played = story(tmp_path, *acts, risky=True)
    assert [released["amount_fen"] for released in logged(played, "hold-released")] == [12_723]
    assert given_back_fen(played) == 0


def test_a_second_review_is_told_what_holds_the_sale_now(tmp_path: Path) -> None:
    acts = (("T+1 08:00", CORRECTION), ("T+1 08:30", REVIEWED), ("T+1 08:40", REVIEWED))
    refused = logged(story(tmp_path, *acts, risky=True), "release-refused")
    assert [each["why"] for each in refused] == ["adjustment"]


def logged(played: Played, word: str) -> list[dict[str, str | int]]:
    """The details of the host's lines with a word."""
    return [
        effect.details
        for line, _ in played.pairs
        for effect in line.effects
        if line.party == "host" and type(effect) is Logged and effect.word == word
    ]
