"""Which of the two languages is shown."""

import os
from collections.abc import Sequence

from poslab.text import Language, Text

STOPPED = Text("已中断", "interrupted")
"""What is said of Ctrl-C."""


def default_language() -> Language:
    """Chinese where the first of ``LC_ALL``, ``LC_MESSAGES`` and ``LANG`` that is set says so, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def asked_language(arguments: Sequence[str]) -> Language:
    """What ``--lang`` says anywhere on a command line, whose help and errors are to be shown; else the default."""
    for place, argument in enumerate(arguments):
        option, _, value = argument.partition("=")
        if option == "--lang":
            word = value or "".join(arguments[place + 1 : place + 2])
            if word in ("zh", "en"):
                return "zh" if word == "zh" else "en"
    return default_language()


def without_language(arguments: Sequence[str]) -> list[str]:
    """A command line without what it says of the language."""
    left: list[str] = []
    before = ""
    for word in arguments:
        if word != "--lang" and before != "--lang" and not word.startswith("--lang="):
            left.append(word)
        before = word
    return left
