"""A run's folder: history.jsonl, truth.json, result.json and report.html, never half-written.

Everything is first written into a folder beside it and then put in place by renaming.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TypeVar

import msgspec

from poslab.history.line import Line
from poslab.history.truth import Truth
from poslab.history.words import TRUTHS
from poslab.party.contract import Input
from poslab.text import Text
from poslab.world.world import World
from scenarios.schema.errors import CHECK_RIGHTS, BadInput, unreadable, unwritable, why_not
from scenarios.stage.result import Result

HISTORY, TRUTH, RESULT, REPORT = "history.jsonl", "truth.json", "result.json", "report.html"
_FILES = (HISTORY, TRUTH, RESULT, REPORT)


RUN_IN_FULL = Text("请加 --history full 重新运行", "run it again with --history full")
ANOTHER_FOLDER = Text("请换一个目录", "name another folder")
_RUN_AGAIN = Text("请加 --out 重新运行", "run it again with --out")

_Kind = TypeVar("_Kind")
_KEYS = re.compile(r"\w+")
_BYTE = re.compile(r"\(byte (\d+)\)")


class RunDir:
    """Where a run is being written. As a context: leaving it without ``finish`` leaves nothing behind."""

    def __init__(self, folder: Path) -> None:
        """Refuse with ``BadInput`` a place that cannot be written."""
        self.folder = folder
        self.history: BinaryIO | None = None
        if str(folder) == "-":
            what = Text("标准输出不是目录", "standard output is no folder")
            raise _refused(folder, what, Text("请指定目录；--json 写到标准输出", "name a folder; --json writes there"))
        for there in (folder, *folder.parents):
            if there.is_dir():
                break
            if there.exists():
                what = Text("这是文件", "it is a file")
                if there != folder:
                    what = Text(f"{there} 是文件", f"{there} is a file")
                raise _refused(folder, what, Text("请指定目录", "name a folder"))
        for name in _FILES:
            if (folder / name).is_dir():
                raise _refused(folder, Text(f"其中 {name} 是目录", f"{name} in it is a folder"), ANOTHER_FOLDER)
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied")
            self._beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
            self._beside.chmod(0o755 & ~_umask())
        except OSError as wrong:
            raise _refused(folder, unwritable(why_not(wrong)), ANOTHER_FOLDER) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.history is not None:
            self.history.close()
        shutil.rmtree(self._beside, ignore_errors=True)
        if isinstance(error, OSError):
            raise _refused(self.folder, unwritable(why_not(error)), ANOTHER_FOLDER) from None

    def open_history(self) -> BinaryIO:
        """The file that the history goes to."""
        self.history = (self._beside / HISTORY).open("wb", buffering=1 << 16)
        return self.history

    def write(self, name: str, content: bytes) -> None:
        """Write one of the run's files."""
        (self._beside / name).write_bytes(content)

    def finish(self) -> None:
        """Put everything in its place."""
        if self.history is not None:
            self.history.close()
        if not self.folder.exists():
            self._beside.rename(self.folder)
            return
        for name in _FILES:
            written = self._beside / name
            if written.exists():
                written.replace(self.folder / name)
            else:
                (self.folder / name).unlink(missing_ok=True)


def read_run(folder: Path) -> tuple[World, list[tuple[Line, Input]], Truth, Result]:
    """World, lines, truth and result of a run's folder; ``BadInput`` if it is none or is damaged."""
    with _reading(folder):
        truth = _decoded(folder / TRUTH, Truth)
        result = _decoded(folder / RESULT, Result)
        _know_truths(folder / RESULT, result)
        world, pairs = _history(folder)
    return world, pairs, truth, result


def read_history(folder: Path) -> tuple[World, list[tuple[Line, Input]]]:
    """World and lines of a run's folder; ``BadInput`` if it is none, is damaged, or holds a sample of lines only."""
    with _reading(folder):
        world, pairs = _history(folder)
    if any(line.n != n for n, (line, _) in enumerate(pairs, start=1)):
        what = Text("这只是运行历史的抽样", "it is a sample of the run's history")
        raise BadInput(str(folder / HISTORY), 0, "", what, RUN_IN_FULL)
    return world, pairs


