"""Pages as they are executed: ``python -m docs.executed`` plays every page; ``--write`` puts in what was printed.

What is executed, page by page, in an empty folder of its own and in the order of the page:

* a block of kind ``console``: lines that begin with ``$`` are commands, what follows is what they print. A line that is
  only ``…`` stands for any lines, a ``…`` within a line for any text. ``$ echo $?`` is the last command's exit code;
* a block of kind ``sh``: commands whose output is not shown; those that begin with ``poslab`` must succeed;
* a block of kind ``python``: run in one namespace a page;
* any block below ``<!-- file: NAME -->`` is first written to that file;
* a block below ``<!-- excerpt: PATH -->`` must stand in that file of the repository, word for word.
"""

import contextlib
import difflib
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]

_FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>[a-z]*)$")
_NOTE = re.compile(r"^ *<!-- (?P<what>file|excerpt): (?P<name>\S+)(?: (?P<tag>\([a-z ]+\)))? -->$")
_FILES = re.compile(r"--out|\.yaml")
_SHELL = re.compile(r"[|<>;&*`]|\$\(")


_PLAYED: dict[tuple[str, ...], tuple[int, str]] = {}


class Block(NamedTuple):
    """A fenced block of a page. ``line`` is that of its first line of text, counted from 1."""

    page: Path
    line: int
    kind: str
    text: str
    file: str = ""
    excerpt: str = ""
    tag: str = ""

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


class Told(NamedTuple):
    """A command of a console block and what the page says that it prints."""

    command: str
    printed: str


class Wrong(AssertionError):
    """A page says something that is not so."""


