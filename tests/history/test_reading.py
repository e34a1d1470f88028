"""A written history read back: the same lines, the same verdicts; a cut or foreign file says where and why."""

import io
from collections.abc import Sequence

import msgspec
import pytest
from bilingual import told_in_both

from poslab.checks.judge import Judge
from poslab.faults.corruption import Corruption
from poslab.faults.injection import Injection, Match
from poslab.history.header import header
from poslab.history.line import Garbled, Line
from poslab.history.reading import INPUTS, BadHistory, Opaque, header_of, read
from poslab.messages.card import FinancialRequest, FinancialResponse
from poslab.messages.facts import PaperOut
from poslab.party.contract import Input, Send
from poslab.party.facts import Recovered, Started
from poslab.runtime.recorder import FULL, SAMPLE
from scenarios.schema.load import load
from scenarios.stage.play import Played, play

STORIES = ("op-double-swipe/second-terminal", "acct-frozen/both", "issuer-unavailable/down", "net-response-lost")


def written(name: str, kind: str = FULL) -> tuple[list[bytes], Played]:
    """A run's history file, line by line, and the run."""
    file = io.BytesIO()
    played = play(load(name), history=file, history_kind=kind, keep=True)
    return file.getvalue().splitlines(keepends=True), played


@pytest.fixture(scope="module")
def lost() -> tuple[list[bytes], Played]:
    return written("net-response-lost")


@pytest.mark.parametrize("name", STORIES)
def test_a_file_gets_the_same_verdicts_as_the_run(name: str) -> None:
    lines, played = written(name)
    judge = Judge(header_of(lines[0]).world)
    for line, given in read(lines):
        judge.see(line, given)
    found = [(check.id, check.verdict, check.evaluated) for check in judge.end(played.scenario.until)]
    folds = [check for check in played.result.invariants if check.id != "explained"]  # which rests on what was injected
    assert found == [(check.id, check.verdict, check.evaluated) for check in folds]


def test_every_line_comes_back_with_what_was_told(lost: tuple[list[bytes], Played]) -> None:
    lines, played = lost
    back = list(read(lines))
    assert len(back) == len(played.pairs)
    for (line, given), (told, told_given) in zip(back, played.pairs, strict=True):
        assert (line.n, line.at, line.party) == (told.n, told.at, told.party)
        if type(given) is Opaque:
            assert (given.about, given.name) == (told_given.about, type(told_given).__name__)
        else:
            assert given == told_given
        assert [type(effect) for effect in line.effects] == [type(effect) for effect in told.effects]


def test_a_line_without_reminders_is_the_same_byte_for_byte(lost: tuple[list[bytes], Played]) -> None:
    lines, _ = lost
    plain = 0
    for (line, _), as_written in zip(read(lines), lines[1:], strict=True):
        if b"Overdue" not in as_written and b"Due" not in as_written and b"SlipPrinted" not in as_written:
            plain += 1
            assert msgspec.json.encode(line) + b"\n" == as_written
    assert plain > 20


def test_whoever_hears_a_message_is_given_the_very_one_that_was_sent(lost: tuple[list[bytes], Played]) -> None:
    lines, _ = lost
    sent: list[Input] = []
    heard: list[Input] = []
    for line, given in read(lines):
        sent += [effect.message for effect in line.effects if type(effect) is Send]
        if type(given) is FinancialRequest:
            heard.append(given)
    assert len(heard) == 3
    assert all(any(given is message for message in sent) for given in heard)


def test_the_header_tells_of_the_run_and_its_world(lost: tuple[list[bytes], Played]) -> None:
    lines, played = lost
    found = header_of(lines[0])
    assert (found.scenario, found.variant, found.seed) == ("net-response-lost", played.scenario.variant, "1")
    assert found.world == played.world


def test_lines_without_their_header_are_read_as_well(lost: tuple[list[bytes], Played]) -> None:
    lines, _ = lost
    assert [line.n for line, _ in read(lines[1:])] == [line.n for line, _ in read(lines)]


def test_a_sample_leaves_lines_out_and_is_read_all_the_same() -> None:
    lines, played = written("op-double-swipe/second-terminal", SAMPLE)
    kept = [line.n for line, _ in read(lines)]
    assert 0 < len(kept) < len(played.pairs)


