"""A platform's ledger of wallets, as reconciliation holds it against the file: what it was paid for and has not booked.

The acquirer's payout reaches the platform as one sum (P18a); the lines of the acquirer's file say what it is for, and
each becomes its merchant's when it is booked (P18b). Until the money is there no line can be missing.
"""

from poslab.messages.funding import LedgerFile, LedgerLine, mid_of_payout
from poslab.party.contract import Effect, Input, Logged


class PlatformLedger:
    """The fold over the platform's lines. ``missing`` says what the ledger lacks after the last line that was seen."""

    def __init__(self) -> None:
        self._files: set[tuple[str, int]] = set()
        self._lines: dict[str, LedgerLine] = {}
        """RRN → a line that is not booked, in the order of the files."""
        self._unallocated_fen: dict[str, int] = {}

    def hear(self, given: Input) -> None:
        """The platform hears something: of the acquirer's files what they say."""
        if type(given) is LedgerFile and (given.file_no, given.part) not in self._files:
            self._files.add((given.file_no, given.part))
            for line in given.lines:
                self._lines[line.rrn] = line

    def see(self, effect: Effect) -> None:
        """The platform's next effect."""
        if type(effect) is not Logged:
            return
        details = effect.details
        if effect.word == "received":
            mid = mid_of_payout(str(details["payout"]))
            self._add(mid, int(details["amount_fen"]))
        elif effect.word == "ledger-booked":
            booked = self._lines.pop(str(details["rrn"]), None)
            if booked is not None:
                self._add(booked.mid, -booked.net_fen)

    @property
    def unbooked(self) -> frozenset[str]:
        """RRNs of all lines that are not booked, also of those whose money is still on its way."""
        return frozenset(self._lines)

    def missing(self) -> frozenset[str]:
        """RRNs of sales whose money has come, and which stand in no wallet."""
        left_fen = dict(self._unallocated_fen)
        found = []
        for rrn, line in self._lines.items():
            if 0 < line.net_fen <= left_fen.get(line.mid, 0):
                left_fen[line.mid] -= line.net_fen
                found.append(rrn)
        return frozenset(found)

    def _add(self, mid: str, amount_fen: int) -> None:
        self._unallocated_fen[mid] = self._unallocated_fen.get(mid, 0) + amount_fen
