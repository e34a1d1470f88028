"""Journals in a PostgreSQL database, by asyncpg: any number of worlds and services in one, each with one owner.

An owner holds an advisory lock as long as its connection stands. A broken connection is made anew, however long that
takes; nobody is told anything meanwhile, because nothing can be made durable.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

from poslab.runtime.journals.journal import (
    ANOTHER_DATABASE,
    NO_NOTES,
    BadJournal,
    Kept,
    Notes,
    Record,
    Snapshot,
    disk_full,
    in_use,
    too_new,
)
from poslab.runtime.journals.rows import Row, Tail, key_of, notes_of, row_of, sum_of
from poslab.runtime.journals.steps import POSTGRES
from poslab.runtime.secrecy import NoSecret, secret_in
from poslab.text import Text, Unusable

PASSWORD: Final = "POSLAB_DATABASE_PASSWORD"
"""The environment variable that holds the password where the address has none; with ``_FILE``, the file that does."""

FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 1.0
"""Its service stands still meanwhile, and somebody may wait for an answer of it."""
_OWNER_GONE_WITHIN_S: Final = 2.0
"""A killed owner's connection is noticed by the server within this time."""
_STEPS_LOCK: Final = 0x706F736C6162

_APPEND: Final = """
    WITH written AS (
        INSERT INTO poslab_record (world, service, seq, party, at, own, given, heard, crc, written)
        SELECT $1, $2, seq, party, at, own, given, heard, crc, $10 FROM unnest(
            $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bytea[], $8::text[], $9::bigint[]
        ) AS row (seq, party, at, own, given, heard, crc)
        ON CONFLICT DO NOTHING
    )
    UPDATE poslab_meta SET value = $11 WHERE world = $1 AND service = $2 AND key = 'confirmed'
"""
_TAIL: Final = """
    SELECT seq, party, at, own, given, heard, crc FROM poslab_record
    WHERE world = $1 AND service = $2 AND seq > $3 ORDER BY seq
"""
_SNAPSHOTS: Final = """
    SELECT seq, state, crc FROM poslab_snapshot WHERE world = $1 AND service = $2 ORDER BY seq DESC
"""
_KEEP: Final = """
    INSERT INTO poslab_snapshot (world, service, seq, state, crc) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (world, service, seq) DO UPDATE SET state = excluded.state, crc = excluded.crc
"""

Found = TypeVar("Found")


LIKE_A_DATABASE: Final = Text(
    "写法如 postgresql://USER@127.0.0.1:5432/NAME", "write it like postgresql://USER@127.0.0.1:5432/NAME"
)


class BadDatabase(Unusable):
    """An address names no database: what is wrong with it, and ``remedy``, what to do."""

    def __init__(self, why: Text, remedy: Text = LIKE_A_DATABASE) -> None:
        super().__init__(why)
        self.remedy = remedy


class Database(Struct, frozen=True):
    """Where a database is, and who we are to it. It cannot print its password."""

    host: str
    port: int
    name: str
    user: str
    password: str = ""
    ssl: str = "prefer"

    def __repr__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """For people."""
        where = self.host if self.host.startswith("/") else f"{self.host}:{self.port}"
        return f"postgresql://{where}/{self.name}"