def _decoded(path: Path, kind: type[_Kind]) -> _Kind:
    """What a file holds; ``BadInput`` names the line where it ends being JSON, or the key that cannot be right."""
    written = path.read_bytes()
    try:
        return msgspec.json.decode(written, type=kind)
    except msgspec.ValidationError as wrong:
        why, _, where = str(wrong).partition(" - at ")
        key = ".".join(_KEYS.findall(where))
        raise BadInput(str(path), 0, key, _not_as_written(why), _RUN_AGAIN) from None
    except msgspec.DecodeError as wrong:
        byte = _BYTE.search(str(wrong))
        line = written[: int(byte[1]) if byte is not None else len(written)].count(b"\n") + 1
        raise BadInput(str(path), line, "", _not_as_written(str(wrong)), _RUN_AGAIN) from None
    except UnicodeDecodeError as wrong:
        line = written[: written.find(wrong.object) + wrong.start].count(b"\n") + 1
        raise BadInput(str(path), line, "", _not_as_written("no UTF-8"), _RUN_AGAIN) from None


def _know_truths(path: Path, result: Result) -> None:
    for number, purchase in enumerate(result.purchases):
        for key, moment in (("at_complaint", purchase.at_complaint), ("end", purchase.end)):
            if moment is not None and moment.truth not in TRUTHS:
                what = Text(f"没有真相 {moment.truth!r}", f"there is no truth {moment.truth!r}")
                raise BadInput(str(path), 0, f"purchases.{number}.{key}.truth", what, _RUN_AGAIN)


def _not_as_written(why: str) -> Text:
    return Text(f"不是运行写下的内容（{why}）", f"it is not what a run has written ({why})")


def _history(folder: Path) -> tuple[World, list[tuple[Line, Input]]]:
    from poslab.history.reading import header_of, read

    with (folder / HISTORY).open("rb") as lines:
        world = header_of(lines.readline()).world
        lines.seek(0)
        pairs = list(read(lines))
    parties = world.roles()
    for number, (line, _) in enumerate(pairs, start=2):
        if line.party not in parties:
            what = Text(f"这个世界没有 {line.party!r}", f"this world has no party {line.party!r}")
            raise BadInput(str(folder / HISTORY), number, "", what, _RUN_AGAIN)
    return world, pairs


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Turn whatever is wrong with a folder into ``BadInput``."""
    from poslab.history.reading import BadHistory

    if not folder.is_dir():
        remedy = Text("请指定 `poslab run --out` 写的目录", "name one that `poslab run --out` wrote")
        missing = Text("没有这个目录", "there is no such folder")
        raise BadInput(str(folder), 0, "", Text("这是文件", "it is a file") if folder.exists() else missing, remedy)
    try:
        yield
    except FileNotFoundError as missing:
        name = Path(str(missing.filename)).name
        other = Text("请指定 `poslab run --out` 写的目录", "name a folder that `poslab run --out` wrote")
        remedy = RUN_IN_FULL if name == HISTORY else other
        raise BadInput(str(folder), 0, name, Text("缺少此文件", "it is missing"), remedy) from None
    except BadHistory as wrong:
        raise BadInput(str(folder / HISTORY), wrong.line, "", wrong.why, _RUN_AGAIN) from None
    except OSError as wrong:
        raise BadInput(str(wrong.filename or folder), 0, "", unreadable(why_not(wrong)), CHECK_RIGHTS) from None


def put_in_place(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; ``BadInput`` where it cannot be written.

    What is no file but a pipe or a device is written to as it is: a file must not take its place.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(content)
            return
        path = path.resolve()
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        beside = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            beside.chmod(0o644 & ~_umask())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as wrong:
        raise BadInput(str(path), 0, "", unwritable(why_not(wrong)), CHECK_RIGHTS) from None


def refuse_no_file(place: str, option: str, path: Path | None) -> None:
    """``BadInput`` where a file that is to be written later is a folder, or stands in none."""
    if path is None:
        return
    if path.is_dir():
        raise BadInput(place, 0, option, Text(f"{path} 是目录", f"{path} is a folder"), Text("请指定文件", "name a file"))
    if not path.parent.is_dir():
        what = Text(f"没有目录 {path.parent}", f"there is no folder {path.parent}")
        raise BadInput(place, 0, option, what, Text("请先建立它，或换一个文件", "make it first, or name another file"))


def _refused(folder: Path, what: Text, remedy: Text) -> BadInput:
    return BadInput(f"--out {folder}", 0, "", what, remedy)


def _umask() -> int:
    kept = os.umask(0)
    os.umask(kept)
    return kept
