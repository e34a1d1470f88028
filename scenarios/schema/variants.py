"""The variants of a scenario file: which there are, and the whole that one of them makes with the base."""

from poslab.text import Text
from scenarios.schema.errors import TAKE_AWAY, BadInput, one_of, shown
from scenarios.schema.page import Page
from scenarios.schema.written import is_slug, like
from scenarios.schema.yaml_strict import Mapping, Scalar, merged

PLAIN = "plain"
"""What a file without variants may also be called by, and a variant's name that goes without saying."""

_OWN = ("variants", "default")
_FIXED = ("schema", "id", *_OWN)


def variant_names(page: Page) -> tuple[str, ...]:
    """The variants of a file, the default one first; none where the file has none. ``BadInput`` if they are no good."""
    written, default = page.tree.entries.get("variants"), page.tree.entries.get("default")
    if written is None:
        if default is not None:
            what = Text("没有变体", "there are no variants")
            page.refuse(("default",), what, Text("请删去 default", "take default away"))
        return ()
    if not isinstance(written, Mapping) or not written.entries:
        what = Text("应写变体名及其不同之处", "names with what each says differently are wanted")
        page.refuse(("variants",), what, Text("请写成 name: {…}", "write name: {…}"))
    for name, said in written.entries.items():
        if not is_slug(name):
            what = Text(f"{shown(name)} 不能作变体名", f"{shown(name)} is no name for a variant")
            page.refuse(("variants", name), what, like("response-lost"))
        if not isinstance(said, Mapping):
            what = Text("此处应为键值", "keys with values are wanted here")
            page.refuse(("variants", name), what, Text("没有不同之处请写 {}", "write {} if nothing is different"))
        for key in _FIXED:
            if key in said.entries:
                what = Text(f"变体不能改变 {key}", f"a variant cannot change {key}")
                page.refuse(("variants", name, key), what, TAKE_AWAY)
    names = list(written.entries)
    if default is None:
        what = Text("未说明只写 id 时指哪个变体", "nothing says which variant is meant by the bare id")
        page.refuse(("default",), what, Text(f"请补上 default: {names[0]}", f"add default: {names[0]}"))
    if not isinstance(default, Scalar) or default.value not in names:
        value = default.value if isinstance(default, Scalar) else "this"
        what = Text(f"{shown(value)} 不是变体", f"{shown(value)} is no variant")
        page.refuse(("default",), what, one_of(str(value), names))
    first = str(default.value)
    return (first, *(name for name in names if name != first))


def varied(page: Page, wanted: str | None) -> tuple[Page, str | None]:
    """The file as the variant ``wanted`` (``None``: the default one) has it, and that variant's name.

    ``BadInput`` if there is no such variant, naming the nearest.
    """
    names = variant_names(page)
    if wanted is not None and wanted not in (names or (PLAIN,)):
        what = Text(f"没有变体 {shown(wanted)}", f"there is no variant {shown(wanted)}")
        raise BadInput(page.name, 0, "variants", what, one_of(wanted, names or (PLAIN,)))
    below = Mapping(page.tree.line)
    for key, node in page.tree.entries.items():
        if key not in _OWN:
            below.entries[key] = node
            below.lines[key] = page.tree.lines[key]
    if not names:
        return Page(page.name, below), None
    name = wanted or names[0]
    written = page.tree.entries["variants"]
    assert isinstance(written, Mapping)
    above = written.entries[name]
    assert isinstance(above, Mapping)
    return Page(page.name, merged(below, above)), None if name == PLAIN else name
