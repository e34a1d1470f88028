"""``poslab decode`` as its users meet it: a frame field by field, nothing secret, and every error where it is."""

import io
import json
import re
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poslab.__main__ import main
from poslab.console.cli import DialectName
from poslab.messages.card import SALE, FinancialRequest, ReversalAdvice, SignOnResponse
from poslab.messages.iso8583 import digits
from poslab.messages.iso8583.mapping import DIALECTS, codec_of, encode

KEY, MID = "90000001-000001-000017", "999000054110001"
REQUEST = FinancialRequest("", KEY, MID, SALE, 12800, "good-debit")
ADVICE = ReversalAdvice("", KEY, MID, "260105000001", SALE, 12800, "good-debit", "98")
NOBODYS = "9999990000000139"

Answer = tuple[int, str, str]


class Shell:
    """Runs command lines in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Answer:
        code = main(["decode", *arguments])
        out, err = self._capsys.readouterr()
        return code, out, err


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    return Shell(capsys)


def sentence(done: Answer, *parts: str) -> None:
    """Exit 2 and one sentence that names these things."""
    code, _, err = done
    assert code == 2, err
    assert err.startswith("poslab: ")
    assert err.count("\n") == 1
    for part in parts:
        assert part in err


def altered(changes: dict[int, str], dialect: str = "terminal") -> str:
    codec = codec_of(DIALECTS[dialect])
    mti, fields = codec.decode(encode(REQUEST, DIALECTS[dialect]))
    return codec.encode(mti, fields | changes).hex()


def test_a_request_field_by_field(shell: Shell) -> None:
    code, out, err = shell(encode(REQUEST).hex())
    assert (code, err) == (0, "")
    assert out.startswith("0200 financial request  128 bytes, dialect terminal\n")
    for line in (
        r"23 +2 +card number +999999\*{6}0014",
        r"35 +4 +amount in fen +000000012800",
        r"96 +52 +PIN block +\(hidden\)  comes out under the keys of version 1",
        r"112 +60\.2 +batch number +000001",
        r"120 +64 +MAC +\(hidden\)  agrees with the keys of version 1",
    ):
        assert re.search(rf"^ +{line}$", out, re.MULTILINE), line


def test_in_both_languages(shell: Shell) -> None:
    _, chinese, _ = shell(encode(REQUEST).hex(), "--lang", "zh")
    assert "主账号" in chinese
    assert "（已隐藏）  与第 1 版密钥相符" in chinese
    assert "card number" not in chinese
    _, english, _ = shell(encode(REQUEST).hex(), "--lang", "en")
    assert not re.search(r"[\u4e00-\u9fff]", english)


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_by_its_name(shell: Shell, name: str) -> None:
    message = ADVICE if name == "network" else REQUEST
    code, out, _ = shell(encode(message, DIALECTS[name]).hex(), "--dialect", name)
    assert code == 0
    assert f"dialect {name}" in out
    assert "agrees with the keys of version 1" in out


def test_the_dialects_of_the_command_line_are_those_that_there_are() -> None:
    assert {choice.value for choice in DialectName} == set(DIALECTS)


def test_keys_out_of_step_are_seen(shell: Shell) -> None:
    _, second, _ = shell(encode(msgspec.structs.replace(REQUEST, mac=2)).hex())
    assert "agrees with the keys of version 2" in second
    code, broken, _ = shell(encode(msgspec.structs.replace(REQUEST, mac=0)).hex())
    assert code == 0
    assert "agrees with the keys of no version" in broken
    _, brought, _ = shell(encode(SignOnResponse("", KEY, MID, "00", "000001", 2)).hex())
    assert re.search(r"62 +working keys +\(hidden\)  the check values agree", brought)
    code, upstream, _ = shell(
        encode(ADVICE, DIALECTS["network"], versions={"99900000": 3}).hex(), "--dialect", "network"
    )
    assert code == 0
    assert "agrees with the keys of version 3" in upstream


def test_spaces_and_lines_do_not_matter(shell: Shell) -> None:
    digits_ = encode(REQUEST).hex()
    spaced = " ".join(digits_[at : at + 4] for at in range(0, len(digits_), 4))
    assert shell(spaced.upper()) == shell(digits_)


# --- files


def test_a_file_of_bytes_and_one_of_digits(shell: Shell, tmp_path: Path) -> None:
    frames = [encode(REQUEST), encode(msgspec.structs.replace(REQUEST, pin="absent"))]
    raw, text = tmp_path / "frames.bin", tmp_path / "frames.txt"
    raw.write_bytes(b"".join(frames))
    text.write_text("\n\n".join(frame.hex("\n", 16) for frame in frames) + "\n")
    code, out, err = shell(str(raw))
    assert (code, err) == (0, "")
    assert out.count("0200 financial request") == 2
    assert shell(str(text)) == (code, out, err)


def test_the_second_message_of_a_file_is_named(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "frames.bin"
    file.write_bytes(encode(REQUEST) + encode(REQUEST)[:-1])
    done = shell(str(file))
    sentence(done, "frames.bin: message 2, field length at byte 0", "(and 1 more error)")
    assert done[1].count("0200 financial request") == 2


def test_standard_input(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    given_ = io.TextIOWrapper(io.BytesIO(encode(REQUEST)))
    monkeypatch.setattr(sys, "stdin", given_)
    code, out, _ = shell("-")
    assert code == 0
    assert "0200 financial request" in out


def test_what_there_is_nothing_to_read_in(shell: Shell, tmp_path: Path) -> None:
    empty, half, huge = tmp_path / "empty", tmp_path / "half", tmp_path / "huge"
    empty.write_bytes(b" \n")
    half.write_text("123")
    huge.write_bytes(bytes((1 << 20) + 1))
    for given_, what in (
        (str(empty), "it is empty"),
        (str(half), "3 hexadecimal digits are no whole bytes"),
        (str(huge), "it is larger than 1048576 bytes"),
        ("123", "3 hexadecimal digits are no whole bytes"),
        ("", "decode: what comes behind it is empty"),
        ("no such file", "neither hexadecimal digits nor the name of a file"),
        (str(tmp_path), "neither hexadecimal digits nor the name of a file"),
        ("x" * 5000, "neither hexadecimal digits nor the name of a file"),
    ):
        done = shell(given_)
        sentence(done, what)
        assert done[1] == ""


def test_a_dialect_that_there_is_not(shell: Shell) -> None:
    sentence(shell("00", "--dialect", "telex"), "telex")


# --- what is wrong


def test_what_could_be_read_comes_first_and_then_one_sentence(shell: Shell) -> None:
    whole = encode(REQUEST)
    damaged = whole[:35] + b"\xaa" + whole[36:]
    done = shell(damaged.hex())
    sentence(done, "decode: field 4 at byte 35: digits only are allowed here; what could be read is shown above")
    assert "processing code" in done[1]
    assert "✗ field 4 at byte 35: digits only are allowed here" in done[1]


def test_every_error_is_shown_with_field_and_offset(shell: Shell) -> None:
    done = shell(altered({3: "999999", 14: "3101", 22: "999"}))
    sentence(done, "field 3 at byte 32: not one of the known values (and 2 more errors)")
    for told in ("field 3 at byte 32", "field 14 at byte 44", "field 22 at byte 46"):
        assert f"✗ {told}: " in done[1]
    _, chinese, _ = shell(altered({3: "999999"}), "--lang", "zh")
    assert "✗ 域 3，第 32 字节：不认识的值" in chinese


def test_another_dialect_is_named_where_it_fits(shell: Shell) -> None:
    sentence(shell(encode(ADVICE, DIALECTS["network"]).hex()), "it can be read with --dialect network")


def test_a_length_that_lies_does_not_hide_the_rest(shell: Shell) -> None:
    whole = encode(REQUEST)
    done = shell((b"\x00\x05" + whole[2:]).hex())
    sentence(done, "field length at byte 0: the length does not agree with the bytes that follow")
    assert "(hidden)" in done[1]
    assert "90000001" in done[1]


# --- for programs


def test_one_document_for_programs(shell: Shell) -> None:
    code, out, err = shell(encode(REQUEST).hex(), "--json")
    told = json.loads(out)
    assert (code, err, told["schema"], told["dialect"]) == (0, "", "poslab-decode/1", "terminal")
    (message,) = told["messages"]
    assert (message["type"], message["size_bytes"], message["errors"]) == ("0200", 128, [])
    fields = {line["field"]: line for line in message["fields"]}
    assert fields["4"] == {
        "field": "4",
        "offset": 35,
        "name": {"zh": "交易金额（分）", "en": "amount in fen"},
        "value": "000000012800",
        "hidden": False,
        "says": None,
    }
    assert fields["52"]["hidden"] is True
    assert fields["64"]["says"]["en"] == "agrees with the keys of version 1"


def test_errors_for_programs(shell: Shell) -> None:
    done = shell(altered({3: "999999"}), "--json")
    sentence(done, "field 3 at byte 32")
    (message,) = json.loads(done[1])["messages"]
    assert message["errors"] == [
        {"field": "3", "offset": 32, "why": {"zh": "不认识的值", "en": "not one of the known values"}}
    ]


# --- secrets


def told_nothing(done: Answer, *secrets: str) -> None:
    shown = (done[1] + done[2]).upper()
    for secret in secrets:
        assert secret.upper() not in shown


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_nothing_secret_is_shown(shell: Shell, form: list[str]) -> None:
    for name in ("terminal", "ascii", "ascii-binary"):
        dialect = DIALECTS[name]
        frame = encode(REQUEST, dialect)
        _, fields = codec_of(dialect).decode(frame)
        done = shell(frame.hex(), "--dialect", name, *form)
        told_nothing(done, digits.number_of("good-debit") or "-", fields[35], fields[52], fields[64], "3012")
        keys = encode(SignOnResponse("", KEY, MID, "00", "000001"), dialect)
        done = shell(keys.hex(), "--dialect", name, *form)
        told_nothing(done, "6701EAD6", "807A23AD", "8D0A74B8", "CA5D9259", "5BB5C72C")


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_number_off_the_list_is_refused_and_not_repeated(shell: Shell, form: list[str]) -> None:
    for field in (2, 35):
        done = shell(altered({field: NOBODYS + ("D3012" if field == 35 else "")}), *form)
        sentence(done, f"field {field} at byte", "not a test card: refused")
        told_nothing(done, NOBODYS, NOBODYS[6:])
    for typed in (f"{NOBODYS}x", f"/tmp/{NOBODYS}", NOBODYS, f"{NOBODYS}0"):
        told_nothing(shell(typed, *form), NOBODYS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=200), st.sampled_from(tuple(DIALECTS)))
def test_whatever_the_bytes_it_is_exit_2_or_0(shell: Shell, noise: bytes, name: str) -> None:
    code, out, err = shell(noise.hex(), "--dialect", name)
    assert code in (0, 2)
    assert (code == 0) == (err == "")
    assert out


# --- a run's messages


def test_the_messages_of_a_run_each_in_its_dialect(shell: Shell, tmp_path: Path) -> None:
    assert main(["run", "term-keys-out-of-step", "--wire", "--out", str(tmp_path / "run"), "--json"]) == 0
    shell(encode(REQUEST).hex())  # takes what that printed
    code, out, err = shell(str(tmp_path / "run"), "--lang", "en")
    assert (code, err) == (0, "")
    assert out.startswith("2026-01-05 10:15:30.000  T1 → host\n0200 financial request")
    assert re.search(r"39 +response code +A0  MAC check failed, sign on again", out)
    assert "agrees with the keys of version 1" in out, "the terminal's request"
    assert "agrees with the keys of version 2" in out, "the host's refusal"
    assert re.search(r"62 +working keys +\(hidden\)  the check values agree", out)
    told_nothing((code, out, err), digits.number_of("good-debit") or "-", "3012")


def test_the_messages_of_a_run_for_programs(shell: Shell, tmp_path: Path) -> None:
    assert main(["run", "net-response-lost", "--out", str(tmp_path / "run"), "--json"]) == 0
    shell(encode(REQUEST).hex())
    _, out, _ = shell(str(tmp_path / "run"), "--json")
    messages = json.loads(out)["messages"]
    assert [(one["type"], one["from"], one["to"], one["dialect"]) for one in messages[:2]] == [
        ("0200", "T1", "host", "terminal"),
        ("0200", "host", "switch", "network"),
    ]
    assert all(one["errors"] == [] for one in messages)


def test_a_run_without_its_history_has_no_messages(shell: Shell, tmp_path: Path) -> None:
    assert main(["run", "net-response-lost", "--out", str(tmp_path / "run"), "--history", "none", "--json"]) == 0
    sentence(shell(str(tmp_path / "run")), "neither hexadecimal digits nor the name of a file")
