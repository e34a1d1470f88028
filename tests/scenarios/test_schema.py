"""What cannot be used is refused in one sentence with file, line, key and remedy; a card number is never echoed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from bilingual import CHINESE, told_in_both
from hypothesis import given
from hypothesis import strategies as st
from wrongly_written import GOOD, WRONG

import scenarios.library
from poslab.faults.delay import Delay
from poslab.faults.facts import Fact
from poslab.faults.hold import Hold
from poslab.faults.loss import Loss
from poslab.faults.process import Crash, Stop
from poslab.messages.facts import AccountSet, DayEnd, PaperLoaded, PaperOut
from poslab.messages.people import CustomerAtTill, Prompted
from poslab.party.time import DAY, HOUR, MINUTE, SECOND, stamp_text
from scenarios.schema.errors import BadInput
from scenarios.schema.load import load, schema_of, variants_of

# Put together here, so that no digits of a card stand in this file.
CARD = "621234" + "5678" + "901265"


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(text: str | bytes) -> Path:
        path = tmp_path / "story.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def refusal(path: Path | str, variant: str | None = None, world: str | None = None) -> BadInput:
    with pytest.raises(BadInput) as caught:
        load(path, variant, world)
    sentence = str(caught.value)
    assert "\n" not in sentence, "one sentence, on one line"
    assert len(sentence) - len(str(path)) < 400, sentence
    assert caught.value.remedy.en, sentence
    told_in_both(caught.value.what)
    told_in_both(caught.value.text)
    return caught.value


def test_a_good_file_becomes_plain_values(written: Callable[[str | bytes], Path]) -> None:
    path = written(GOOD)
    scenario = load(path)
    assert (scenario.id, scenario.variant, scenario.source) == ("my-story", None, str(path))
    assert [purchase.order for purchase in scenario.purchases] == ["victim", "other"]
    assert scenario.purchases[0].amount_fen == 12_800
    assert stamp_text(scenario.purchases[0].at) == "2026-01-05 10:15:30.000"
    assert scenario.purchases[1].at - scenario.purchases[0].at == 5 * MINUTE
    first = scenario.told[0]
    assert (first.to, first.given) == ("cashier", CustomerAtTill("victim", "T1", 12_800, "good-debit"))
    lost, gone = scenario.injections
    assert type(lost.fault) is Loss
    assert lost.links == (("host", "T1"),)
    assert (lost.match.kind, lost.match.about, lost.nth) == ("0210", "victim", 1)
    assert type(gone.fault) is Stop
    assert (gone.party, gone.lasts) == ("host", 10 * MINUTE)
    assert scenario.complaints[0].at - scenario.purchases[0].at == 75 * SECOND
    assert stamp_text(scenario.until) == "2026-01-06 12:00:00.000", "two hours after the payout was due"


@pytest.mark.parametrize(("old", "new", "line", "key", "words"), WRONG, ids=[f"{new[:40]!r}" for _, new, *_ in WRONG])
def test_what_is_wrong_is_said_with_file_line_key_and_remedy(
    written: Callable[[str | bytes], Path], old: str, new: str, line: int, key: str, words: list[str]
) -> None:
    assert old in GOOD
    path = written(GOOD.replace(old, new, 1))
    wrong = refusal(path)
    assert (wrong.line, wrong.key) == (line, key), str(wrong)
    for word in [*words, *([str(path)] if line else [])]:
        assert word in str(wrong), str(wrong)


def test_two_stops_of_one_process_must_not_overlap(written: Callable[[str | bytes], Path]) -> None:
    again = '  - {id: again, fault: pause, process: host, at: "11:09:59", for: 1m}\npeople:'
    wrong = refusal(written(GOOD.replace("people:", again, 1)))
    assert (wrong.line, wrong.key) == (11, "faults.2.process")
    assert "gone and again both take host away at the same time" in str(wrong)
    load(written(GOOD.replace("people:", again.replace("11:09:59", "11:10:00"), 1)))


def test_faults_that_wait_for_each_other_never_begin(written: Callable[[str | bytes], Path]) -> None:
    text = GOOD.replace('at: "11:00", for: 10m', "after: lost, for: 10m").replace("nth: 1", "nth: 1, after: gone")
    assert "for itself" in str(refusal(written(text)))


def test_a_message_about_no_order_matches_no_order(written: Callable[[str | bytes], Path]) -> None:
    text = GOOD.replace('"host->T1", match: {kind: "0210"', '"rail->bank", match: {kind: credit-order')
    assert "is about no single order" in str(refusal(written(text)))


def test_a_crash_waits_for_something_that_the_process_hears(written: Callable[[str | bytes], Path]) -> None:
    crash = "fault: crash, process: T1, point: after-send, down_for: 30s, match: {kind: KIND, order: victim}"
    text = GOOD.replace('fault: loss, link: "host->T1", match: {kind: "0210", order: victim}', crash)
    assert "T1 never hears '0200'" in str(refusal(written(text.replace("KIND", '"0200"'))))
    made = load(written(text.replace("KIND", "connected"))).injections[0]
    assert made.fault == Crash("after-send", 30 * SECOND)
    assert made.party == "T1"


# ---- card numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number",
    [
        CARD,
        " ".join((CARD[:4], CARD[4:8], CARD[8:12], CARD[12:])),
        "-".join((CARD[:6], CARD[6:])),
        CARD[:13],
        CARD + "123",
    ],
    ids=["whole", "in fours", "with a dash", "thirteen digits", "nineteen digits"],
)
@pytest.mark.parametrize(
    ("place", "line"),
    [("card: good-debit", 6), ("id: my-story", 2), ("zh: 我的故事", 3)],
    ids=["as the card", "as the id", "in a title"],
)
def test_a_card_number_is_refused_before_anything_else_and_never_repeated(
    written: Callable[[str | bytes], Path], number: str, place: str, line: int
) -> None:
    key, _ = place.split(": ")
    wrong = refusal(written(GOOD.replace(place, f'{key}: "{number}"', 1) + "\nunknown: key\n"))
    assert "line " + str(line) in str(wrong)
    assert "name a test card such as good-debit" in str(wrong)
    assert not any(part in str(wrong) for part in (number, CARD[:6], CARD[-6:]))


def test_a_card_number_is_found_in_comments_escapes_full_width_and_broken_yaml(
    written: Callable[[str | bytes], Path],
) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in CARD)
    escaped = '"' + "".join(f"\\x{ord(digit):02x}" for digit in CARD) + '"'
    for text in (GOOD + f"# {CARD}\n", GOOD + f"old: {wide}\n", GOOD + f"old: {escaped}\n", f"{{[ {CARD}"):
        assert "a card number" in str(refusal(written(text)))


def test_a_card_number_as_a_name_is_not_repeated() -> None:
    wrong = refusal(CARD)
    assert CARD not in str(wrong)
    assert "a card number" in str(wrong)


def test_days_and_merchant_numbers_are_no_card_numbers(written: Callable[[str | bytes], Path]) -> None:
    days = 'calendar: {holidays: [2026-01-07]}  # not 2026-01-08 2026-01-09\nheal: {at: "2026-01-05 13:00"'
    assert load(written(GOOD.replace('heal: {at: "+2h"', days))).heal is not None


# ---- YAML, broken and hostile ------------------------------------------------------------------------------------


def test_what_a_parser_complains_of_most_is_said_in_chinese_too(written: Callable[[str | bytes], Path]) -> None:
    told = {"a: b: c": "此处不能再写", "a:\n\tb: 1": "缩进中有制表符", "a: [1": "缺少逗号或右括号", "a: 'x": "引号没有闭合"}
    for text, zh in told.items():
        assert zh in refusal(written(text)).text.zh


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["the file is empty", "schema: poslab/1"]),
        ("# nothing but a remark\n", ["the file is empty"]),
        ("~\n", ["the file is empty"]),
        ("- schema: poslab/1\n", ["a list stands at the top"]),
        ("hello\n", ["a single word stands at the top"]),
        ("schema: poslab/1\nschema: poslab/1\n", ["line 2", "stands on line 1 already"]),
        ("a: &x [1]\nb: 2\n", ["line 1", "an anchor"]),
        ("a: *x\n", ["line 1", "an alias"]),
        ("a: !!python/object:os.system x\n", ["line 1", "a tag"]),
        ("a: !secret x\n", ["a tag"]),
        ("%YAML 1.1\n---\na: on\n", ["directive"]),
        ("a: 1\n---\nb: 2\n", ["line 2", "a second document"]),
        ("? [a, b]\n: c\n", ["a key that is no word"]),
        ("'': 1\n", ["a key without a name"]),
        ("a: [1, 2\n", ["this is no YAML"]),
        ("a: 1\n\tb: 2\n", ["this is no YAML"]),
        ("a: b: c\n", ["line 1", "this is no YAML"]),
        ("[" * 30 + "]" * 30, ["nested deeper than 20"]),
        ("a: " + "{a: " * 50_000, ["nested deeper than 20"]),
        ("a: " + "x" * 300_000, ["more than 256 kB"]),
        (b"\x00\x01\x02\xff\xfe", ["not UTF-8"]),
        (b"a: \x00\n", ["characters that are no text"]),
        ("a: 1\n".encode("utf-16"), ["not UTF-8"]),
        ('a: "\\ud800"\n', ["no text"]),
        ('a: "\\x1b[2J"\n', ["no text"]),
    ],
    ids=lambda value: repr(value)[:30] if isinstance(value, str | bytes) else "",
)
def test_broken_and_hostile_files(written: Callable[[str | bytes], Path], text: str | bytes, words: list[str]) -> None:
    wrong = refusal(written(text))
    for word in words:
        assert word in str(wrong), str(wrong)


def test_an_alias_bomb_is_left_at_its_first_anchor(written: Callable[[str | bytes], Path]) -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert refusal(written(bomb)).line == 1


def test_yaml_1_2_words_stay_words(written: Callable[[str | bytes], Path]) -> None:
    text = GOOD.replace("order: other", "order: NO").replace("{zh: 我的故事, en: My story}", "{zh: on, en: 04:10}")
    scenario = load(written(text))
    assert scenario.purchases[1].order == "NO"
    assert (scenario.title.zh, scenario.title.en) == ("on", "04:10")


# ---- names, files, variants --------------------------------------------------------------------------------------


def test_an_unknown_scenario_names_the_nearest() -> None:
    wrong = refusal("net-respons-lost")
    assert "there is no scenario 'net-respons-lost'; did you mean net-response-lost?" in str(wrong)
    assert "poslab list" in str(refusal("zzz"))


def test_an_unknown_variant_names_the_nearest() -> None:
    assert "did you mean second-terminal?" in str(refusal("op-double-swipe/second-terminl"))
    assert "plain" in str(refusal("net-response-lost/loud"))
    assert "two variants" in str(refusal("op-double-swipe/dropped", "no-paper"))


def test_a_directory_a_missing_file_and_a_pipe(tmp_path: Path) -> None:
    assert "this is a directory" in str(refusal(tmp_path))
    assert "this is a directory" in str(refusal(str(tmp_path)))
    assert "no such file" in str(refusal(tmp_path / "nothing.yaml"))
    assert "cannot be read" in str(refusal("./" + "x" * 5_000 + ".yaml"))
    assert "a\\x00b.yaml" in str(refusal("./a\x00b.yaml"))
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "no ordinary file" in str(refusal(tmp_path / "pipe.yaml"))


VARIANTS = (
    GOOD
    + """\
