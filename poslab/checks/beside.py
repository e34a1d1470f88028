"""Entries about a purchase that are none of an attempt's own: a hold, a chargeback, an adjustment."""


class Beside:
    """Remembers them from one clearing file to the one after the next."""

    def __init__(self) -> None:
        self._young: set[str] = set()
        self._old: set[str] = set()

    def __contains__(self, entry: object) -> bool:
        return entry in self._young or entry in self._old

    def add(self, entry: str) -> bool:
        """Remember one; whether it is there already."""
        known = entry in self
        self._young.add(entry)
        return known

    def turn(self) -> None:
        """Another file begins."""
        self._old = self._young
        self._young = set()
