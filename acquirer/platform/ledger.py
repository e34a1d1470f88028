"""The platform's ledger: merchants' wallets, filled from the acquirer's file and emptied by payouts.

The acquirer pays the platform for each merchant (P18a); that money has no owner until the lines of the acquirer's
file are booked to wallets (P18b). Lines are booked in the order of the file as far as money has come for their
merchant; what the acquirer keeps back of a sale is a line of its own, below zero, so that nobody gets it out of another
sale's money. A wallet is paid out at once, or when its merchant presses withdraw 提现 (P18c), to the account that the
acquirer has on file: of a change that it has reviewed it tells the platform. The day's reconciliation compares file and
ledger: a line that was not booked opens a case, which a clerk closes by a supplementary booking 补单.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from msgspec import Struct

from acquirer.merchant_notices import LastTold
from acquirer.platform.withdrawals import Told, Withdrawal, WithdrawalDesk, WithdrawalOverdue
from poslab.ledger.book import Book
from poslab.messages.facts import LedgerLineBooked, LedgerLineLost, RepayoutApplied, WithdrawalPressed
from poslab.messages.funding import (
    AccountHeard,
    AccountNotice,
    CreditAnswer,
    CreditOrder,
    FileAccepted,
    LedgerFile,
    LedgerLine,
    PayoutStatus,
    is_kept_line,
    payout_try_of,
    rrn_of_kept,
)
from poslab.party.contract import Effect, Input, Kept, Logged, Posted, Remind, Reminder, Send
from poslab.party.time import HOUR, Duration, Instant, date_of, midnight
from poslab.world.calendar import day_of_word, day_word
from poslab.world.world import World

RECONCILED_AT: Final[Duration] = 12 * HOUR
"""When, on working days, file and ledger are compared."""
CREDITS_REMEMBERED: Final = 10_000
FILES_REMEMBERED: Final = 10_000
"""So many parts and words between are known again when they come twice: many more than wait for an answer."""
AUTO: Final = "auto"


class DayDue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """A working day's payouts, or its reconciliation: ``what`` is ``payouts`` or ``reconciliation``."""

    kind: ClassVar[str] = "platform-day-due"

    what: str
    day: str


class HeldLedger(Struct):
    """A snapshot."""

    files: list[str] = []
    credits: list[str] = []
    waiting: list[LedgerLine] = []
    missing: list[LedgerLine] = []
    lost: list[str] = []
    opened: list[str] = []
    unallocated: dict[str, int] = {}
    wallets: dict[str, list[LedgerLine]] = {}
    next_days: dict[str, str] = {}
    withdrawals: list[Withdrawal] = []
    numbers: dict[str, int] = {}
    untold_fen: dict[str, int] = {}
    """Merchant → fees that were told of and are not kept after all, below zero: a later payout tells of less."""
    accounts: dict[str, Told] = {}
    book: tuple[Any, Any, Any] | None = None
    told: LastTold = LastTold()


