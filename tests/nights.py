"""A host at work: its letters to itself come back on time, and nobody else answers it."""

from playbook import Playbook

from acquirer.cast import cast
from poslab.messages.card import SALE, FinancialRequest, FinancialResponse
from poslab.messages.funding import ClearingFile
from poslab.party.contract import Effect, Logged, Posted, Remind, Send
from poslab.party.facts import Started
from poslab.party.time import HOUR, midnight
from poslab.world.presets import corner_shop
from poslab.world.world import World

MID = "999000054110001"
MONDAY = midnight(corner_shop().calendar.first_day)
TEN = MONDAY + 10 * HOUR
KEY = "90000001-000001-{:06d}"


class Day(Playbook):
    """A host whose letters to itself come back on time."""

    def __init__(self, world: World | None = None) -> None:
        super().__init__(cast(world or corner_shop())["host"], TEN)
        self.letters: list[tuple[int, object]] = []
        self.all: list[Effect] = []
        self.hear(Started())

    def hear(self, given: object, at: int = 0) -> "Day":
        self.given(given, after=max(0, at - self.at))
        self.all += self.effects
        self.letters += [(self.at + e.after, e.of) for e in self.effects if isinstance(e, Remind)]
        return self

    def until(self, at: int) -> "Day":
        while due := sorted((when, n) for n, (when, _) in enumerate(self.letters) if when <= at):
            when, letter = self.letters.pop(due[0][1])
            if self.party.awaits(letter):
                self.hear(letter, when)
        self.at = max(self.at, at)
        return self

    def sell(self, number: int, about: str, amount_fen: int = 12_800, card: str = "good-debit") -> "Day":
        key = KEY.format(number)
        self.hear(FinancialRequest(about, key, MID, SALE, amount_fen, card, mac=1))
        rrn = next(e.message.rrn for e in self.effects if isinstance(e, Send) and e.to == "switch")
        return self.hear(FinancialResponse(about, key, MID, SALE, amount_fen, "00", rrn, "123456"))

    def rrn(self, about: str) -> str:
        """The reference under which a purchase was accepted first."""
        dated = (e for e in self.all if isinstance(e, Logged) and e.word == "business-date" and e.about == about)
        return str(next(dated).details["rrn"])

    def words(self, word: str) -> list[dict[str, str | int]]:
        return [e.details for e in self.all if isinstance(e, Logged) and e.word == word]

    def files(self) -> list[tuple[str, list[str]]]:
        sent = [e for e in self.all if isinstance(e, Send) and e.attempt == 1]  # nobody accepts them here
        files = [e.message for e in sent if isinstance(e.message, ClearingFile)]
        return [(file.business_date, [line.about for line in file.lines]) for file in files]

    def entries(self) -> dict[str, tuple[tuple[str, str, int], ...]]:
        return {e.entry: e.postings for e in self.all if isinstance(e, Posted)}