def database_at(url: str) -> Database:
    """``postgresql://[user[:password]@]host[:port]/name[?sslmode=…]``; raises ``BadDatabase``.

    ``?host=/folder`` names the folder of a local socket.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # a bracket that is not closed, a colon as Chinese is typed with
        raise BadDatabase(Text("不是可读的地址", "it cannot be read as an address")) from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise BadDatabase(Text("不是 postgresql:// 地址", "it is no postgresql:// address"))
    try:
        port = parts.port or 5432
    except ValueError:
        raise BadDatabase(Text("端口须为 1 至 65535 的数", "its port is no number from 1 to 65535")) from None
    more = dict(parse_qsl(parts.query))
    host = more.pop("host", "") or parts.hostname or ""
    ssl = more.pop("sslmode", "prefer")
    name = unquote(parts.path.removeprefix("/"))
    if more:
        unknown = next(iter(more))
        raise BadDatabase(
            Text(
                f"未知的 {unknown}；问号之后只能有 host 与 sslmode",
                f"what is {unknown}? Only host and sslmode may follow the question mark",
            )
        )
    if not host or not name:
        no_host, no_name = Text("没有主机名", "it names no host"), Text("没有数据库名", "it names no database")
        raise BadDatabase(no_name if host else no_host)
    try:
        password = unquote(parts.password) if parts.password else secret_in(PASSWORD)
    except NoSecret as wrong:
        raise BadDatabase(wrong.why, wrong.remedy) from None
    return Database(host, port, name, unquote(parts.username or "poslab"), password, ssl)


class PostgresJournal:
    """``called`` is the world's name, ``world`` a digest of it; ``said`` is told of breaks, in words."""

    def __init__(
        self,
        database: Database,
        called: str,
        service: str,
        world: str,
        said: Callable[[str], None] = lambda what: None,
    ) -> None:
        self.database = database
        self._key = (called, service)
        self._world = world
        self._said = said
        self._owner = f"{os.getpid()}-{time.time_ns()}"
        self._db: Any = None
        self._opened = False
        self._confirmed = 0
        self._tail: list[Record] = []

    @property
    def where(self) -> str:
        """For people."""
        return f"{self.database.shown} ({'/'.join(self._key)})"

    async def open(self) -> Kept:
        """Take it; waits for a database that cannot be reached, ``BadJournal`` where it cannot be used."""
        kept = await self._surely(self._open)
        self._opened = True
        return kept

    def tail(self, after: int) -> Iterator[Record]:
        """The records after this one, as they were when it was opened."""
        tail, self._tail = self._tail, []
        return (record for record in tail if record.seq > after)

    async def append(self, records: Sequence[Record], confirmed: int, notes: Notes = NO_NOTES) -> None:
        """One statement, one commit, synced by the server; with notes, some more statements."""
        rows = [row_of(record) for record in records]
        columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(7)]
        self._confirmed = max(self._confirmed, confirmed)
        written = time.time_ns() // 1_000
        told = (*self._key, *columns, written, str(self._confirmed))
        if not notes:
            await self._surely(lambda db: db.execute(_APPEND, *told))
        else:
            await self._surely(lambda db: self._append_and_note(db, told, notes))

    async def keep(self, snapshot: Snapshot) -> None:
        """Write it, forget the one before it and what lies before that."""
        await self._surely(lambda db: self._keep(db, snapshot))

    async def close(self) -> None:
        """Let go of it."""
        db, self._db = self._db, None
        if db is not None:
            with suppress(*_broken()):
                await db.close(timeout=5)

    # --- the connection -------------------------------------------------------------------------------------------

    async def _surely(self, work: Callable[[Any], Awaitable[Found]]) -> Found:
        """Do it, again after every break: all that is done here may be done twice."""
        attempt = 0
        while True:
            try:
                if self._db is None:
                    self._db = await self._connected()
                    if attempt:
                        self._said(f"connected to {self.database.shown} again")
                return await work(self._db)
            except _broken() as error:
                db, self._db = self._db, None
                if db is not None:
                    if isinstance(error, _asyncpg().InterfaceError) and not db.is_closed():
                        raise  # nothing broke: we asked for something that cannot be
                    db.terminate()
                attempt += 1
                if attempt == 1 or attempt % 10 == 0:
                    self._said(f"no connection to {self.database.shown} ({_reason(error)}); trying again")
                await asyncio.sleep(min(FIRST_WAIT_S * (1 << min(attempt - 1, 10)), LONGEST_WAIT_S))
            except _asyncpg().PostgresError as error:
                raise _refused(self.database, error) from None

    async def _connected(self) -> Any:
        """A connection that owns this journal."""
        db = await _connection(self.database, f"poslab {'/'.join(self._key)}")
        try:
            await db.execute("SET synchronous_commit = on")
            await self._own(db)
        except BaseException:
            db.terminate()
            raise
        return db

    async def _own(self, db: Any) -> None:
        lock = int.from_bytes(sha256("/".join(self._key).encode()).digest()[:8], "big", signed=True)
        until = time.monotonic() + _OWNER_GONE_WITHIN_S
        while not await db.fetchval("SELECT pg_try_advisory_lock($1)", lock):
            if time.monotonic() > until:
                remedy = Text("请停止它，或给这个世界另取名字", "stop that one, or call this otherwise")
                raise BadJournal(in_use(self.where), remedy)
            await asyncio.sleep(0.05)
        if self._opened and await self._meta(db, "owner") != self._owner:
            raise BadJournal(
                Text(
                    f"连接中断期间 {self.where} 被另一进程占用",
                    f"{self.where} was taken by another process while the connection was broken",
                ),
                Text("请停止其中之一", "stop one of the two"),
            )

    # --- what is done there ---------------------------------------------------------------------------------------

    async def _open(self, db: Any) -> Kept:
        if await db.fetchval("SHOW fsync") == "off":
            self._said(f"{self.database.shown} does not sync (fsync = off): a power cut may lose what it confirmed")
        await _migrate(db, self.database.shown)
        async with db.transaction():
            theirs = await self._meta(db, "world")
            if theirs not in (None, self._world):
                raise BadJournal(
                    Text(
                        f"{self.where} 属于世界 {theirs}，而不是 {self._world}",
                        f"{self.where} belongs to the world {theirs}, not {self._world}",
                    ),
                    Text("请给这个世界另取名字，或换一个数据库", "call the world otherwise, or name another database"),
                )
            await self._note(db, "world", self._world)
            await self._note(db, "owner", self._owner)
            await db.execute(
                "INSERT INTO poslab_meta VALUES ($1, $2, 'confirmed', '0') ON CONFLICT DO NOTHING", *self._key
            )
        snapshot = None
        for seq, state, crc in await db.fetch(_SNAPSHOTS, *self._key):
            found = Snapshot(seq, bytes(state))
            if sum_of(found) == crc:
                snapshot = found
                break
        after = snapshot.seq if snapshot is not None else 0
        tail = Tail(self.where, after)
        rows: list[Row] = [tuple(row) for row in await db.fetch(_TAIL, *self._key, after)]
        self._tail = [record for row in rows if (record := tail.take(row)) is not None]
        if tail.torn_from:
            await db.execute(
                "DELETE FROM poslab_record WHERE world = $1 AND service = $2 AND seq >= $3", *self._key, tail.torn_from
            )
        self._confirmed = min(int(await self._meta(db, "confirmed") or 0), tail.last)
        return Kept(snapshot, self._confirmed, tail.said(), await self._notes(db))

    async def _append_and_note(self, db: Any, told: tuple[Any, ...], notes: Notes) -> None:
        async with db.transaction():
            await db.execute(_APPEND, *told)
            for name, note in notes.items():
                if note:
                    await self._note(db, key_of(name), note.decode())
                else:
                    gone = "DELETE FROM poslab_meta WHERE world = $1 AND service = $2 AND key = $3"
                    await db.execute(gone, *self._key, key_of(name))

    async def _notes(self, db: Any) -> dict[str, bytes]:
        asked = "SELECT key, value FROM poslab_meta WHERE world = $1 AND service = $2"
        return notes_of([tuple(row) for row in await db.fetch(asked, *self._key)])

    async def _keep(self, db: Any, snapshot: Snapshot) -> None:
        async with db.transaction():
            await db.execute(_KEEP, *self._key, snapshot.seq, snapshot.state, sum_of(snapshot))
            seqs = [seq for seq, *_ in await db.fetch(_SNAPSHOTS, *self._key)][:2]
            where = "world = $1 AND service = $2 AND seq"
            await db.execute(f"DELETE FROM poslab_snapshot WHERE {where} < $3", *self._key, seqs[-1])
            if len(seqs) == 2:
                await db.execute(f"DELETE FROM poslab_record WHERE {where} <= $3", *self._key, seqs[-1])

    async def _meta(self, db: Any, key: str) -> str | None:
        asked = "SELECT value FROM poslab_meta WHERE world = $1 AND service = $2 AND key = $3"
        found: str | None = await db.fetchval(asked, *self._key, key)
        return found

    async def _note(self, db: Any, key: str, value: str) -> None:
        note = """
            INSERT INTO poslab_meta VALUES ($1, $2, $3, $4)
            ON CONFLICT (world, service, key) DO UPDATE SET value = excluded.value
        """
        await db.execute(note, *self._key, key, value)


