"""``poslab journal``: what live worlds kept, verified, exported, and run again."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from poslab.console.whereabouts import WORLD
from poslab.party.time import stamp_text
from poslab.runtime.journals.contents import Contents, exported, in_folder, read_database, read_file
from poslab.runtime.journals.journal import BadJournal
from poslab.runtime.journals.postgres import BadDatabase, database_at
from poslab.text import Language, Text
from poslab.world.world import World
from scenarios.schema.errors import BadInput

if TYPE_CHECKING:
    from scenarios.stage.rerunning import Looked

FINE, NOT_AS_EXPECTED = 0, 1

_FINE = Text("完好", "whole")
_VERIFIED = Text(
    "{service}：{records} 条记录，{snapshots} 个快照重现：{verdict}",
    "{service}: {records} records, {snapshots} kept states come about again: {verdict}",
)
_SAME = Text("相同", "the same")
_RERUN = Text(
    "{records} 条记录重跑，{snapshots} 个快照、{messages} 条报文对照：{verdict}",
    "{records} records run again, {snapshots} kept states and {messages} messages compared: {verdict}",
)
_MORE = Text("此外还有 {count} 处", "and {count} more")


def journal_of(do: str, where: str, called: str, world_name: str | None, language: Language, *, as_json: bool) -> int:
    """Look at the journals in a folder, a file or a database; ``BadInput`` where there are none."""
    try:
        journals = _read(where, called)
    except BadJournal as wrong:
        raise BadInput("journal", 0, "", wrong.what, wrong.remedy) from None
    if do == "export":
        for contents in journals:
            for line in exported(contents, stamp_text):
                sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()
        return FINE
    world = _world(journals, where, world_name)
    from scenarios.stage.rerunning import rerun, verified

    looked: dict[str, Looked]
    if do == "verify":
        looked = {contents.where: verified(contents, world) for contents in journals}
    else:
        looked = {where: rerun(journals, world)}
    services = {contents.where: contents.service for contents in journals}
    if as_json:
        told = [
            {"where": name, "service": services.get(name), **msgspec.to_builtins(found)}
            | {"wrong": [wrong.en for wrong in found.wrong]}
            for name, found in looked.items()
        ]
        sys.stdout.write(msgspec.json.encode({"journals": told}).decode() + "\n")
    else:
        for name, found in looked.items():
            _print(services.get(name, ""), found, language)
    return NOT_AS_EXPECTED if any(found.wrong for found in looked.values()) else FINE


def _read(where: str, called: str) -> list[Contents]:
    if "://" in where:
        try:
            database = database_at(where)
        except BadDatabase as wrong:
            raise BadInput("journal", 0, "", wrong.why, wrong.remedy) from None
        journals = asyncio.run(read_database(database, called))
        if len({contents.world for contents in journals}) > 1:
            remedy = Text("请用 --called 指定一个", "name one with --called")
            raise BadInput("journal", 0, "", Text("其中有几个世界", "there are several worlds"), remedy)
    else:
        path = Path(where)
        journals = [read_file(each) for each in (in_folder(path) if path.is_dir() else [path])]
    if not journals:
        what = Text(f"{where} 中没有日志", f"{where} holds no journals")
        raise BadInput("journal", 0, "", what, Text("请换一处", "name another place"))
    return journals


def _world(journals: Sequence[Contents], where: str, name: str | None) -> World:
    """The world that they belong to: named, beside them as ``world.json``, or a preset."""
    from poslab.console.cli_live import world_named
    from scenarios.stage.rerunning import world_of

    digest = journals[0].world
    beside = Path(where if Path(where).is_dir() else Path(where).parent) / WORLD
    known = []
    if name is not None:
        known.append(world_named(name))
    elif "://" not in where and beside.is_file():
        known.append(world_named(str(beside)))
    world = world_of(digest, known)
    if world is None:
        what = Text(f"日志属于另一个世界（{digest}）", f"the journals belong to another world ({digest})")
        remedy = Text("请用 --world 指定其文件", "name its file with --world")
        raise BadInput("journal", 0, "--world", what, remedy)
    return world


def _print(service: str, found: "Looked", language: Language) -> None:
    fine = (_FINE if service else _SAME).of(language)
    told = (_VERIFIED if service else _RERUN).of(language)
    first = found.wrong[0].of(language) if found.wrong else fine
    line = told.format(
        service=service, records=found.records, snapshots=found.snapshots, messages=found.messages, verdict=first
    )
    sys.stdout.write(f"{line}\n")
    if len(found.wrong) > 1:
        sys.stdout.write(f"{_MORE.of(language).format(count=len(found.wrong) - 1)}\n")