def test_all_messages_and_facts_are_known() -> None:
    assert {"FinancialRequest", "ClearingFile", "Slip", "PaperOut", "Recovered", "Started"} <= set(INPUTS)
    assert INPUTS["PaperOut"] is PaperOut
    assert INPUTS["Recovered"] is Recovered
    assert "Input" not in INPUTS


# --- what is no history


def bad(lines: Sequence[bytes]) -> BadHistory:
    with pytest.raises(BadHistory) as caught:
        list(read(lines))
    told_in_both(caught.value.why)
    return caught.value


def test_a_line_that_is_cut_off(lost: tuple[list[bytes], Played]) -> None:
    lines, _ = lost
    found = bad([*lines[:5], lines[5][:-20]])
    assert (found.line, str(found)) == (6, "line 6: the line is cut off")


@pytest.mark.parametrize(
    "foreign",
    [
        b"hello\n",
        b"[]\n",
        b"{}\n",
        b'[99,0,"host"]\n',
        b'[99,0,"host",[],[]]\n',
        b'[99,0,"host",["Started",""],[["Dance",1]]]\n',
        b'[99,0,"host",[7],[]]\n',
        b'[99,0,"host",["FinancialRequest","x"],[]]\n',
        b'[99,0,"host",["Started",""],[["Send"]]]\n',
        b'[99,0,"host",["Started",""],[["Remind",1,[]]]]\n',
        b"\xff\xfe\n",
    ],
)
def test_a_line_of_something_else(lost: tuple[list[bytes], Played], foreign: bytes) -> None:
    lines, _ = lost
    found = bad([*lines[:4], foreign])
    assert found.line == 5
    assert "no line of a history" in found.why.en


def test_lines_out_of_order(lost: tuple[list[bytes], Played]) -> None:
    lines, _ = lost
    assert bad([*lines[:4], lines[2]]).why.en == "line 2 comes after line 3"


def test_a_message_that_nobody_sent(lost: tuple[list[bytes], Played]) -> None:
    lines, _ = lost
    found = bad([*lines[:4], b'[4,0,"host",["@",1,7,0],[]]\n'])
    assert found.why.en == "it hears effect 7 of line 1, which sent nothing"


def test_a_foreign_header() -> None:
    with pytest.raises(BadHistory, match="line 1: this is no history's header"):
        header_of(b'{"a": 1}\n')
    other = header("0", "x", None, "1", load("ok-slow").world).replace(b"poslab-history/1", b"poslab-history/9")
    with pytest.raises(BadHistory, match="poslab-history/9, not poslab-history/1"):
        header_of(other)
    assert bad([b'{"a": 1}\n']).line == 1


def test_a_reminder_that_only_its_party_understands_stays_opaque() -> None:
    ((line, given),) = read([b'[1,0,"T1",["RetryDue","victim",3],[["Remind",5,["RetryDue","victim",4]]]]\n'])
    assert given == Opaque("victim", "RetryDue")
    assert isinstance(line, Line)
    ((_, started),) = read([b'[1,0,"T1",["Started",""],[]]\n'])
    assert started == Started()


def test_a_garbled_message_comes_back_as_what_was_heard_of_it() -> None:
    story = load("net-response-lost")
    garbled = Injection("garbled", Corruption(), links=(("host", "T1"),), match=Match("0210"), nth=1)
    file = io.BytesIO()
    played = play(msgspec.structs.replace(story, injections=(garbled,)), history=file, keep=True)
    back = list(read(file.getvalue().splitlines(keepends=True)))
    answers = [(line, given) for line, given in back if type(line.given) is Garbled]
    assert [given for _, given in answers] == [given for line, given in played.pairs if type(line.given) is Garbled]
    assert [type(given) is FinancialResponse and given.mac for _, given in answers] == [0]
    spoilt = file.getvalue().replace(b'"issuer",["@"', b'"issuer",["~"', 1).splitlines(keepends=True)
    with pytest.raises(BadHistory, match="a garbled 0200 is heard, of which nothing is left"):
        list(read(spoilt))
