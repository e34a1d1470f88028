"""What people say to a live world, in the words of scenario files: a fault that is to strike from now on."""

import json
from collections.abc import Iterator, Mapping
from typing import Final, NoReturn

import msgspec
from pydantic import BaseModel

from poslab.faults.injection import Injection
from poslab.party.time import DAY, Instant, date_of, stamp_text
from poslab.text import Text
from poslab.world.world import World
from scenarios.schema.errors import BadInput, one_of, shown
from scenarios.schema.faults import AnyFault
from scenarios.schema.injections import NEEDS_BEGIN, Bought, Setting, injections
from scenarios.schema.orders import orders
from scenarios.schema.page import Page, Path
from scenarios.schema.scenario_file import Sale
from scenarios.schema.story import Purchase
from scenarios.schema.written import Written
from scenarios.schema.yaml_strict import Mapping as Tree
from scenarios.schema.yaml_strict import Scalar, Sequence

_PLACE: Final = "inject"
_LIKE: Final = """'{fault: loss, link: "host->T1", nth: 1}'"""
_WHICH: Final = Text("未说明是哪种故障", "nothing says which fault")
_YEAR: Final = 366 * DAY


class _Faults(Written):
    """As in a scenario file."""

    faults: list[AnyFault]


class _Workload(Written):
    """As in a scenario file."""

    workload: list[Sale]


class _AnyOrder(Mapping[str, Bought]):
    """In a live world any order may still come, and nothing is known of it before."""

    def __contains__(self, order: object) -> bool:
        return True

    def __getitem__(self, order: str) -> Bought:
        raise KeyError(order)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class _OnePage(Page):
    """A single fault: what is wrong is named by its own keys."""

    def refuse(self, path: Path, what: Text, remedy: Text) -> NoReturn:
        try:
            super().refuse(path, what, remedy)
        except BadInput as wrong:
            key = ".".join(str(part) for part in path[2:])
            raise BadInput(self.name, 0, key, wrong.what, wrong.remedy) from None


def injection_said(said: str, world: World, now: Instant, known: Mapping[str, object]) -> Injection:
    """A fault as people say it, ready to be injected; ``BadInput`` as for a scenario file.

    Times count from ``now``; what would need a beginning begins at once. A fault without an id gets one that is not
    ``known``; one that is known is refused.
    """
    if not said.strip():
        raise BadInput(_PLACE, 0, "", _WHICH, Text(f"写法如 {_LIKE}", f"write it like {_LIKE}"))
    tree = Page.of(_PLACE, said.encode()).tree
    if "fault" not in tree.entries:
        remedy = Text("请以 fault: 加故障名开头，如 loss", "begin with fault: and its name, such as loss")
        raise BadInput(_PLACE, 0, "fault", _WHICH, remedy)
    _complete(tree, known)
    whole, faults = Tree(tree.line), Sequence(tree.line)
    faults.items.append(tree)
    whole.entries["faults"] = faults
    whole.lines["faults"] = tree.line
    page = _OnePage(_PLACE, whole)
    written = page.model(_Faults).faults
    today = msgspec.structs.replace(world.calendar, first_day=date_of(now))
    setting = Setting(msgspec.structs.replace(world, calendar=today), _AnyOrder(), now, now, None, now + _YEAR)
    (injection,) = injections(written, setting, page)
    if injection.id in known:
        what = Text(f"已有故障 {shown(injection.id)}", f"there is a fault {shown(injection.id)} already")
        page.refuse(("faults", 0, "id"), what, Text("请另取名字", "give it another name"))
    return injection


def customer_said(
    order: str, terminal: str, amount: str, card: str, entry: str | None, pin: str, world: World, now: Instant
) -> Purchase:
    """A customer who comes to a till now; ``BadInput`` for a terminal, a card or an amount that cannot be."""
    is_code = card in world.cards and world.cards[card].is_code
    sale = {
        "order": order, "at": stamp_text(now)[:19], "terminal": terminal, "amount": amount, "card": card,
        "entry": entry or ("qr" if is_code else "chip"), "pin": pin,
    }  # fmt: skip
    page = _OnePage.of("pay", json.dumps({"workload": [sale]}).encode())
    try:
        sales = page.model(_Workload).workload
    except BadInput as wrong:
        if wrong.key != "amount":
            raise
        remedy = Text("请给出大于零的金额，如 12.00", "say an amount above zero, like 12.00")
        raise BadInput("pay", 0, "amount", wrong.what, remedy) from None
    return orders(sales, "by-the-book", world, page).purchases[0]


def _complete(tree: Tree, known: Mapping[str, object]) -> None:
    fault = tree.entries["fault"]
    name = str(fault.value) if isinstance(fault, Scalar) else "fault"
    if "id" not in tree.entries:
        number = 1
        while f"{name}-{number}" in known:
            number += 1
        tree.entries["id"] = Scalar(f"{name}-{number}", tree.line)
        tree.lines["id"] = tree.line
    begins = {"at", "after", "on"} & tree.entries.keys()
    if not begins and name in _NAMES_THAT_NEED_BEGIN:
        tree.entries["at"] = Scalar("+0s", tree.line)
        tree.lines["at"] = tree.line


def _name_of(kind: type[BaseModel]) -> str:
    (name,) = kind.model_fields["fault"].annotation.__args__  # type: ignore[union-attr]
    return str(name)


_NAMES_THAT_NEED_BEGIN: Final = frozenset(_name_of(kind) for kind in NEEDS_BEGIN)


def fault_named(name: str, known: Mapping[str, object]) -> str:
    """A fault that is there; ``BadInput`` if there is none of that name."""
    if name not in known:
        remedy = Text("poslab status 显示现有的故障", "poslab status shows what there is")
        what = Text(f"没有故障 {shown(name)}", f"there is no fault {shown(name)}")
        raise BadInput("heal", 0, "", what, one_of(name, known) if known else remedy)
    return name
