"""Every difference is found by reconciliation within one cycle: at the closing of its batch, or by the next run.

A batch: what a terminal uploads is held against what the host is known to have approved; whatever differs must be named
in the line in which the host closes the batch. A payout: one that was ordered, and that the account bank has neither
credited nor sent back by the end of the next working day, must have been named by then. A platform's ledger: a line of
the acquirer's file for which there is money, and that is in no wallet by then, likewise. (What a clearing file lacks is
the business of ``credit-has-debit``.)
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from poslab.checks.batches import says
from poslab.checks.case import APPROVED, DECLINED, REVERSED, Case, amount_of, chain, stan_in_batch, stem
from poslab.checks.check import Check, Seeing, Sight
from poslab.history.line import Line
from poslab.messages.batch import CHIP_FAILED, END_EQUAL, ENDS, UploadRequest
from poslab.messages.card import PAYS, parts_of
from poslab.messages.funding import CreditOrder, LedgerFile, LedgerLine, PayoutOrder, payout_try_of
from poslab.party.contract import About, Became, Logged, Posted
from poslab.party.time import DAY, Instant, date_of, midnight
from poslab.text import Text

_NOTICED = ("payout-break", "payout-returned", "payout-refused")
"""Words with which the host names a payout that has not arrived."""
_WALLET = "P.wallet."
_ENDED = ("credited", "returned", "suspense")
"""What the account bank makes of a payout; unapplied money is named there."""


class FoundInOneCycle(Check):
    """No batch is closed over a difference, and no payout is open for longer than a cycle, without being named."""

    id = "found-in-one-cycle"
    title = Text("差异一个周期内被发现", "each difference is found within one cycle")

    def sees(self) -> Mapping[Sight, Seeing]:
        self._due: dict[str, Instant] = {}
        """Payout and try → until when it must be credited or named."""
        self._told: dict[str, dict[str, int]] = {}
        """TID and batch → STAN → amount in fen, of what was uploaded."""
        self._unbooked: dict[str, tuple[LedgerLine, Instant]] = {}
        """Key and RRN of a line that is in no wallet → the line, and by when it must be, or be named; 0 without money.
        """
        self._ownerless_fen: dict[str, int] = {}
        """Merchant → what came for it and is in no wallet."""
        self._came: set[str] = set()
        world = self.evidence.world
        self._forgetful = {terminal.tid for terminal in world.terminals if terminal.log_full == "overwrite"}
        return {
            ("host", PayoutOrder): self.ordered,
            ("host", Logged): self.host_logged,
            ("bank", Became): self.bank_became,
            ("platform", PayoutOrder): self.ordered,
            ("platform", Logged): self.platform_logged,
            ("platform", Posted): self.platform_posted,
        }

    def hears(self) -> Mapping[Sight, Seeing]:
        return {
            ("host", UploadRequest): self.uploaded,
            ("platform", LedgerFile): self.filed,
            ("platform", CreditOrder): self.came,
        }

    # --- payouts

    def ordered(self, order: PayoutOrder, line: Line, given: Any) -> None:
        """A payout is ordered, or its order is repeated."""
        of = payout_try_of(order.payout_no, order.try_no)
        if of not in self._due:
            self.evaluated += 1
            self._due[of] = self._cycle(line.at)

    def host_logged(self, logged: Logged, line: Line, given: Any) -> None:
        """The host may have named a payout."""
        if logged.word in _NOTICED and "try_no" in logged.details:
            self._over(payout_try_of(str(logged.details["payout_no"]), int(logged.details["try_no"])), line)

    def platform_logged(self, logged: Logged, line: Line, given: Any) -> None:
        """A platform that keeps wallets has received a payout of the acquirer, or names one of its own."""
        if logged.word == "received":
            self._over(str(logged.details["payout"]), line)
        elif logged.word == "ledger-break":
            self._unbooked.pop(f"{logged.details['key']}/{logged.details['rrn']}", None)
        else:
            self.host_logged(logged, line, given)

    def bank_became(self, became: Became, line: Line, given: Any) -> None:
        """The account bank has dealt with a payout."""
        if became.after in _ENDED:
            self._over(became.of, line)

    def _over(self, of: str, line: Line) -> None:
        due = self._due.get(of)
        if due is None:
            return
        if line.at >= due:
            what = Text(
                f"出款 {of} 悬而未决超过一个对账周期，没有人指出",
                f"payout {of} was open for longer than a cycle, and nobody named it",
            )
            self.broken(line, "", what)
        self._due[of] = _NEVER

    def at_end(self, at: Instant) -> Iterable[tuple[About, Text]]:
        for of, due in self._due.items():
            if at >= due:
                what = Text(
                    f"出款 {of} 既未入账，也没有被列为差异", f"payout {of} is neither credited nor named as a break"
                )
                yield "", what
        for name, (entry, due) in self._unbooked.items():
            if due and at >= due:
                what = Text(
                    f"行 {name} 的款已到，却不在任何钱包里，也没有人指出",
                    f"there is money for the line {name}; it is in no wallet, and nobody named it",
                )
                yield entry.about, what

    def _cycle(self, at: Instant) -> Instant:
        """Until when whatever is open now must be found."""
        return midnight(self.evidence.world.calendar.next_working(date_of(at))) + DAY

    # --- a platform's ledger

    def filed(self, given: LedgerFile, line: Line, _: Any) -> None:
        """A platform heard of lines, perhaps again."""
        part = f"{given.file_no}/{given.part}"
        if part in self._came:
            return
        self._came.add(part)
        for entry in given.lines:
            if entry.net_fen > 0:
                self.evaluated += 1
                self._unbooked[f"{entry.key}/{entry.rrn}"] = (entry, 0)

    def came(self, given: CreditOrder, line: Line, _: Any) -> None:
        """Money came for a merchant, perhaps told again."""
        of = payout_try_of(given.payout_no, given.try_no)
        if of not in self._came:
            self._came.add(of)
            mid = given.account_no
            self._ownerless_fen[mid] = self._ownerless_fen.get(mid, 0) + given.amount_fen
            self._money_for(mid, line.at)

    def platform_posted(self, posted: Posted, line: Line, given: Any) -> None:
        """A platform booked something: perhaps a line to a wallet."""
        kind, _, name = posted.entry.partition("/")
        if kind != "P18b":
            return
        self._unbooked.pop(name, None)
        for debit, credit, amount_fen in posted.postings:
            booked_fen = amount_fen if credit.startswith(_WALLET) else -amount_fen
            mid = (credit if booked_fen > 0 else debit).removeprefix(_WALLET)
            self._ownerless_fen[mid] = self._ownerless_fen.get(mid, 0) - booked_fen
            self._money_for(mid, line.at)

    def _money_for(self, mid: str, at: Instant) -> None:
        """What came for a merchant is another amount now: which of its lines could be booked."""
        left_fen = self._ownerless_fen[mid]
        for name, (entry, due) in self._unbooked.items():
            if entry.mid == mid:
                enough = entry.net_fen <= left_fen
                self._unbooked[name] = (entry, (due or self._cycle(at)) if enough else 0)

    # --- batches

    def uploaded(self, given: UploadRequest, line: Line, _: Any) -> None:
        """The host heard of a batch, and may have closed it."""
        tid, batch, _stan = parts_of(given.key)
        name = f"{tid}-{batch}"
        slips = self._told.setdefault(name, {})
        if says(line, "batch-incomplete"):
            slips.clear()
        elif given.what not in ENDS and given.what != CHIP_FAILED:
            slips.update((detail.stan, detail.amount_fen) for detail in given.details)
        if not says(line, "batch-closed"):
            return
        del self._told[name]
        if given.what == END_EQUAL or tid in self._forgetful:
            return
        self.evaluated += 1
        named = {str(found.details["key"]).partition("/")[0] for found in says(line, "batch-break")}
        for about, key, what in self._differences(name, slips):
            if key not in named:
                told = Text(
                    f"批次 {name} 已关闭，没有人指出 {key} {what.zh}",
                    f"batch {name} is closed, and nobody says that {key} {what.en}",
                )
                self.broken(line, about, told)

    def _differences(self, name: str, told: Mapping[str, int]) -> Iterator[tuple[About, str, Text]]:
        """What differs between an upload and what the host is known to have: purchase, key, how."""
        for about, key, amount_fen, stands in self._known(name):
            said_fen = told.get(key.rpartition("-")[2])
            if stands and said_fen is None:
                yield about, key, Text("没有单据", "has no slip")
            elif not stands and said_fen is not None:
                yield about, key, Text("有单据，在收单主机却不成立", "has a slip, and does not stand at the host")
            elif stands and said_fen != amount_fen:
                what = Text(
                    f"单据上为 {said_fen} 分，收单主机为 {amount_fen} 分",
                    f"is {said_fen} fen on its slip and {amount_fen} fen at the host",
                )
                yield about, key, what

    def _known(self, name: str) -> Iterator[tuple[About, str, int, bool]]:
        """The host's payments of a batch of which enough is remembered: purchase, key, amount, whether it stands."""
        docket = self.evidence.docket
        for about, case in docket.open.items():
            for each in chain(case):
                state = _stands(each, name)
                if state is not None:
                    yield about, each.key, each.amount_fen, state
        for about, value in docket.resting.items():
            stan = stan_in_batch(value, name)
            if stan:
                yield about, f"{name}-{stan}", amount_of(value), True


_NEVER: Instant = 1 << 62


def _stands(case: Case, name: str) -> bool | None:
    """Whether an attempt of the batch stands at the host; ``None`` for one that does not count or is undecided."""
    if case.what not in PAYS or "/" in case.key or not case.key.startswith(f"{name}-"):
        return None
    host = stem(case.host)
    return True if host == APPROVED else False if host in (DECLINED, REVERSED) else None