class Ledger:
    """Book ``P`` of a platform that keeps wallets."""

    HEARS: ClassVar[tuple[type[Input], ...]] = (
        LedgerFile, AccountNotice, CreditOrder, PayoutStatus, LedgerLineLost, LedgerLineBooked, WithdrawalPressed,
        RepayoutApplied,
    )  # fmt: skip
    REMINDERS: ClassVar[tuple[type[Reminder], ...]] = (DayDue, WithdrawalOverdue)

    def __init__(self, world: World) -> None:
        if world.platform is None:
            raise ValueError("this world has no platform")
        self._calendar = world.calendar
        self._host = world.acquirer.address
        self._rail = world.rail.address
        self._automatic = world.platform.withdrawal == AUTO
        self._book = Book("P")
        self._withdrawals = WithdrawalDesk(world, self._book)
        self.held = HeldLedger()
        self._does: dict[type[Input], Callable[[Any, Instant, list[Effect]], None]] = {
            LedgerFile: self._file,
            AccountNotice: self._account,
            CreditOrder: self._credited,
            PayoutStatus: self._status,
            LedgerLineLost: self._lose,
            LedgerLineBooked: self._supplement,
            WithdrawalPressed: self._pressed,
            RepayoutApplied: self._applied,
            DayDue: self._day,
            WithdrawalOverdue: self._overdue,
        }

    def hear(self, given: Input, at: Instant, out: list[Effect]) -> None:
        """Hear an input of ``HEARS``, or one of ``REMINDERS`` that is awaited."""
        self._withdrawals.notices.at = at
        self._does[type(given)](given, at, out)

    def awaits(self, of: Reminder) -> bool:
        """Whether a letter of ``REMINDERS`` would still be heard."""
        if isinstance(of, DayDue):
            return self.held.next_days.get(of.what) == of.day
        return isinstance(of, WithdrawalOverdue) and self._withdrawals.awaits(of)

    def start(self, at: Instant, out: list[Effect]) -> None:
        """Arm the daily jobs when the world begins."""
        today = date_of(at)
        for what, hour in self._hours():
            over = not self._calendar.is_working(today) or at > midnight(today) + hour
            self._await(what, day_word(self._calendar.next_working(today) if over else today), at, out)

    def restarted(self, at: Instant, out: list[Effect]) -> None:
        """Arm them anew, and say again what is unconfirmed; one that never began begins now."""
        if not self.held.next_days:
            self.start(at, out)
            return
        for what, day in sorted(self.held.next_days.items()):
            self._await(what, day, at, out)
        self._withdrawals.restarted(out)

    def state(self) -> HeldLedger:
        """Everything that a restart must give back."""
        held = self.held
        held.book = self._book.state()
        held.withdrawals, held.numbers = self._withdrawals.state()
        held.accounts = self._withdrawals.accounts
        held.told = self._withdrawals.notices.last
        return held

    def restore(self, held: HeldLedger) -> None:
        """Take the state that ``state`` gave."""
        self.held = held
        if held.book is not None:
            self._book.restore(*held.book)
        self._withdrawals.restore(held.withdrawals, held.numbers, held.accounts)
        self._withdrawals.notices.last = held.told

    # --- from the acquirer

    def _file(self, given: LedgerFile, at: Instant, out: list[Effect]) -> None:
        name = f"{given.file_no}/{given.part}"
        if name not in self.held.files:
            self.held.files.append(name)
            del self.held.files[:-FILES_REMEMBERED]
            self.held.waiting.extend(given.lines)
            out.append(Kept("", "ledger-file"))
            out.append(Logged("", "file-taken", {"file_no": given.file_no, "part": given.part}))
            for mid in dict.fromkeys(line.mid for line in given.lines):
                if self.held.unallocated.get(mid):  # money came before the word that says what it is for
                    self._book_lines(mid, out)
                    self._pay(mid, at, out)
        out.append(Send(self._host, FileAccepted("", given.file_no, given.part)))

    def _account(self, given: AccountNotice, at: Instant, out: list[Effect]) -> None:
        """A merchant has another account on file; an older word that comes late changes nothing."""
        self._withdrawals.change_account(given, out)
        out.append(Send(self._host, AccountHeard("", given.mid, given.number)))

    def _credited(self, given: CreditOrder, at: Instant, out: list[Effect]) -> None:
        """The acquirer's payout for a merchant has come (P18a): book what it was for."""
        held = self.held
        of = payout_try_of(given.payout_no, given.try_no)
        if of not in held.credits:
            held.credits.append(of)
            del held.credits[:-CREDITS_REMEMBERED]
            mid = given.account_no
            held.unallocated[mid] = held.unallocated.get(mid, 0) + given.amount_fen
            out.append(Kept("", "credit"))
            self._post("", f"P18a/{of}", ("P.cash", "P.unallocated", given.amount_fen), out)
            out.append(Logged("", "received", {"payout": of, "amount_fen": given.amount_fen}))
            self._book_lines(mid, out)
            self._pay(mid, at, out)
        out.append(Send(self._rail, CreditAnswer("", given.payout_no, given.try_no, "credited")))

    def _book_lines(self, mid: str, out: list[Effect]) -> None:
        """Book the lines of a merchant that money has come for; first what the payout was lessened by."""
        held = self.held
        self._lose_kept(mid)
        missing = {line.rrn for line in held.missing}
        mine = sorted((line for line in held.waiting if line.mid == mid), key=lambda line: line.net_fen >= 0)
        left_fen = held.unallocated.get(mid, 0) - sum(line.net_fen for line in held.missing if line.mid == mid)
        for line in mine:
            if line.net_fen > left_fen:
                continue
            held.waiting.remove(line)
            left_fen -= line.net_fen
            if is_kept_line(line.rrn):
                if rrn_of_kept(line.rrn) in missing:
                    held.missing.append(line)
                else:
                    self._book_line(line, out)
            elif line.about in held.lost:
                held.lost.remove(line.about)
                held.missing.append(line)
            else:
                self._book_line(line, out)

    def _lose_kept(self, mid: str) -> None:
        """A sale that is to be missed and is kept back is missed at once, for no money will come for it."""
        held = self.held
        kept = {rrn_of_kept(line.rrn) for line in held.waiting if line.mid == mid and is_kept_line(line.rrn)}
        for line in [line for line in held.waiting if line.rrn in kept and line.about in held.lost]:
            held.waiting.remove(line)
            held.lost.remove(line.about)
            held.missing.append(line)

    def _book_line(self, line: LedgerLine, out: list[Effect]) -> None:
        """One line becomes the merchant's (P18b)."""
        held = self.held
        wallet = f"P.wallet.{line.mid}"
        held.unallocated[line.mid] -= line.net_fen
        held.wallets.setdefault(line.mid, []).append(line)
        out.append(Kept(line.about, "ledger-line"))
        if line.net_fen > 0:
            self._post(line.about, f"P18b/{line.key}/{line.rrn}", ("P.unallocated", wallet, line.net_fen), out)
        elif line.net_fen < 0:
            self._post(line.about, f"P18b/{line.key}/{line.rrn}", (wallet, "P.unallocated", -line.net_fen), out)
        out.append(Logged(line.about, "ledger-booked", {"key": line.key, "rrn": line.rrn, "amount_fen": line.net_fen}))

    # --- to the merchant

    def _pay(self, mid: str, at: Instant, out: list[Effect]) -> None:
        if self._automatic:
            self._withdraw(mid, at, out)

    def _withdraw(self, mid: str, at: Instant, out: list[Effect]) -> None:
        """Pay out all that a wallet has and no payout is for yet."""
        lines = self.held.wallets.get(mid, [])
        amount_fen = sum(line.net_fen for line in lines)
        if amount_fen > 0:
            self.held.wallets[mid] = []
            fees_fen = sum(line.fee_fen for line in lines) + self.held.untold_fen.pop(mid, 0)
            if fees_fen < 0:  # given back with a payout that tells of none
                self.held.untold_fen[mid] = fees_fen
            self._withdrawals.order(mid, amount_fen, max(0, fees_fen), tuple(lines), at, out)

    def _status(self, given: PayoutStatus, at: Instant, out: list[Effect]) -> None:
        self._withdrawals.status(given, at, out)

    def _overdue(self, given: WithdrawalOverdue, at: Instant, out: list[Effect]) -> None:
        self._withdrawals.overdue(given, out)

    def _pressed(self, given: WithdrawalPressed, at: Instant, out: list[Effect]) -> None:
        out.append(Logged(given.about, "withdrawal-pressed", {"mid": given.mid}))
        self._withdraw(given.mid, at, out)

    def _applied(self, given: RepayoutApplied, at: Instant, out: list[Effect]) -> None:
        self._withdrawals.applied(given, out)

    # --- what goes wrong, and who mends it

    def _lose(self, given: LedgerLineLost, at: Instant, out: list[Effect]) -> None:
        self.held.lost.append(given.about)

    def _supplement(self, given: LedgerLineBooked, at: Instant, out: list[Effect]) -> None:
        found = [line for line in self.held.missing if line.about == given.about]
        for line in sorted(found, key=lambda line: line.net_fen >= 0):
            self.held.missing.remove(line)
            out.append(Logged(line.about, "supplemented", {"key": line.key, "rrn": line.rrn}))
            self._book_line(line, out)

    def _day(self, given: DayDue, at: Instant, out: list[Effect]) -> None:
        self._await(given.what, day_word(self._calendar.next_working(day_of_word(given.day))), at, out)
        if given.what == "reconciliation":
            self._reconcile(out)
            return
        self._withdrawals.run(out)
        for mid in sorted(self.held.wallets):
            self._pay(mid, at, out)

    def _reconcile(self, out: list[Effect]) -> None:
        """Lines of the acquirer's file that the ledger has not: a case is opened for each, once."""
        for line in self.held.missing:
            name = f"{line.key}/{line.rrn}"
            if name not in self.held.opened and not is_kept_line(line.rrn):
                self.held.opened.append(name)
                out.append(Kept(line.about, "open-item"))
                out.append(Logged(line.about, "ledger-break", {"key": line.key, "rrn": line.rrn}))

    # --- the days

    def _hours(self) -> tuple[tuple[str, Duration], ...]:
        return ("payouts", self._calendar.payout_at), ("reconciliation", RECONCILED_AT)

    def _await(self, what: str, day: str, at: Instant, out: list[Effect]) -> None:
        self.held.next_days[what] = day
        due = midnight(day_of_word(day)) + dict(self._hours())[what]
        out.append(Remind(max(0, due - at), DayDue("", what, day)))

    def _post(self, about: str, entry: str, posting: tuple[str, str, int], out: list[Effect]) -> None:
        if self._book.post(entry, (posting,)):
            out.append(Posted(about, entry, (posting,)))