@asynccontextmanager
async def reading(database: Database) -> AsyncIterator[Any]:
    """A connection that owns nothing, for whoever only looks; it is tried once."""
    try:
        db = await _connection(database, "poslab reads")
    except _broken() as error:
        why = _reason(error)
        what = Text(f"连不上 {database.shown}（{why}）", f"no connection to {database.shown} ({why})")
        raise BadJournal(what, Text("请确认它在运行", "is it running?")) from None
    except _asyncpg().PostgresError as error:
        raise _refused(database, error) from None
    try:
        yield db
    except _asyncpg().UndefinedTableError:
        what = Text(f"{database.shown} 中没有日志", f"{database.shown} holds no journals")
        raise BadJournal(what, ANOTHER_DATABASE) from None
    finally:
        await db.close(timeout=5)


async def _connection(to: Database, name: str) -> Any:
    return await _asyncpg().connect(
        host=to.host,
        port=to.port,
        user=to.user,
        password=to.password or None,
        database=to.name,
        ssl=False if to.host.startswith("/") else to.ssl,
        timeout=5,
        command_timeout=30,
        server_settings={"application_name": name},
    )


def _refused(to: Database, error: Any) -> BadJournal:
    asyncpg, where = _asyncpg(), to.shown
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        remedy = Text(
            f"请检查用户名与密码（密码可放在 {PASSWORD}）",
            f"check user and password ({PASSWORD} may hold the password)",
        )
        what = Text(f"{where} 不允许用户 {to.user!r} 进入", f"{where} does not let the user {to.user!r} in")
        return BadJournal(what, remedy)
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        what = Text(f"{where}：没有这个数据库", f"{where}: there is no such database")
        return BadJournal(what, Text("请创建它，或换一个", "create it, or name another one"))
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        what = Text(f"{where} 无法写入（{_reason(error)}）", f"{where} cannot be written ({_reason(error)})")
        return BadJournal(what, Text("请授权，或换一个数据库", "grant it, or name another database"))
    if isinstance(error, asyncpg.DiskFullError):
        return disk_full(where)
    return BadJournal(Text(f"{where}：{_reason(error)}", f"{where}: {_reason(error)}"), ANOTHER_DATABASE)


