"""Keyed chance: every draw follows from who is meant, never from how many draws came before.

``draw = BLAKE2b(seed, domain, link, about, kind, attempt, copy)``. One message more or less changes no other draw.
"""

from hashlib import blake2b
from zlib import crc32

PPM = 1_000_000


class Chance:
    """Draws of one run. ``seed`` is any text; equal seeds give equal draws in every process."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._prepared: dict[tuple[str, str], object] = {}
        self.tie_seed = crc32(seed.encode())

    def draw(self, domain: str, link: str, about: str, kind: str, attempt: int = 1, copy: int = 0) -> int:
        """A 64-bit integer for one identity."""
        state = self._prepared.get((domain, link))
        if state is None:
            state = blake2b(f"{self._seed}\x00{domain}\x00{link}\x00".encode(), digest_size=8)
            self._prepared[domain, link] = state
        one = state.copy()  # type: ignore[attr-defined]
        one.update(f"{about}\x00{kind}\x00{attempt}\x00{copy}".encode())
        return int.from_bytes(one.digest(), "big")

    def happens(self, ppm: int, domain: str, link: str, about: str, kind: str, attempt: int = 1, copy: int = 0) -> bool:
        """Whether something of a chance in parts per million happens to this identity."""
        return ppm >= PPM or self.draw(domain, link, about, kind, attempt, copy) % PPM < ppm
