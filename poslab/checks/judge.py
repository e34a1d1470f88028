"""The judge: feeds every check with the history as it happens, and asks for their verdicts at the end.

It sees what a run leaves behind and nothing else: no party, no book of a party. One table by address and type (by word
for lines of business logs) finds who wants to see an effect, so that each effect is looked at once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from poslab.checks import ALL
from poslab.checks.check import Check, Judged, Seeing
from poslab.checks.evidence import gather
from poslab.checks.plain import NOTHING_PLAIN, Recognisers
from poslab.history.line import Line
from poslab.party.contract import Address, Input, Logged, Send
from poslab.party.time import Instant
from poslab.world.world import World

Wish = Mapping[Any, Seeing]


class _Lookout(dict[type | str, tuple[Seeing, ...]]):
    """For one role: type, or word of a log → who looks at it; filled in as they turn up.

    Of what somebody wishes to see the nearest counts: this type of this role, this type, any message of this role, any
    message (``Send``). A word of a log is of the type ``Logged``.
    """

    def __init__(self, role: str, wishes: Sequence[Wish]) -> None:
        super().__init__()
        self._role = role
        self._wishes = wishes

    def __missing__(self, what: type | str) -> tuple[Seeing, ...]:
        wanted: list[Any] = [(self._role, what), what]
        if isinstance(what, str):
            wanted = [(self._role, what), (self._role, Logged), Logged]
        elif issubclass(what, Input):
            for base in what.__mro__[1:]:  # a message is of every kind that it is a kind of
                if base is Input:
                    break
                wanted += [(self._role, base), base]
            wanted += [(self._role, Send), Send]
        near = (next((wish[sight] for sight in wanted if sight in wish), None) for wish in self._wishes)
        found = tuple(see for see in near if see is not None)
        self[what] = found
        return found


class _Whole(dict[Address, Recognisers]):
    """Address → what recognises its lines; nothing does for a stranger."""

    def __missing__(self, address: Address) -> Recognisers:
        return NOTHING_PLAIN


class Judge:
    """All checks over one run. A sink: ``see`` every line, then ``end``.

    ``whole_lines=False`` looks at every effect of every line; verdicts and counts are the same, and it takes longer.
    """

    def __init__(self, world: World, checks: Sequence[type[Check]] | None = None, *, whole_lines: bool = True) -> None:
        findings: dict[type, tuple[Seeing, ...]] = {}

        def tell(finding: Any, line: Line, given: Any) -> None:
            for see in findings.get(type(finding), ()):
                see(finding, line, given)

        evidence = gather(world, tell)
        self.checks = [check(evidence) for check in (ALL if checks is None else checks)]
        folds = (evidence.docket, evidence.claims, evidence.reference, evidence.own_books)
        seen: list[Wish] = [fold.sees() for fold in folds] + [check.sees() for check in self.checks]
        heard: list[Wish] = [evidence.docket.hears()] + [check.hears() for check in self.checks]
        for wish in seen:
            for sight, see in wish.items():
                if isinstance(sight, type):
                    findings[sight] = (*findings.get(sight, ()), see)
        roles = world.roles()
        by_role = {role: (_Lookout(role, heard), _Lookout(role, seen)) for role in dict.fromkeys(roles.values())}
        self._lookouts = {address: by_role[role] for address, role in roles.items()}
        self._whole = _Whole(
            {
                # What further institutions post stands in books that no shortcut knows.
                address: evidence.plain.of(role if whole_lines and address not in evidence.reference.marks else "")
                for address, role in roles.items()
            }
        )

    def see(self, line: Line, given: Input) -> None:
        """Take the next line."""
        self.see_many((line,), (given,))

    def see_many(self, lines: Sequence[Line], given: Sequence[Input]) -> None:
        """Take the next lines, each with its input."""
        whole = self._whole
        for line, heard in zip(lines, given, strict=True):
            if not whole[line.party][type(heard)](line, heard):
                self._look(line, heard)

    def _look(self, line: Line, given: Input) -> None:
        """Show a line's input and each of its effects to whoever wishes to see them."""
        lookouts = self._lookouts.get(line.party)
        if lookouts is None:
            return
        heard, seen = lookouts
        for hear in heard[type(given)]:
            hear(given, line, given)
        for effect in line.effects:
            shown: Any = effect
            what: type | str = type(effect)
            if what is Logged:
                what = shown.word
            elif what is Send:
                shown = shown.message
                what = type(shown)
            for see in seen[what]:
                see(shown, line, given)

    def end(self, at: Instant) -> list[Judged]:
        """Every check's verdict if the run ended now."""
        return [check.judged(at) for check in self.checks]
