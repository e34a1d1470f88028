"""A run's folder: history.jsonl, truth.json, result.json and report.html, never half-written.

Everything is first written into a folder beside it and then put in place by renaming.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

from poslab.history.line import Line
from poslab.history.truth import Truth
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


class RunDir:
    """Where a run is being written. As a context: leaving it without ``finish`` leaves nothing behind."""

    def __init__(self, folder: Path) -> None:
        """Refuse with ``BadInput`` a place that cannot be written."""
        self.folder = folder
        self.history: BinaryIO | None = None
        if folder.exists() and not folder.is_dir():
            raise _refused(folder, Text("这是文件", "it is a file"), Text("请指定目录", "name a folder"))
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
        truth = msgspec.json.decode((folder / TRUTH).read_bytes(), type=Truth)
        result = msgspec.json.decode((folder / RESULT).read_bytes(), type=Result)
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


def _history(folder: Path) -> tuple[World, list[tuple[Line, Input]]]:
    from poslab.history.reading import header_of, read

    with (folder / HISTORY).open("rb") as lines:
        world = header_of(lines.readline()).world
        lines.seek(0)
        return world, list(read(lines))


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Turn whatever is wrong with a folder into ``BadInput``."""
    from poslab.history.reading import BadHistory

    if not folder.is_dir():
        remedy = Text("请指定 `poslab run --out` 写的目录", "name one that `poslab run --out` wrote")
        raise BadInput(str(folder), 0, "", Text("没有这个目录", "there is no such folder"), remedy)
    try:
        yield
    except FileNotFoundError as missing:
        name = Path(str(missing.filename)).name
        other = Text("请指定 `poslab run --out` 写的目录", "name a folder that `poslab run --out` wrote")
        remedy = RUN_IN_FULL if name == HISTORY else other
        raise BadInput(str(folder), 0, name, Text("缺少此文件", "it is missing"), remedy) from None
    except msgspec.DecodeError as wrong:
        what = Text(f"其中有文件无法读取（{wrong}）", f"a file in it cannot be read ({wrong})")
        raise BadInput(str(folder), 0, "", what, _RUN_AGAIN) from None
    except BadHistory as wrong:
        raise BadInput(str(folder / HISTORY), wrong.line, "", wrong.why, _RUN_AGAIN) from None
    except OSError as wrong:
        raise BadInput(str(folder), 0, "", unreadable(why_not(wrong)), CHECK_RIGHTS) from None


def put_in_place(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; ``BadInput`` where it cannot be written."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        beside = Path(name)
        beside.chmod(0o644 & ~_umask())
        beside.replace(path)
    except OSError as wrong:
        raise BadInput(str(path), 0, "", unwritable(why_not(wrong)), CHECK_RIGHTS) from None


def _refused(folder: Path, what: Text, remedy: Text) -> BadInput:
    return BadInput(f"--out {folder}", 0, "", what, remedy)


def _umask() -> int:
    kept = os.umask(0)
    os.umask(kept)
    return kept
