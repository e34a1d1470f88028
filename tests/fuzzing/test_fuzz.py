"""Some twenty thousand harmed frames, that the search finds what it looks for, and that it can be run by hand."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from acquirer.host.host import Host
from poslab.messages.card import FinancialRequest, FinancialResponse, ReversalRequest
from poslab.messages.iso8583.dialect_terminal import TERMINAL
from poslab.messages.iso8583.mapping import encode
from poslab.party.contract import Effect, Input
from poslab.party.time import Instant
from poslab.world.presets import corner_shop
from tests.fuzzing.__main__ import main
from tests.fuzzing.mutations import HARMS
from tests.fuzzing.samples import NEW, everything
from tests.fuzzing.target import Target

ROOT = Path(__file__).parents[2]
FRAMES = 20_000


def tried(target: Target, frames: int) -> Target:
    for number in range(frames):
        target.try_number(number)
    return target


@pytest.fixture(scope="module")
def run() -> Target:
    return tried(Target("ci"), FRAMES)


def test_nothing_is_found(run: Target) -> None:
    assert run.findings == []


def test_it_was_worth_looking(run: Target) -> None:
    """Every kind of harm was done, a good part got as far as the host, and what was whole moved money."""
    assert {harm for harm in HARMS if run.tally[harm] < FRAMES // 40} == set()
    assert run.tally["told to the host"] > FRAMES // 8
    assert run.tally["undecodable"] + run.tally["told to the host"] == FRAMES
    assert run.tally["moved money"] > 20


def test_the_same_seed_makes_the_same_frames() -> None:
    one, other = (tried(Target("again"), 1_500) for _ in range(2))
    assert (one.tally, one.findings) == (other.tally, other.findings)
    assert tried(Target("else"), 1_500).tally != one.tally


class Trusting(Host):
    """Looks at no MAC."""

    def handle(self, given: Input, at: Instant) -> list[Effect] | None:
        if type(given) in (FinancialRequest, FinancialResponse, ReversalRequest):
            told: Any = given
            given = msgspec.structs.replace(told, mac=self.versions().get(told.key.partition("-")[0], 1))
        return super().handle(given, at)


class Fragile(Host):
    """Chokes on a message that it did not expect."""

    def handle(self, given: Input, at: Instant) -> list[Effect] | None:
        if getattr(given, "amount_fen", 0) > 10**11:
            raise ValueError("so much?")
        return super().handle(given, at)


class Forgetful(Host):
    """Is another one after a restart."""

    def restore(self, kept: bytes) -> None:
        super().restore(kept)
        self.office.rrn_last += 1


@pytest.mark.parametrize(
    ("host", "what"),
    [(Trusting, "an altered 0"), (Fragile, "ValueError"), (Forgetful, "another one after a restart")],
)
def test_a_broken_host_is_found(host: type[Host], what: str) -> None:
    target = tried(Target("broken", lambda: host(corner_shop())), 4_000)
    assert any(what in found.what for found in target.findings), target.findings


def test_a_finding_can_be_seen_again() -> None:
    def trusting() -> Host:
        return Trusting(corner_shop())

    found = next(found for found in tried(Target("broken", trusting), 4_000).findings if "altered" in found.what)
    alone = Target("broken", trusting)
    alone.try_again(found.number)
    assert [one.what for one in alone.findings] == [found.what]


def test_two_changes_that_cancel_are_counted_and_are_no_finding() -> None:
    frame = bytearray(encode(msgspec.structs.replace(sale(), amount_fen=88)))
    at = frame.index(bytes.fromhex("000000000088"))
    frame[at + 4] ^= 0x01
    frame[at + 12] ^= 0x01
    target = Target("two")
    target.tell(1, "flipped_bits", bytes(frame), TERMINAL, altered=True)
    assert target.findings == []


def sale() -> FinancialRequest:
    return next(
        sample
        for dialect, sample in everything()
        if dialect is TERMINAL and type(sample) is FinancialRequest and sample.key == NEW and sample.what == "sale"
    )


# --- by hand


def test_the_command_tells_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--frames", "600", "--seed", "7"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("600 frames in ") and "frames/s" in out and "told to the host" in out


def test_one_frame_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "12"]) == 0
    assert capsys.readouterr().out.startswith("1 frames")
    assert main(["--only", "1234"]) == 0


def test_no_frames_is_no_run(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--frames", "0"])
    assert refused.value.code == 2
    assert "at least one" in capsys.readouterr().err


def test_an_interrupt_is_an_honest_end() -> None:
    asked = [sys.executable, "-m", "tests.fuzzing", "--frames", "100000000"]
    with subprocess.Popen(asked, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        assert " of 100000000" in running.stderr.readline(), "it is on its way"
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=300)
    assert running.returncode == 130, err
    assert "frames/s" in out
    assert "Traceback" not in err
