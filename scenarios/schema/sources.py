"""Where scenarios are read from: the library that comes with poslab, or somebody's file."""

from importlib import resources
from pathlib import Path
from typing import NamedTuple

from poslab.text import Text
from scenarios.schema.card_numbers import refuse_card_numbers
from scenarios.schema.errors import COMMAND_LINE, BadInput, meant, nearest, printable, shown, unreadable, why_not
from scenarios.schema.yaml_strict import MOST_BYTES

_ENDINGS = (".yaml", ".yml")
_MOST_OF_A_NAME = 160


class Source(NamedTuple):
    """A scenario's bytes and how to speak of them."""

    name: str
    """By which it can be loaded again, without the variant."""
    file: str
    """By which errors name it."""
    variant: str | None
    raw: bytes
    folder: Path | None
    """Where files that it names are looked for; ``None`` for the library, which names none."""


def library_ids() -> tuple[str, ...]:
    """The ids of the library, sorted."""
    shelf = resources.files("scenarios") / "library"
    return tuple(sorted(file.name.removesuffix(".yaml") for file in shelf.iterdir() if file.name.endswith(".yaml")))


def find(source: str | Path, variant: str | None = None) -> Source:
    """The scenario that ``source`` means: ``ID``, ``ID/VARIANT``, a file, or ``FILE/VARIANT``.

    ``BadInput`` if there is none, naming the nearest id, or if the file cannot be read.
    """
    written = str(source)
    refuse_card_numbers(written, COMMAND_LINE)
    if isinstance(source, Path) or _is_file_name(written):
        front, _, last = written.rpartition("/")
        if variant is None and not written.endswith(_ENDINGS) and front.endswith(_ENDINGS):
            written, variant = front, last
        path = Path(written)
        return Source(written, _short(written), variant, read_file(path), path.parent)
    front, _, last = written.partition("/")
    ids = library_ids()
    if front not in ids:
        near = nearest(front, ids) if len(front) > 2 else None
        remedy = meant(near) if near else Text("poslab list 列出所有场景", "poslab list shows what there is")
        what = Text(f"没有场景 {shown(front)}", f"there is no scenario {shown(front)}")
        raise BadInput(COMMAND_LINE, 0, "", what, remedy)
    if last and variant is not None and last != variant:
        what = Text(
            f"{shown(last)} 与 {shown(variant)} 是两个变体", f"{shown(last)} and {shown(variant)} are two variants"
        )
        raise BadInput(COMMAND_LINE, 0, "", what, Text("请只指定一个", "name one of them"))
    raw = (resources.files("scenarios") / "library" / f"{front}.yaml").read_bytes()
    return Source(front, f"{front}.yaml", last or variant, raw, None)


def read_file(path: Path) -> bytes:
    """The bytes of somebody's file, a little more than the most that is read; ``BadInput`` if it cannot be read."""
    name = _short(str(path))
    refuse_card_numbers(str(path), COMMAND_LINE)
    try:
        if path.is_dir():
            remedy = Text("请指定其中的文件", "name a file in it")
            raise BadInput(name, 0, "", Text("这是目录", "this is a directory"), remedy)
        if not path.exists():
            remedy = Text("请检查文件名", "check the name")
            raise BadInput(name, 0, "", Text("没有这个文件", "there is no such file"), remedy)
        if not path.is_file():
            remedy = Text("请指定普通文件", "name a file")
            raise BadInput(name, 0, "", Text("这不是普通文件", "this is no ordinary file"), remedy)
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as wrong:
        no_name = Text("名字不能作文件名", "its name is no file name")
        what = unreadable(why_not(wrong) if isinstance(wrong, OSError) and wrong.strerror else no_name)
        raise BadInput(name, 0, "", what, Text("请检查文件名与权限", "check its name and rights")) from None


def _short(name: str) -> str:
    name = printable(name)
    return name if len(name) <= _MOST_OF_A_NAME else "…" + name[-_MOST_OF_A_NAME:]


def _is_file_name(written: str) -> bool:
    if written.endswith(_ENDINGS) or written.startswith((".", "/", "~")):
        return True
    if written.rpartition("/")[0].endswith(_ENDINGS):
        return True
    try:
        return written.partition("/")[0] not in library_ids() and Path(written).exists()
    except (OSError, ValueError):
        return False
