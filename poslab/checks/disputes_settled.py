"""A dispute moves the money once each way, and on both sides alike.

With a chargeback the host books it and recovers it from the merchant, and the card's bank credits the cardholder; with
a case that is won both give it back. An answer in time is heard. A case that is over on both sides ended alike.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from poslab.checks.check import Check, Seeing, Sight
from poslab.history.line import Line
from poslab.messages.disputes import DisputeAnswered, case_no_of, is_case
from poslab.money import written
from poslab.party.contract import About, Became, Logged, Posted
from poslab.party.time import Instant
from poslab.text import Text

TAKEN, RETURNED = "P10a", "P10c"
OF = {"chargeback": TAKEN, "won": RETURNED}
"""Into which state a case goes → which entry moves the money with it."""
OVER = ("closed", "accepted", "won", "lost")
NETTED = "chargeback-netted"
_WORDS = tuple(("host", word) for word in ("dispute", NETTED, "chargeback-returned"))


class Case(Struct):
    """A case as host and card's bank had it. Amounts in fen."""

    about: About = ""
    host: str = "none"
    issuer: str = "none"
    amount_fen: int = 0
    due: Instant = 0
    """By when the merchant may answer; 0 if nothing is wanted."""
    netted_fen: int = 0
    """What payouts were lessened by for it."""
    returned_fen: int = 0
    """What is paid to the merchant again."""


class DisputesSettled(Check):
    """Evaluated at each step of a case that moves money, at each answer, and at the end of each case."""

    id = "disputes-settled"
    title = Text("退单与再请款两边一致", "a dispute moves the money once each way, on both sides alike")

    def sees(self) -> Mapping[Sight, Seeing]:
        self._cases: dict[str, Case] = {}
        self._posted: set[tuple[str, str, str]] = set()
        """Party, kind of entry and case of what is booked."""
        return {
            ("host", Became): self.host_became,
            ("host", Posted): self.posted,
            **dict.fromkeys(_WORDS, self.logged),
            ("issuer", Became): self.issuer_became,
            ("issuer", Posted): self.posted,
        }

    def hears(self) -> Mapping[Sight, Seeing]:
        return {("host", DisputeAnswered): self.answered}

    def _case(self, number: str) -> Case:
        return self._cases.setdefault(number, Case())

    def posted(self, posted: Posted, line: Line, given: Any) -> None:
        """Somebody booked something: perhaps a chargeback, or its return."""
        kind, _, rest = posted.entry.partition("/")
        number = rest.rpartition("/")[2]
        if kind not in (TAKEN, RETURNED) or not is_case(number):
            return
        self.evaluated += 1
        if (line.party, kind, number) in self._posted:
            what = Text(
                f"{line.party} 对争议 {number} 第二次记 {kind}",
                f"{line.party} booked {kind} of the case {number} for the second time",
            )
            self.broken(line, posted.about, what)
        self._posted.add((line.party, kind, number))

    def host_became(self, became: Became, line: Line, given: Any) -> None:
        """The host moved something: perhaps a case."""
        if is_case(became.of):
            case = self._case(became.of)
            case.about, case.host = became.about, became.after
            self._moved(became, line)

    def issuer_became(self, became: Became, line: Line, given: Any) -> None:
        """The card's bank moved something: perhaps a case."""
        if is_case(became.of):
            self._case(became.of).issuer = became.after
            self._moved(became, line)

    def _moved(self, became: Became, line: Line) -> None:
        kind = OF.get(became.after, "")
        if not kind:
            return
        self.evaluated += 1
        if not any(
            type(effect) is Posted
            and effect.entry.startswith(f"{kind}/")
            and effect.entry.endswith(f"/{became.of}")
            for effect in line.effects
        ):
            what = Text(
                f"{line.party} 把争议 {became.of} 改为 {became.after}，却没有记 {kind}",
                f"{line.party} moved the case {became.of} to {became.after} without {kind}",
            )
            self.broken(line, became.about, what)

    def answered(self, given: DisputeAnswered, line: Line, _: Any) -> None:
        """The merchant answered a case."""
        number = case_no_of(given.rrn)
        case = self._cases.get(number)
        if given.answer != "represent" or case is None or not case.due or line.at > case.due:
            return
        moved = [effect for effect in line.effects if type(effect) is Became and effect.of == number]
        refused = any(type(effect) is Logged and effect.word == "dispute-answer-refused" for effect in line.effects)
        if (moved[0].before if moved else case.host) != "chargeback" or refused:
            return
        self.evaluated += 1
        if not moved or moved[0].after != "representment":
            what = Text(
                f"{number} 已按时答复，却没有再请款", f"{number} was answered in time, and is not represented"
            )
            self.broken(line, case.about, what)

    def logged(self, logged: Logged, line: Line, given: Any) -> None:
        """The host wrote into its log: a case's state and clock, or what the merchant's payouts have to do with it."""
        word, details = logged.word, logged.details
        if word == "dispute":
            case = self._case(str(details["case_no"]))
            case.amount_fen, case.due = int(details["amount_fen"]), int(details["due"])
        elif word == NETTED:
            case = self._case(str(details["key"]))
            case.netted_fen += int(details["amount_fen"])
            self.evaluated += 1
            if case.netted_fen > case.amount_fen:
                taken, asked = written(case.netted_fen), written(case.amount_fen)
                what = Text(
                    f"为一笔 {asked} 的拒付从出款中扣了 {taken}",
                    f"{taken} were taken from payouts for a chargeback of {asked}",
                )
                self.broken(line, logged.about, what)
            if case.host == "won":
                what = Text(
                    f"{details['key']} 已胜诉，出款仍因它少付", f"{details['key']} is won, and a payout was lessened by it"
                )
                self.broken(line, logged.about, what)
        elif word == "chargeback-returned":
            self._returned(logged, line)

    def _returned(self, logged: Logged, line: Line) -> None:
        """What payouts were lessened by is paid again, no more and no less; what was held comes from elsewhere."""
        number = str(logged.details["case_no"])
        case = self._case(number)
        self.evaluated += 1
        case.returned_fen += int(logged.details["amount_fen"])
        if not case.netted_fen <= case.returned_fen <= case.amount_fen:
            taken, back = written(case.netted_fen), written(case.returned_fen)
            what = Text(
                f"{number} 从商户的出款中扣了 {taken}，重新付出的却是 {back}",
                f"{number} took {taken} from payouts of the merchant, and {back} are paid again",
            )
            self.broken(line, logged.about, what)

    def at_end(self, at: Instant) -> Iterable[tuple[About, Text]]:
        for number, case in self._cases.items():
            if case.host == "won" and case.returned_fen < case.netted_fen:
                left = written(case.netted_fen - case.returned_fen)
                yield case.about, Text(f"{number} 已胜诉，仍有 {left} 没有付", f"{number} is won, and {left} are not paid")
            if case.host in OVER and case.issuer in OVER and case.host != case.issuer:
                what = Text(
                    f"{number} 在收单主机的结局是 {case.host}，在发卡行是 {case.issuer}",
                    f"{number} ended {case.host} at the host and {case.issuer} at the card's bank",
                )
                yield case.about, what

    def evaluated_at_end(self) -> int:
        return self.evaluated + sum(case.host in OVER for case in self._cases.values())
