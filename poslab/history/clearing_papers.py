"""The acquirer's clearing files as papers, one a business date: a fold over the parts that it sent to the network."""

from poslab.history.line import Line
from poslab.messages.disputes import is_case, rrn_of_case
from poslab.messages.files.clearing import ClearedLine, ClearingPaper
from poslab.messages.funding import ClearingFile, ClearingLine
from poslab.party.contract import Input, Send
from poslab.world.calendar import day_of_word
from poslab.world.world import World


class ClearingPapers:
    """Feed it every line; then ask for the papers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._hosts = frozenset(address for address, role in world.roles().items() if role == "host")
        self._keys: dict[str, str] = {}
        """RRN → the payment's key."""
        self._parts: dict[tuple[str, str], dict[int, ClearingFile]] = {}

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        if line.party in self._hosts:
            for effect in line.effects:
                if type(effect) is Send and type(effect.message) is ClearingFile:
                    file = effect.message
                    self._parts.setdefault((file.file_no, line.party), {}).setdefault(file.part, file)
                    for cleared in file.lines:
                        self._keys.setdefault(cleared.rrn, cleared.key)

    def papers(self) -> tuple[ClearingPaper, ...]:
        """Every file in the order of its business date, its parts put together."""
        found = [
            ClearingPaper(
                file_no=file_no,
                acquirer=acquirer,
                business_date=day_of_word(parts[min(parts)].business_date),
                settlement_date=day_of_word(parts[min(parts)].settlement_date),
                lines=tuple(self._line(line) for _, part in sorted(parts.items()) for line in part.lines),
            )
            for (file_no, acquirer), parts in self._parts.items()
        ]
        return tuple(sorted(found, key=lambda paper: (paper.business_date, paper.file_no)))

    def _line(self, line: ClearingLine) -> ClearedLine:
        disputed = is_case(line.rrn)
        return ClearedLine(
            mid=line.mid,
            key=self._keys.get(rrn_of_case(line.rrn), line.key) if disputed else line.key,
            rrn=line.rrn,
            card=self._world.cards[line.card].masked,
            amount_fen=line.amount_fen,
            interchange_fen=line.interchange_fen,
            acquirer_fee_fen=line.acquirer_fee_fen,
            issuer_fee_fen=line.issuer_fee_fen,
            disputed=disputed,
        )