async def _migrate(db: Any, where: str, steps: Sequence[str] = POSTGRES) -> None:
    """Bring a database's tables up to date, one at a time."""
    async with db.transaction():
        await db.execute("SELECT pg_advisory_xact_lock($1)", _STEPS_LOCK)
        await db.execute("CREATE TABLE IF NOT EXISTS poslab_version (version integer PRIMARY KEY)")
        version: int = await db.fetchval("SELECT max(version) FROM poslab_version") or 0
        if version > len(steps):
            remedy = Text("请用那个版本，或换一个数据库", "use that one, or another database")
            raise BadJournal(too_new(where, version, len(steps)), remedy)
        for number, step in enumerate(steps[version:], start=version + 1):
            await db.execute(step)
            await db.execute("INSERT INTO poslab_version VALUES ($1)", number)


def _asyncpg() -> Any:
    try:
        import asyncpg
    except ImportError:
        what = Text(
            "PostgreSQL 数据库需要 asyncpg，而它没有安装", "a PostgreSQL database needs asyncpg, which is not installed"
        )
        raise BadJournal(what, Text("请安装 poslab[postgres]", "install poslab[postgres]")) from None
    return asyncpg


def _broken() -> tuple[type[BaseException], ...]:
    """What a broken connection, or one that does not come about, is told by; another try may help."""
    asyncpg = _asyncpg()
    return (
        OSError,
        TimeoutError,
        asyncpg.InterfaceError,
        asyncpg.PostgresConnectionError,
        asyncpg.CannotConnectNowError,
        asyncpg.AdminShutdownError,
        asyncpg.CrashShutdownError,
        asyncpg.TooManyConnectionsError,
    )


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