default: lost-late
variants:
  lost-late: {}
  slow:
    heal: ~
    faults:
      - {id: late, fault: delay, link: "host->T1", match: {kind: "0210"}, by: 70s}
    expect:
      complaint: {victim: {terminal: approved}}
"""
)


def test_a_variant_is_laid_over_the_base_and_keeps_its_own_lines(written: Callable[[str | bytes], Path]) -> None:
    path = written(VARIANTS)
    assert variants_of(path) == ("lost-late", "slow")
    assert load(path).variant == "lost-late"
    slow = load(path, "slow")
    assert [type(entry.fault) for entry in slow.injections] == [Delay]
    assert slow.heal is None
    assert slow.expect.complaint[0].views == {"terminal": "approved"}
    assert slow.expect.complaint[0].truth == "M1", "what a variant does not say stays"
    assert load(f"{path}/slow") == slow
    wrong = refusal(written(VARIANTS.replace("by: 70s", "by: 70")), "slow")
    assert (wrong.line, wrong.key) == (23, "faults.0.by")
    assert "no variant 'slwo'; did you mean slow?" in str(refusal(written(VARIANTS), "slwo"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("default: lost-late\n", "", ["nothing says which variant", "default: lost-late"]),
        ("default: lost-late", "default: lost", ["'lost' is no variant"]),
        ("  slow:\n", "  slow:\n    id: mine\n", ["a variant cannot change id", "line 21"]),
        ("  lost-late: {}", "  lost-late: all", ["keys with values"]),
    ],
)
def test_variants_that_are_no_good(
    written: Callable[[str | bytes], Path], old: str, new: str, words: list[str]
) -> None:
    wrong = refusal(written(VARIANTS.replace(old, new, 1)))
    for word in words:
        assert word in str(wrong), str(wrong)


# ---- what it becomes ---------------------------------------------------------------------------------------------


def test_the_hosts_link_with_a_terminal_is_the_terminals_own_hop(written: Callable[[str | bytes], Path]) -> None:
    there = load(written(GOOD), world="gateway-shop")
    assert there.injections[0].links == (("platform", "T1"),)
    both = GOOD.replace(
        'loss, link: "host->T1", match: {kind: "0210", order: victim}, nth: 1', 'partition, link: "T1<->host"'
    )
    assert load(written(both)).injections[0].links == (("T1", "host"), ("host", "T1"))
    assert load(written(both), world="gateway-shop").injections[0].links == (("T1", "platform"), ("platform", "T1"))


def test_the_platforms_word_is_absent_where_there_is_no_platform(written: Callable[[str | bytes], Path]) -> None:
    text = GOOD.replace("terminal: unknown", "terminal: unknown, platform: success")
    assert load(written(text)).expect.complaint[0].views["platform"] == "absent"
    assert load(written(text), world="gateway-shop").expect.complaint[0].views["platform"] == "success"


def test_settings_of_a_scenario_stay_when_it_is_played_elsewhere(written: Callable[[str | bytes], Path]) -> None:
    settings = (
        "settings: {terminal: {T1: {policy: drop, answer_timeout: 45s}}, merchant: {merchant: {repayout: apply}}}"
    )
    path = written(GOOD.replace("preset: corner-shop", f"preset: corner-shop, {settings}"))
    for world in (None, "gateway-shop"):
        there = load(path, world=world).world
        assert (there.terminal("T1").policy, there.terminal("T1").answer_timeout_us) == ("drop", 45 * SECOND)
        assert there.terminal("T2").policy == "park"
        assert there.merchants[0].repayout == "apply"


def test_facts_are_made_and_healed(written: Callable[[str | bytes], Path]) -> None:
    faults = """\
  - {id: paper, fault: paper-out, party: T1, at: "10:00", how: jam}
  - {id: frozen, fault: account-frozen, at: "T+1 09:00", direction: out}
  - {id: thawed, fault: account-frozen, at: "T+1 09:00", for: 2h}
  - {id: hand, fault: fact, party: T2, give: PaperOut, with: {how: out}, at: "10:00"}
  - {id: held, fault: hold, link: "T2->host", for: 10s, at: "10:00"}
