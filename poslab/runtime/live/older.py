"""A party whose store came back with less than it had taken: which earlier state that was, found in its journal."""

from collections.abc import Callable, Iterable

from poslab.party.contract import Input, Party
from poslab.party.facts import Recovered
from poslab.runtime.journals.journal import Record
from poslab.runtime.live.standing import digest_of


def older_state(
    newborn: Callable[[], Party],
    base: bytes | None,
    records: Iterable[Record],
    decode: Callable[[bytes], Input],
    back: Recovered,
    cut: Input | None,
) -> bytes | None:
    """The latest state that ``back`` may mean, on the way from ``base`` (none: birth) through the party's records.

    ``cut`` is what a party is told when it dies, and what an older state has not been told yet. ``None`` where the
    state lies before ``base``. The way is gone once more, which takes as long as a replay.
    """
    party = newborn()
    if base is not None:
        party.restore(base)
    found = _as_dead(newborn, party.snapshot(), cut, back)
    for record in records:
        given = decode(record.given)
        if type(given) is Recovered:
            continue
        try:
            party.handle(given, record.own)
        except Exception:
            if record.heard is None:
                raise
            continue  # nonsense from elsewhere, which was left out then, too
        found = _as_dead(newborn, party.snapshot(), cut, back) or found
    return found


def _as_dead(newborn: Callable[[], Party], state: bytes, cut: Input | None, back: Recovered) -> bytes | None:
    if cut is not None:
        dead = newborn()
        dead.restore(state)
        dead.handle(cut, 0)
        state = dead.snapshot()
    return state if digest_of(state) == back.came_back_as else None
