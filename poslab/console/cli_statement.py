"""``poslab statement``: the papers that a merchant holds after a run, as files that other programs read."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple, Protocol, TypeVar

from poslab.console.run_dir import put_in_place, read_history
from poslab.history.bank_statements import BankStatements
from poslab.history.clearing_papers import ClearingPapers
from poslab.history.daybooks import Daybooks
from poslab.history.line import Line
from poslab.history.merchant_book import MerchantBook
from poslab.history.paper_lists import slips_on_paper
from poslab.history.platform_detail import detail_of
from poslab.messages.files import camt053, clearing, journal, mt940, settlement, slips, statement_csv
from poslab.messages.files.statement import Statement
from poslab.party.contract import Input
from poslab.text import Text
from poslab.world.world import World
from scenarios.schema.errors import LIKE_A_DAY, BadInput, no_date, one_of, shown

FINE = 0
CAMT, MT940, CSV = "camt.053", "mt940", "csv"
SETTLEMENT, CLEARING, SLIPS, BOOK = "settlement", "clearing", "slips", "book"
_FEW: Final = 8


class Asked(NamedTuple):
    """A command line."""

    folder: Path
    paper: str
    account: str | None
    merchant: str | None
    day: str | None
    version: str
    out: Path | None
    acquirer: str | None = None


class _Fold(Protocol):
    def see(self, line: Line, given: Input) -> None: ...


_F = TypeVar("_F", bound=_Fold)


def write_statement(asked: Asked) -> int:
    """Write one paper to standard output or a file; ``BadInput`` where the run holds no such paper."""
    _refuse_what_does_not_belong(asked)
    day = None if asked.day is None else _day(asked.day)
    world, pairs = read_history(asked.folder)
    content = _PAPERS.get(asked.paper, _statement)(asked, day, world, pairs)
    if asked.out is None or str(asked.out) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        put_in_place(asked.out, content)
    return FINE


def _statement(asked: Asked, day: date | None, world: World, pairs: list[tuple[Line, Input]]) -> bytes:
    fold = _fed(BankStatements(world), pairs)
    account_no = _account(asked, fold, world)
    found = [each for each in fold.of(account_no) if day is None or each.day == day]
    if not found:
        raise _no_such_day(asked, (each.isoformat() for each in fold.days))
    return _written(asked, found)


def _written(asked: Asked, found: Sequence[Statement]) -> bytes:
    if asked.paper == MT940:
        return mt940.write(found)
    if asked.paper == CSV:
        return statement_csv.write(found)
    return camt053.write(found, asked.version)


def _settlement(asked: Asked, day: date | None, world: World, pairs: list[tuple[Line, Input]]) -> bytes:
    mid = _merchant(asked, world)
    rows = [row for row in _fed(detail_of(world), pairs).rows() if row.mid == mid]
    days = dict.fromkeys(row.booked.isoformat() for row in rows)
    if day is not None:
        rows = [row for row in rows if row.booked == day]
    if not rows:
        raise _no_such_day(asked, days)
    return settlement.write(rows)


def _book(asked: Asked, day: date | None, world: World, pairs: list[tuple[Line, Input]]) -> bytes:
    rows = _fed(MerchantBook(world, _merchant(asked, world)), pairs).rows()
    found = [row for row in rows if day is None or row.day == day]
    if not found:
        raise _no_such_day(asked, dict.fromkeys(row.day.isoformat() for row in rows))
    return journal.write(found)


def _clearing(asked: Asked, day: date | None, world: World, pairs: list[tuple[Line, Input]]) -> bytes:
    known = [acquirer.address for acquirer in world.acquirers]
    whose = _chosen(asked.acquirer, known, "--acquirer", Text("家收单机构", "acquirers"))
    papers = [paper for paper in _fed(ClearingPapers(world), pairs).papers() if paper.acquirer == whose]
    found = [paper for paper in papers if day is None or paper.business_date == day]
    if not found:
        raise _no_such_day(asked, (paper.business_date.isoformat() for paper in papers))
    return clearing.write(found)


def _slips(asked: Asked, day: date | None, world: World, pairs: list[tuple[Line, Input]]) -> bytes:
    mids = [merchant.mid for merchant in world.merchants]
    mid = _chosen(asked.merchant, mids, "--merchant", _MERCHANTS)
    rows = [row for row in slips_on_paper(_fed(Daybooks(world), pairs).lists()) if row.mid == mid]
    days = dict.fromkeys(row.day.isoformat() for row in rows)
    if day is not None:
        rows = [row for row in rows if row.day == day]
        if not rows:
            raise _no_such_day(asked, days)
    return slips.write(rows)


_PAPERS: Mapping[str, Callable[[Asked, date | None, World, list[tuple[Line, Input]]], bytes]] = {
    SETTLEMENT: _settlement,
    CLEARING: _clearing,
    SLIPS: _slips,
    BOOK: _book,
}


_NOTHING: Mapping[str, Text] = {
    SETTLEMENT: Text("没有发出出款指令", "no payout was instructed"),
    CLEARING: Text("没有生成清算文件", "no clearing file was made"),
    SLIPS: Text("没有存下签购单", "no slip was stored"),
    BOOK: Text("商户没有记账", "the merchant booked nothing"),
}
_MERCHANTS = Text("家商户", "merchants")
_LEAVE_OUT = Text("请删去该选项", "leave it out")


def _fed(fold: _F, pairs: list[tuple[Line, Input]]) -> _F:
    for line, given in pairs:
        fold.see(line, given)
    return fold


def _account(asked: Asked, fold: BankStatements, world: World) -> str:
    if asked.merchant is None:
        return _chosen(asked.account, fold.accounts, "--account", Text("个账户", "accounts"))
    account_no = world.merchant(_merchant(asked, world)).account_no
    if asked.account not in (None, account_no):
        what = Text(f"该商户的账号是 {account_no}", f"that merchant's account is {account_no}")
        raise _refused("--account", what, Text("请只指定其中之一", "name one of the two only"))
    return account_no


def _merchant(asked: Asked, world: World) -> str:
    return _chosen(asked.merchant, [merchant.mid for merchant in world.merchants], "--merchant", _MERCHANTS)


def _chosen(asked: str | None, known: Sequence[str], option: str, kind: Text) -> str:
    if asked is not None:
        if asked not in known:
            what = Text(f"这次运行中没有 {shown(asked)}", f"there is no {shown(asked)} in this run")
            raise _refused(option, what, one_of(asked, known))
        return asked
    if len(known) > 1:
        what = Text(f"这次运行有 {len(known)} {kind.zh}", f"this run has {len(known)} {kind.en}")
        few = _listed(known)
        raise _refused(option, what, Text(f"请指定一个：{few.zh}", f"name one: {few.en}"))
    return known[0]


def _refuse_what_does_not_belong(asked: Asked) -> None:
    if asked.account is not None and asked.paper in _PAPERS:
        what = Text(f"{asked.paper} 不是银行对账单", f"{asked.paper} is no bank's statement")
        raise _refused("--account", what, _LEAVE_OUT)
    if asked.merchant is not None and asked.paper == CLEARING:
        what = Text("清算文件按收单机构生成，含其全部商户", "a clearing file is one acquirer's, with all its merchants")
        raise _refused("--merchant", what, _LEAVE_OUT)
    if asked.acquirer is not None and asked.paper != CLEARING:
        what = Text(f"{asked.paper} 按商户号或账号生成", f"{asked.paper} is a merchant's, by its number or account")
        raise _refused("--acquirer", what, _LEAVE_OUT)
    if asked.version != camt053.VERSIONS[0] and asked.paper != CAMT:
        what = Text(f"{asked.paper} 没有版本之分", f"{asked.paper} has no versions")
        raise _refused("--version", what, _LEAVE_OUT)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _refused("--date", no_date(text), LIKE_A_DAY) from None


def _no_such_day(asked: Asked, days: Iterable[str]) -> BadInput:
    known = list(days)
    told = _NOTHING.get(asked.paper, Text("没有任何记录", "this run tells nothing"))
    if not known:
        remedy = Text("请让它运行得更久，直到资金划转", "let it run longer, until the money has moved")
        return _refused("", Text(f"这次运行中{told.zh}", f"{told.en} in this run"), remedy)
    few = _listed(known)
    what = Text(f"{asked.day} {told.zh}", f"{told.en} on {asked.day}")
    return _refused("--date", what, Text(f"有的是 {few.zh}", f"there is {few.en}"))


def _listed(known: Sequence[str]) -> Text:
    more = " …" if len(known) > _FEW else ""
    return Text("、".join(known[:_FEW]) + more, ", ".join(known[:_FEW]) + more)


def _refused(key: str, what: Text, remedy: Text) -> BadInput:
    return BadInput("statement", 0, key, what, remedy)
