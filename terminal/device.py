"""What a terminal is made of: its parameters, its flash, and what it has in hand at the moment."""

from poslab.messages.people import Screen, SettleKeyed, Slip
from poslab.party.contract import Effect, Send
from poslab.party.time import HOUR, Duration
from poslab.world.world import Terminal as Parameters
from terminal.errands import Errand
from terminal.flash import Flash

OFF = "off"
IDLE = "idle"
CONNECTING = "connecting"
WAITING = "waiting"
PRINTING = "printing"

NEVER = -(1 << 62)

SESSION_STATES = (OFF, IDLE, CONNECTING, WAITING, PRINTING)


class Device:
    """One transaction at a time: ``errand`` is on the line, ``wish`` waits behind reversals that go first.

    Everything but ``flash``, the state of the printer's paper and that of the store is lost in a power cut.
    """

    __slots__ = (
        "address", "announce", "armed", "background", "cashier", "chip", "cut_off", "errand", "flash", "key",
        "look_left", "mid", "paper", "parameters", "polls", "resigned", "retry_due", "route", "session", "settle",
        "settle_due", "settle_step", "slip", "step", "store", "timeout_us", "wish",
    )  # fmt: skip

    def __init__(self, parameters: Parameters, cut_off: Duration = 23 * HOUR) -> None:
        self.parameters = parameters
        self.cut_off = cut_off
        """The time of day at which the accounting day ends."""
        self.address = parameters.address
        self.cashier = parameters.cashier
        self.route = parameters.route
        self.mid = parameters.mid
        self.timeout_us = parameters.answer_timeout_us
        self.flash = Flash(parameters.tid, parameters.first_batch, parameters.stan_before, parameters.log_capacity)
        self.paper = ""
        """What keeps the printer from printing: ``""`` nothing, ``out`` or ``jam``."""
        self.store = ""
        """What keeps the log from taking an approval: ``""`` nothing, ``full`` or ``io-error``."""
        self.look_left = NEVER
        """With at most so much room left in the log it is looked at before each sale; there may be less by then."""
        if parameters.log_full == "refuse":
            self.look_left = max(parameters.log_capacity // 5, parameters.queue_limit)
        self.session = IDLE
        self.forget()

    def forget(self) -> None:
        """Lose what is not durable."""
        self.errand: Errand | None = None
        self.key = ""
        """The key of the request whose answer is waited for."""
        self.wish: Errand | None = None
        self.background = False
        """Whether nobody asked for what is on the line."""
        self.resigned = False
        """Whether new keys were fetched for what is on the line: if they do not help, others will not."""
        self.slip: Slip | None = None
        """What is being printed."""
        self.announce = False
        """Whether the screen says so when a slip came out that was wanted earlier."""
        self.armed = False
        """Whether a background round is to come."""
        self.retry_due = False
        """Whether one came due while the terminal was busy."""
        self.chip = ""
        """What will keep the chip from completing the sale in hand: the log word for it."""
        self.polls: dict[str, tuple[int, Duration]] = {}
        """QR sales to be asked about: key → the number of the poll that is due next, and how long it was waited for."""
        self.step = 0
        """How many background rounds were armed since nothing was left to deliver."""
        self.settle = SettleKeyed()
        """How the settlement was keyed that is tried again."""
        self.settle_due = False
        """Whether it will be tried again."""
        self.settle_step = 0
        """How often it was left for later since it was keyed."""

    def show(
        self, out: list[Effect], about: str, word: str, code: str = "", key: str = "", amount_fen: int = 0
    ) -> None:
        """Let the display say a word of ``terminal.texts.SCREENS`` to the cashier."""
        out.append(Send(self.cashier, Screen(about, self.address, word, code, key, amount_fen)))