"""
    text = GOOD[: GOOD.index("  - {id: lost")] + faults + GOOD[GOOD.index("people:") :].replace("+2h", "D+2 10:00")
    paper, frozen, thawed, hand, held = load(written(text)).injections
    assert paper.fault == Fact(PaperOut(how="jam"), PaperLoaded())
    account = "999100000001"
    assert frozen.party == "bank"
    assert frozen.fault == Fact(AccountSet(account_no=account, state="frozen", direction="out"), None), (
        "a person lifts it"
    )
    assert thawed.fault.inverse == AccountSet(account_no=account, state="open")
    assert hand.fault.given == PaperOut(how="out")
    assert (type(held.fault), held.lasts) == (Hold, 10 * SECOND)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("fault: fact, party: T1, give: DayEnd", ["T1 does not understand DayEnd", "issuer"]),
        ("fault: fact, party: T1, give: PaperOut, with: {hou: jam}", ["PaperOut has no 'hou'", "how"]),
        ("fault: fact, party: T1, give: PaperOut, with: {how: wet}", ["'wet'", "out, jam"]),
        ("fault: fact, party: host, give: AnswersWith, with: {not_forwarded: 1}", ["true or false"]),
        ("fault: fact, party: T1, give: CardRemoved, with: {when: never}", ["'never'", "now, at-answer"]),
        ("fault: fact, party: issuer, give: ChipDeclined", ["issuer does not understand ChipDeclined", "T1"]),
        ("fault: fact, party: T1, give: Earthquake", ["'Earthquake'", "PaperOut"]),
        ('fault: answers-with, code: "9Z"', ["no response code"]),
        ('fault: answers-with, code: "00"', ["approves", "01"]),
        ("fault: account-frozen, merchant: nobody", ["no merchant 'nobody'"]),
    ],
)
def test_facts_that_cannot_be(written: Callable[[str | bytes], Path], fault: str, words: list[str]) -> None:
    text = GOOD.replace('fault: stop, process: host, at: "11:00", for: 10m', f'{fault}, at: "11:00"')
    wrong = refusal(written(text))
    assert wrong.line == 10
    for word in words:
        assert word in str(wrong), str(wrong)


def test_a_process_that_comes_back_has_nothing_to_match(written: Callable[[str | bytes], Path]) -> None:
    dies = "fault: crash, process: host, point: during-recovery, down_for: 30s"
    stop = 'fault: stop, process: host, at: "11:00", for: 10m'
    (crash,) = (i for i in load(written(GOOD.replace(stop, dies))).injections if type(i.fault) is Crash)
    assert crash.fault == Crash("during-recovery", 30 * SECOND)
    wrong = refusal(written(GOOD.replace(stop, f"{dies}, order: victim")))
    assert "hears no message" in str(wrong)


def test_a_bank_may_be_in_maintenance_instead_of_its_day_end(written: Callable[[str | bytes], Path]) -> None:
    day_end = 'fault: day-end, code: "91", at: "11:00", for: 10m'
    text = GOOD.replace('fault: stop, process: host, at: "11:00", for: 10m', day_end)
    (fault,) = (i.fault for i in load(written(text)).injections if type(i.fault) is Fact)
    assert fault == Fact(DayEnd(code="91"), DayEnd(running=False))


def test_a_series_of_customers(written: Callable[[str | bytes], Path]) -> None:
    path = written(GOOD.replace('at: "+5m"', 'at: "+5m", every: 90s, count: 3'))
    later = load(path).purchases[1:]
    assert [purchase.order for purchase in later] == ["other-1", "other-2", "other-3"]
    assert later[2].at - later[0].at == 180 * SECOND
    assert "needs every and count" in str(refusal(written(GOOD.replace('at: "+5m"', 'at: "+5m", count: 3'))))


SCRIPT = """\
people:
  cashier:
    script:
      steps:
        - {at: "+66s", do: sale, order: victim, terminal: T2}
        - {at: "18:30", do: echo, terminal: T3}
        - {at: "19:00", do: sale, order: late, terminal: T1, amount: "5.00", card: good-debit}
