"""What ``poslab serve`` says to what cannot be: one sentence, exit code 2."""

import pytest

from poslab.console.cli import BAD_INPUT, answer

BROKER = "mqtt://127.0.0.1:1"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--database", "mysql://x/y"], "it is no postgresql:// address"),
        (["--database", "postgresql://u:s3cret@x"], "it names no database"),
        (["--database", "postgresql://x/y", "--journal", "here"], "--journal names a folder already"),
    ],
)
def test_a_journal_that_cannot_be(options: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(["serve", "bank", "--mqtt", BROKER, *options]) == BAD_INPUT
    said = capsys.readouterr().err
    assert told in said and said.count("\n") == 1 and "s3cret" not in said
