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
from poslab.world.world import World
from scenarios.schema.errors import BadInput
from scenarios.stage.result import Result

HISTORY, TRUTH, RESULT, REPORT = "history.jsonl", "truth.json", "result.json", "report.html"
_FILES = (HISTORY, TRUTH, RESULT, REPORT)


class RunDir:
    """Where a run is being written. As a context: leaving it without ``finish`` leaves nothing behind."""

    def __init__(self, folder: Path) -> None:
        """Refuse with ``BadInput`` a place that cannot be written."""
        self.folder = folder
        self.history: BinaryIO | None = None
        if folder.exists() and not folder.is_dir():
            raise _refused(folder, "it is a file", "name a folder")
        for name in _FILES:
            if (folder / name).is_dir():
                raise _refused(folder, f"{name} in it is a folder", "name another folder")
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied")
            self._beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
            self._beside.chmod(0o755 & ~_umask())
        except OSError as wrong:
            reason = (wrong.strerror or "no access").lower()
            raise _refused(folder, f"it cannot be written ({reason})", "name another folder") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.history is not None:
            self.history.close()
        shutil.rmtree(self._beside, ignore_errors=True)
        if isinstance(error, OSError):
            reason = (error.strerror or "no access").lower()
            raise _refused(self.folder, f"it cannot be written ({reason})", "name another folder") from None

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
        raise BadInput(
            str(folder / HISTORY), 0, "", "it is a sample of the run's history", "run it again with --history full"
        )
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
        raise BadInput(str(folder), 0, "", "there is no such folder", "name one that `poslab run --out` wrote")
    try:
        yield
    except FileNotFoundError as missing:
        name = Path(str(missing.filename)).name
        remedy = (
            "run it again with --history full" if name == HISTORY else "name a folder that `poslab run --out` wrote"
        )
        raise BadInput(str(folder), 0, name, "it is missing", remedy) from None
    except msgspec.DecodeError as wrong:
        raise BadInput(
            str(folder), 0, "", f"a file in it cannot be read ({wrong})", "run it again with --out"
        ) from None
    except BadHistory as wrong:
        raise BadInput(str(folder / HISTORY), wrong.line, "", wrong.why, "run it again with --out") from None
    except OSError as wrong:
        reason = (wrong.strerror or "no access").lower()
        raise BadInput(str(folder), 0, "", f"it cannot be read ({reason})", "check its rights") from None


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
        reason = (wrong.strerror or "no access").lower()
        raise BadInput(str(path), 0, "", f"it cannot be written ({reason})", "check its rights") from None


def _refused(folder: Path, what: str, remedy: str) -> BadInput:
    return BadInput(f"--out {folder}", 0, "", what, remedy)


def _umask() -> int:
    kept = os.umask(0)
    os.umask(kept)
    return kept
