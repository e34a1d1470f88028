"""Passwords that are handed to a process: by an environment variable, or by the name of a file that holds one."""

import os
from pathlib import Path

from poslab.text import Text, Unusable


class NoSecret(Unusable):
    """The file that is named cannot be read, or holds nothing; ``remedy`` is what to do."""

    def __init__(self, why: Text, remedy: Text) -> None:
        super().__init__(why)
        self.remedy = remedy


def secret_in(variable: str) -> str:
    """What ``variable`` holds, else the file that ``variable_FILE`` names; empty where neither is set."""
    secret = os.environ.get(variable, "")
    name = os.environ.get(f"{variable}_FILE", "")
    if secret or not name:
        return secret
    try:
        secret = Path(name).read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError):
        what = Text(f"{variable}_FILE：无法读取 {name}", f"{variable}_FILE: {name} cannot be read")
        raise NoSecret(what, Text("请指定存放密码的文件", "name the file that holds the password")) from None
    if not secret:
        what = Text(f"{variable}_FILE：{name} 是空的", f"{variable}_FILE: {name} is empty")
        raise NoSecret(what, Text("请把密码写入该文件", "write the password into it"))
    return secret
