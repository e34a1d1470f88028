"""Where scenarios are read from: the library that comes with poslab, or somebody's file."""

from importlib import resources
from pathlib import Path
from typing import NamedTuple

from scenarios.schema.card_numbers import refuse_card_numbers
from scenarios.schema.errors import BadInput, one_of, printable, shown
from scenarios.schema.yaml_strict import MOST_BYTES

_ENDINGS = (".yaml", ".yml")
_PLACE = "the command line"
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
    refuse_card_numbers(written, _PLACE)
    if isinstance(source, Path) or _is_file_name(written):
        front, _, last = written.rpartition("/")
        if variant is None and not written.endswith(_ENDINGS) and front.endswith(_ENDINGS):
            written, variant = front, last
        path = Path(written)
        return Source(written, _short(written), variant, read_file(path), path.parent)
    front, _, last = written.partition("/")
    ids = library_ids()
    if front not in ids:
        remedy = one_of(front, ids) if len(front) > 2 else "poslab list shows what there is"
        if not remedy.startswith("did"):
            remedy = "poslab list shows what there is"
        raise BadInput(_PLACE, 0, "", f"there is no scenario {shown(front)}", remedy)
    if last and variant is not None and last != variant:
        raise BadInput(_PLACE, 0, "", f"{shown(last)} and {shown(variant)} are two variants", "name one of them")
    raw = (resources.files("scenarios") / "library" / f"{front}.yaml").read_bytes()
    return Source(front, f"{front}.yaml", last or variant, raw, None)


def read_file(path: Path) -> bytes:
    """The bytes of somebody's file, a little more than the most that is read; ``BadInput`` if it cannot be read."""
    name = _short(str(path))
    refuse_card_numbers(str(path), _PLACE)
    try:
        if path.is_dir():
            raise BadInput(name, 0, "", "this is a directory", "name a file in it")
        if not path.exists():
            raise BadInput(name, 0, "", "there is no such file", "check the name")
        if not path.is_file():
            raise BadInput(name, 0, "", "this is no ordinary file", "name a file")
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", None) or "its name is no file name"
        raise BadInput(name, 0, "", f"it cannot be read ({reason})", "check its name and rights") from None


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
