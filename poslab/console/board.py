"""``poslab watch``: a live world on a full-screen board, until q or Ctrl-C."""

import asyncio
import os
import sys
import termios
import tty
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Rich

from poslab.console.cli_world import STATES, There
from poslab.console.says import fault_text, is_named, label, mti, party_name, place_text, way
from poslab.console.whereabouts import ask
from poslab.history.line import Line
from poslab.history.words import TRUTHS
from poslab.money import written
from poslab.party.contract import Address, Input, Send
from poslab.party.time import Instant, clock_text, stamp_text
from poslab.text import Language, Text
from scenarios.schema.errors import BadInput
from scenarios.stage.homes import PEOPLE, homes
from scenarios.stage.looking import Looker, Standing

FINE: Final = 0
_LOOKS_S: Final = 0.5
_MESSAGES: Final = 200
_STYLES: Final = {"up": "green", "down": "bold red", "paused": "yellow", "closed": "yellow"}


def watch_world(there: There) -> int:
    """Show a world until somebody has seen enough. ``BadInput`` where there is no terminal to show it on."""
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        what = Text("看板需要终端窗口，而此处没有", "a board needs a terminal, and there is none")
        raise BadInput("watch", 0, "", what, Text("poslab status 打印其状况", "poslab status prints how it stands"))
    with suppress(KeyboardInterrupt):
        ask(there.named, lambda looker: _shown(looker, there.language))
    return FINE


async def _shown(looker: Looker, language: Language) -> None:
    board = Board(looker, language)
    await looker.catch_up()
    left = asyncio.Event()
    with _one_key_at_a_time(), Live(console=Console(), screen=True, auto_refresh=False) as live:
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _key, left)
        try:
            while not left.is_set():
                looker.follow(board.see)
                live.update(board.drawn(await looker.standing()), refresh=True)
                with suppress(TimeoutError):
                    await asyncio.wait_for(left.wait(), _LOOKS_S)
        finally:
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())


def _key(left: asyncio.Event) -> None:
    if os.read(sys.stdin.fileno(), 64).lower()[:1] in (b"q", b"\x03", b"\x04", b""):
        left.set()


@contextmanager
def _one_key_at_a_time() -> Iterator[None]:
    """A key is heard when it is pressed, and is not shown."""
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


class Board:
    """What is shown: parties and links, faults, money, and the latest messages."""

    def __init__(self, looker: Looker, language: Language) -> None:
        self._looker = looker
        self._language = language
        self._home = homes(looker.world)
        self._messages: deque[tuple[Instant, Address, Address, str, Text]] = deque(maxlen=_MESSAGES)

    def see(self, line: Line, given: Input) -> None:
        """Take the next line of the history."""
        for effect in line.effects:
            if type(effect) is Send and is_named(effect.message):
                message = effect.message
                self._messages.append((line.at, line.party, effect.to, mti(message, effect.attempt), label(message)))

    def drawn(self, standing: Standing) -> RenderableType:
        """The board as things stand now."""
        whole = Layout()
        whole.split_column(Layout(self._head(standing), size=1), Layout(name="upper"), Layout(name="lower"))
        whole["upper"].split_row(
            self._panel(Text("各方", "Parties"), self._parties(standing)),
            self._panel(Text("故障", "Faults"), self._faults(standing)),
            self._panel(Text("钱在哪里", "Where the money is"), self._money(standing)),
        )
        whole["lower"].split_row(
            self._panel(Text("最近的报文", "The last messages"), self._last_messages(), ratio=2),
            self._panel(Text("未了结", "Open purchases"), self._open(standing)),
        )
        return whole

    def _say(self, text: Text) -> str:
        return text.of(self._language)

    def _panel(self, title: Text, inside: RenderableType, ratio: int = 1) -> Layout:
        return Layout(Panel(inside, title=self._say(title), border_style="dim"), ratio=ratio)

    def _head(self, standing: Standing) -> Rich:
        speed = standing.speed_milli / 1_000
        head = Rich(f" {standing.world} ", style="bold reverse")
        head.append(f" {stamp_text(standing.at)[:19]}", style="bold")
        head.append(self._say(Text(f" · 速度 {speed:g}", f" · speed {speed:g}")))
        lag = standing.lag_us / 1_000
        head.append(
            self._say(Text(f" · 滞后 {lag:.1f} ms · 按 q 离开", f" · lag {lag:.1f} ms · q leaves")), style="dim"
        )
        return head

    def _parties(self, standing: Standing) -> RenderableType:
        table = Table.grid(padding=(0, 1))
        for address, word in standing.parties.items():
            if self._home[address] != PEOPLE:
                name = self._say(party_name(self._looker.world, address))
                table.add_row(name, Rich(self._say(STATES[word]), style=_STYLES[word]))
        for link, why in standing.closed.items():
            table.add_row(Rich(way(link), style="red"), Rich(why, style="red"))
        return table

    def _faults(self, standing: Standing) -> RenderableType:
        lines = []
        for fault in standing.faults:
            style = "yellow" if fault.state == "in-force" else "dim"
            state = self._say(STATES[fault.state])
            name = self._say(fault_text(fault.fault))
            lines.append(Rich(f"{fault.id} · {name} · {way(fault.where)} · {state} · {fault.struck}×", style=style))
        return Group(*lines) if lines else Rich(self._say(Text("没有。", "None.")), style="dim")

    def _money(self, standing: Standing) -> RenderableType:
        table = Table.grid(padding=(0, 1))
        table.add_column(ratio=1)
        table.add_column(justify="right")
        for place in standing.places:
            table.add_row(self._say(place_text(place.place)), written(place.amount))
        count = Text(
            f"交易 {standing.purchases} 笔", f"{standing.purchases} purchase{'' if standing.purchases == 1 else 's'}"
        )
        table.add_row(Rich(self._say(count), style="dim"), "")
        return table

    def _open(self, standing: Standing) -> RenderableType:
        table = Table.grid(padding=(0, 1))
        for order in reversed(standing.open[-_MESSAGES:]):
            truth = self._looker.outcome(order).truth
            table.add_row(order, written(self._looker.due.get(order, 0)), Rich(self._say(TRUTHS[truth]), style="dim"))
        return table

    def _last_messages(self) -> RenderableType:
        table = Table.grid(padding=(0, 1))
        for at, sender, to, kind, said in reversed(self._messages):
            table.add_row(Rich(clock_text(at), style="dim"), f"{sender} → {to}", f"{kind} {self._say(said)}".lstrip())
        return table