def pages() -> list[Path]:
    """Every page that people read."""
    written = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]
    return [*written, *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page."""
    noted: dict[str, str] = {}
    kind, indent, started, text = "", "", 0, list[str]()
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        fence, note = _FENCE.match(line), _NOTE.match(line)
        if started and line.strip() == "```":
            yield Block(page, started, kind, "".join(f"{each.removeprefix(indent)}\n" for each in text), **noted)
            started, noted = 0, {}
        elif started:
            text.append(line)
        elif fence is not None:
            kind, indent, started, text = fence["kind"] or "text", fence["indent"], number + 1, []
        elif note is not None:
            noted = {note["what"]: note["name"], "tag": (note["tag"] or "").strip("()")}
        elif line.strip():
            noted = {}


def told(text: str) -> list[Told]:
    """The commands of a console block, each with what follows it."""
    found: list[Told] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Told(line[2:], ""))
        elif found and found[-1].command.endswith("\\"):
            found[-1] = Told(f"{found[-1].command[:-1]}{line.lstrip('> ')}", "")
        elif found:
            found[-1] = Told(found[-1].command, f"{found[-1].printed}{line}\n")
        else:
            raise Wrong(f"a console block begins with a command, not with {line!r}")
    return found


class Reader:
    """Somebody who does everything that a page says, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._code = 0
        self._names: dict[str, Any] = {"__name__": "page"}

    def read(self, block: Block) -> None:
        """Do what a block says; ``Wrong`` if it is not so."""
        if block.excerpt:
            _compare_excerpt(block)
            return
        if block.file:
            (self.folder / block.file).write_text(block.text, encoding="utf-8")
        elif block.kind == "console":
            for each in told(block.text):
                printed = self.run(each.command)
                if not fits(each.printed, printed):
                    raise Wrong(f"{block.place}: $ {each.command}\n--- really prints ---\n{printed}---")
        elif block.kind == "sh":
            for line in block.text.splitlines():
                if line.startswith("poslab "):
                    printed = self.run(line)
                    if self._code:
                        raise Wrong(f"{block.place}: {line} answers {self._code}: {printed}")
        elif block.kind == "python":
            with contextlib.chdir(self.folder):
                exec(compile("\n" * (block.line - 1) + block.text, str(block.page), "exec"), self._names)  # noqa: S102

    def close(self) -> None:
        """Stop the worlds that a page left running, where one was wrong before it stopped them."""
        for ready in self.folder.glob("*.json"):
            with contextlib.suppress(ValueError, AttributeError, OSError):
                pid = json.loads(ready.read_text(encoding="utf-8")).get("pid")
                if isinstance(pid, int):
                    os.kill(pid, signal.SIGTERM)

    def run(self, command: str) -> str:
        """What a command prints, on both channels."""
        if command == "echo $?":
            return f"{self._code}\n"
        before, also, last = command.rpartition("; poslab ")
        if also and not _SHELL.search(last):
            return self.run(before) + self.run(f"poslab {last}")
        with contextlib.chdir(self.folder):
            if command.split(maxsplit=1)[0] == "poslab" and not _SHELL.search(command):
                return self._poslab(shlex.split(command)[1:])
            path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
            done = subprocess.run(
                ["sh", "-c", command],
                env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        self._code = done.returncode
        return done.stdout

    def _poslab(self, arguments: list[str]) -> str:
        """In this process, and once for what only reads the library: pages show the same run in parts."""
        known = tuple(arguments)
        if arguments[:1] not in (["run"], ["list"], ["explain"]) or any(_FILES.search(each) for each in arguments):
            return self._play(arguments)
        if known not in _PLAYED:
            printed = self._play(arguments)
            _PLAYED[known] = (self._code, printed)
        self._code, printed = _PLAYED[known]
        return printed

    def _play(self, arguments: list[str]) -> str:
        kept, os.environ["LC_ALL"] = os.environ.get("LC_ALL"), "C"
        # Bytes below, as a terminal has them: some commands write files to standard output.
        printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True)
        try:
            from poslab.__main__ import main

            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                self._code = main(arguments)
        finally:
            if kept is None:
                del os.environ["LC_ALL"]
            else:
                os.environ["LC_ALL"] = kept
        printed.seek(0)
        return printed.read()


def fits(expected: str, printed: str) -> bool:
    """Whether what was printed is what a page says."""
    lines = [line.rstrip() for line in expected.rstrip().splitlines()]
    pattern = "".join(r"(?:.*\n)*?" if line.strip() == "…" else _line(line) for line in lines)
    real = "".join(f"{line.rstrip()}\n" for line in printed.rstrip().splitlines())
    return re.fullmatch(pattern, real) is not None


def _line(line: str) -> str:
    return ".*?".join(re.escape(part) for part in line.split("…")) + r"\n"


def _compare_excerpt(block: Block) -> None:
    """Gaps of an excerpt are lines that are only ``…``; what stands between them follows each other in the file."""
    rest = (ROOT / block.excerpt).read_text(encoding="utf-8")
    for part in re.split(r"(?m)^ *…\n", block.text):
        _before, found, rest = rest.partition(part)
        if not found:
            raise Wrong(f"{block.place}: this does not stand in {block.excerpt}:\n{part}")


def rewritten(page: Path, reader: Reader) -> str:
    """The page with what its commands really print, where the page leaves nothing out."""
    lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
    moved = 0
    for block in blocks(page):
        if block.kind != "console":
            reader.read(block)
            continue
        new = ""
        for each in told(block.text):
            printed = reader.run(each.command)
            shown = each.printed if fits(each.printed, printed) else _mended(each.printed, printed)
            if not fits(shown, printed):
                sys.stderr.write(f"{block.place}: $ {each.command}: mend by hand\n")
            new += f"$ {each.command}\n{shown}"
        start = block.line - 1 + moved
        count = len(block.text.splitlines())
        lines[start : start + count] = new.splitlines(keepends=True)
        moved += len(new.splitlines()) - count
    return "".join(lines)


def _mended(expected: str, printed: str) -> str:
    """What was printed; where the page leaves lines out, for each of its own lines the most similar one printed."""
    real = [line.rstrip() for line in printed.rstrip().splitlines()]
    if "…" not in expected:
        return "".join(f"{line}\n" for line in real)
    shown, at = "", 0
    for line in expected.splitlines():
        near = [] if "…" in line else difflib.get_close_matches(line, real[at:], n=1, cutoff=0.5)
        shown += f"{near[0] if near else line}\n"
        at = real.index(near[0], at) + 1 if near else at
    return shown


def main(arguments: list[str]) -> int:
    """Play pages, all of them if none is named; with ``--write`` put in what was printed."""
    write = "--write" in arguments
    named = [Path(each).resolve() for each in arguments if each != "--write"]
    wrong = 0
    for page in named or pages():
        with tempfile.TemporaryDirectory() as folder:
            reader = Reader(Path(folder))
            try:
                if write:
                    new = rewritten(page, reader)
                    if new != page.read_text(encoding="utf-8"):
                        page.write_text(new, encoding="utf-8")
                        sys.stdout.write(f"written: {page.relative_to(ROOT)}\n")
                else:
                    for block in blocks(page):
                        reader.read(block)
            except Wrong as found:
                sys.stderr.write(f"{found}\n")
                wrong += 1
            finally:
                reader.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
