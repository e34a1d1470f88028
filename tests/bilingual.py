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
