"""What people are told, looked at in both languages."""

import re

from poslab.text import Text

CHINESE = re.compile(r"[\u4e00-\u9fff]")
_HALF = re.compile(r"[\u4e00-\u9fff)）'\"][,;:!?] ?[\u4e00-\u9fff]")
"""Punctuation of the other language between Chinese words."""


def told_in_both(text: Text) -> None:
    """Each language says something, says it whole, and says it with its own signs."""
    for sentence in (text.zh, text.en):
        assert sentence and "\n" not in sentence, text
        assert "Text(" not in sentence, f"a text inside a text was not put into words: {sentence}"
    assert CHINESE.search(text.zh), f"no Chinese: {text.zh}"
    assert not _HALF.search(text.zh), f"English signs in Chinese: {text.zh}"


_COMMAND = re.compile(r"\bposlab [a-z].*")
_ENGLISH = re.compile(r"[A-Za-z][a-z']*(?: [a-z']{2,}){2,}")
"""Three words or more beside each other: no id, no key, no code and no name of a bank is that."""


def left_in_english(told: str) -> list[str]:
    """What is still English in something that is told to Chinese readers, commands to be copied aside."""
    return [found for line in told.splitlines() for found in _ENGLISH.findall(_COMMAND.sub("", line))]
