"""Passwords that are handed to a process: by an environment variable, or by the name of a file that holds one."""

import os
from pathlib import Path

from poslab.text import Text, Unusable


class NoSecret(Unusable):
    """The file that is named cannot be read."""


def secret_in(variable: str) -> str:
    """What ``variable`` holds, else the file that ``variable_FILE`` names; empty where neither is set."""
    secret = os.environ.get(variable, "")
    name = os.environ.get(f"{variable}_FILE", "")
    if secret or not name:
        return secret
    try:
        return Path(name).read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise NoSecret(Text(f"{variable}_FILE：无法读取 {name}", f"{variable}_FILE: {name} cannot be read")) from None
