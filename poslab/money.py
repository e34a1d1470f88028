"""Amounts as integers in minor units (fen), and the few sums that must not lose one of them."""

import re
from collections.abc import Sequence

PPM = 1_000_000

_AMOUNT = re.compile(r"(-?)(\d{1,10})(?:\.(\d{2}))?", re.ASCII)


def fen(written: str) -> int:
    """``"128.00"`` or ``"128"`` as fen; ``ValueError`` for anything else (``"1.5"``, ``"1,000.00"``)."""
    found = _AMOUNT.fullmatch(written)
    if found is None:
        raise ValueError(f"an amount is written like 128.00, not {written!r}")
    sign, whole, cents = found.groups()
    amount_fen = int(whole) * 100 + int(cents or "0")
    return -amount_fen if sign else amount_fen


def written(amount_fen: int) -> str:
    """Fen as people write them: ``1000000`` is ``"10,000.00"``."""
    sign = "-" if amount_fen < 0 else ""
    whole, cents = divmod(abs(amount_fen), 100)
    return f"{sign}{whole:,}.{cents:02d}"


def share(amount_fen: int, rate_ppm: int, cap_fen: int | None = None) -> int:
    """A rate of an amount, rounded half-up to the fen, at most ``cap_fen``; for amounts and rates not below zero."""
    part = (amount_fen * rate_ppm * 2 + PPM) // (2 * PPM)
    return part if cap_fen is None or part < cap_fen else cap_fen


def split(amount_fen: int, weights: Sequence[int]) -> tuple[int, ...]:
    """An amount divided by weights so that the parts add up to it exactly.

    Each part is rounded down and the fen that remain go to the largest remainders, earlier parts first.
    ``ValueError`` if no weight is above zero or one is below.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must not be below zero, and one must be above")
    parts = [amount_fen * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount_fen * weights[i] % total), i))
    for i in by_remainder[: amount_fen - sum(parts)]:
        parts[i] += 1
    return tuple(parts)