"""


def test_an_own_script_is_told_to_the_cashier(written: Callable[[str | bytes], Path]) -> None:
    scenario = load(written(GOOD.replace("people: {cashier: by-the-book}\n", SCRIPT)))
    assert scenario.cashier == "passive"
    assert [told.given for told in scenario.told if type(told.given) is Prompted] == [
        Prompted("victim", "sale", "T2", 12_800, "good-debit"),
        Prompted("", "echo", "T3"),
        Prompted("late", "sale", "T1", 500, "good-debit"),
    ]
    assert [purchase.order for purchase in scenario.purchases] == ["victim", "other", "late"]
    elsewhere = GOOD.replace("people: {cashier: by-the-book}\n", SCRIPT).replace("host->T1", "host->T2")
    load(written(elsewhere))


def test_a_sale_may_be_stored_offline_by_the_workload_or_a_script(written: Callable[[str | bytes], Path]) -> None:
    script = SCRIPT.replace("do: sale, order: late", "do: offline-sale, order: late")
    whole = GOOD.replace("people: {cashier: by-the-book}\n", script)
    whole = whole.replace("card: good-debit}\n", "card: good-debit, what: offline-sale}\n", 1)
    first, *_, last = load(written(whole)).purchases
    assert (first.what, first.given.what) == ("offline-sale", "offline-sale")
    assert (last.order, last.what) == ("late", "offline-sale")


@pytest.mark.parametrize(
    ("step", "key", "words"),
    [
        ('{at: "+1s", do: dance, order: victim}', "do", ["'dance'"]),
        ('{at: "+1s", do: sale}', "order", ["nothing says of which order"]),
        ('{at: "+1s", do: echo}', "terminal", ["nothing says on which terminal"]),
        ('{at: "+1s", do: sale, order: new, terminal: T1}', "amount", ["its amount is missing"]),
        ('{at: "+1s", do: query, order: new}', "order", ["no order 'new' before this"]),
        ('{at: "10:00", do: query, order: victim}', "at", ["before order victim comes to the till"]),
        ('{at: "+1s", do: balance, terminal: T1}', "card", ["needs a card"]),
    ],
)
def test_steps_that_cannot_be(written: Callable[[str | bytes], Path], step: str, key: str, words: list[str]) -> None:
    script = SCRIPT[: SCRIPT.index("        - {at")] + f"        - {step}\n"
    wrong = refusal(written(GOOD.replace("people: {cashier: by-the-book}\n", script)))
    assert (wrong.line, wrong.key) == (15, f"people.cashier.script.steps.0.{key}")
    for word in words:
        assert word in str(wrong), str(wrong)


# ---- schemas and fuzz --------------------------------------------------------------------------------------------


def test_the_json_schemas_know_every_key_and_describe_the_subtle_ones() -> None:
    schema = schema_of("scenario")
    assert {"schema", "id", "world", "workload", "faults", "variants"} <= set(schema["properties"])
    crash = schema["$defs"]["Crash"]["properties"]
    assert {"for", "down_for", "nth", "chance_ppm"} <= set(crash)
    assert "heal" in crash["for"]["description"]
    assert schema["$defs"]["Crash"]["additionalProperties"] is False
    assert {"merchants", "terminals"} <= set(schema_of("world")["required"])


SHELF = Path(scenarios.library.__file__).parent
LIBRARY = [path.read_text(encoding="utf-8") for path in sorted(SHELF.glob("*.yaml"))]


@given(data=st.data())
def test_a_mutilated_file_is_read_or_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = data.draw(st.sampled_from(LIBRARY))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        filling = st.one_of(
            st.text(max_size=4),
            st.sampled_from(
                ["~", "{}", "[]", "-1", "true", '"+75s"', "&a", "*a", "!x", "T2", '"T+9 99:00"', "\n", "  "]
            ),
        )
        text = text[:start] + data.draw(filling) + text[end:]
    path = tmp_path_factory.mktemp("fuzz") / "story.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    refused: BadInput | None = None
    try:
        load(path)
    except BadInput as wrong:
        refused = wrong
    if refused is not None:
        assert CHINESE.search(refused.what.zh) and CHINESE.search(refused.remedy.zh)
        for said in (refused.text.zh, refused.text.en):
            assert "\n" not in said
            assert said.isprintable()
            assert "Text(" not in said


def test_people_who_settle_do_so_every_evening_on_each_terminal_that_somebody_pays_at(
    written: Callable[[str | bytes], Path],
) -> None:
    text = """\
schema: poslab/1
id: evenings
world: corner-shop
workload:
  - {order: a, at: "10:00", terminal: T2, amount: "1.00", card: good-debit}
  - {order: b, at: "11:00", terminal: T1, amount: "1.00", card: good-debit}
people: {settle_at: "21:45"}
until: "T+1 23:00"
"""
    scenario = load(written(text))
    settled = [(told.at, told.given) for told in scenario.told if isinstance(told.given, Prompted)]
    evening = scenario.begins + 21 * HOUR + 45 * MINUTE
    assert settled == [
        (at, Prompted("", "settle", terminal)) for at in (evening, evening + DAY) for terminal in ("T2", "T1")
    ]
    assert not [
        told
        for told in load(written(text.replace('people: {settle_at: "21:45"}\n', ""))).told
        if isinstance(told.given, Prompted)
    ]
