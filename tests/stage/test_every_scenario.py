"""Every scenario and variant of the library, played as a user would, in every preset world, and always the same."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from scenarios.schema.load import load, variants_of
from scenarios.schema.sources import library_ids
from scenarios.stage.play import Played, play

NAMES = [f"{name}/{variant}" for name in library_ids() for variant in variants_of(name)]
SUMS_DIFFER = (
    "op-wrong-amount", "disp-negotiated-refund/partial", "disp-chargeback/partial", "disp-chargeback/partly-refunded",
)  # fmt: skip
"""Where another amount was keyed in, or a part of it was given back."""
OUT_OF_WALLETS = ("plat-order-stuck/plain", "plat-instant-payout-off/manual")
"""What only a platform with a ledger can do to a merchant."""
OF_ONE_ACQUIRER = ("field-authorised-never-captured/as-reported", "month-of-a-corner-shop/plain")
"""Where the sale on T2 matters to the one on T1: the file from which a line is missing would have no other line, so
that there would be no file at all; and the month's payouts of T2 would go to an account to which nothing is done."""
OF_A_STREET = ("acq-host-down/other-acquirer",)
"""Where the platform is told of the sale: it stands before the first acquirer and hears nothing of the other one's."""
OF_TWO_ACQUIRERS = ("acq-host-down/other-acquirer", "bank-maintenance-window/other-bank")
"""Where another acquirer, or the account at another bank, is what helps: in a world without one nothing does."""
WORLDS = ["as-written", "corner-shop", "gateway-shop", "wallet-shop", "two-acquirers", "whole-street"]
TWO_ACQUIRERS = ("two-acquirers", "whole-street")


def _fits(name: str, world: str) -> bool:
    if name in OUT_OF_WALLETS:
        return world in ("as-written", "wallet-shop", "whole-street")
    if name.startswith("plat-instant"):  # the acquirer pays nobody early where a platform keeps the wallets
        return world not in ("wallet-shop", "whole-street")
    of_a_platform = name.startswith("plat-") and not name.startswith("plat-second-clearing")
    return not (of_a_platform and world in ("corner-shop", "two-acquirers"))


@cache
def played(name: str, world: str) -> Played:
    return play(load(name, world=None if world == "as-written" else world))


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("name", NAMES)
def test_it_ends_as_it_says_and_is_explained(name: str, world: str) -> None:
    if name in (OF_ONE_ACQUIRER if world in TWO_ACQUIRERS else OF_TWO_ACQUIRERS) and world != "as-written":
        return
    if name in OF_A_STREET and world == "whole-street":
        return
    if not _fits(name, world):
        pytest.fail("a platform scenario must refuse a world without one") if _plays(name, world) else None
        return
    result = played(name, world).result
    missed = [line.what for line in result.expectations if not line.met]
    broken = [(check.id, check.breaches) for check in result.invariants if not check.expected]
    assert result.verdict == "pass", (result.reason, missed, broken)
    assert result.expectations, "a scenario that expects nothing shows nothing"


def _plays(name: str, world: str) -> bool:
    from scenarios.schema.errors import BadInput

    try:
        load(name, world=world)
    except BadInput:
        return False
    return True


def test_a_purchase_and_its_money_are_accounted_for_in_every_scenario() -> None:
    for name in NAMES:
        for purchase in played(name, "as-written").result.purchases:
            for moment in (purchase.at_complaint, purchase.end):
                if moment is not None:
                    away = sum(place.amount for place in moment.places)
                    assert away == purchase.due * moment.charged_net or name.startswith(SUMS_DIFFER), name


_PRINT_LINES = """
import io, sys
from scenarios.schema.load import load
from scenarios.stage.play import play
out = sys.stdout.buffer
for name in sys.argv[1:]:
    written = io.BytesIO()
    play(load(name), history=written)
    out.write(b"# " + name.encode() + b"\\n" + written.getvalue())
"""


def _histories(hash_seed: str, zone: str) -> list[bytes]:
    env = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", _PRINT_LINES, *NAMES], env=env, capture_output=True, check=True)
    return done.stdout.splitlines()


def test_the_same_scenario_and_seed_write_the_same_bytes_in_any_process_and_zone() -> None:
    one, other = _histories("0", "Asia/Shanghai"), _histories("4711", "America/St_Johns")
    name = b""
    for number, (here, there) in enumerate(zip(one, other, strict=False), start=1):
        if here.startswith(b"# "):
            name, number_in_file = here, number
        assert here == there, f"{name!r}: line {number - number_in_file} differs:\n{here!r}\n{there!r}"
    assert len(one) == len(other) > 500


def test_another_seed_may_break_ties_otherwise_and_still_ends_the_same() -> None:
    for seed in ("2", "ship-ahoy"):
        for name in ("net-response-lost/plain", "op-double-swipe/second-terminal", "acct-frozen/both"):
            if name in NAMES:
                assert play(load(name), seed=seed).result.verdict == "pass", (name, seed)


def test_removing_what_was_injected_changes_no_diagnosis(tmp_path: Path) -> None:
    """The truth lies in a file of its own: what diagnoses is computed from the history alone."""
    from poslab.diagnosis.procedure import diagnose
    from poslab.history.evidence import Evidence
    from poslab.history.purchases import Purchases

    for name in NAMES:
        scenario = load(name)
        kept = play(scenario, keep=True)
        for complaint in scenario.complaints:
            purchases, evidence = (
                Purchases(scenario.world, [p.order for p in scenario.purchases]),
                Evidence(scenario.world),
            )
            for line, given in kept.pairs:
                if line.at <= complaint.at:
                    purchases.see(line, given)
                    evidence.see(line, given)
            purchases.now = complaint.at
            alone = diagnose(evidence.facts(complaint.order, purchases))
            purchase = next(p for p in kept.result.purchases if p.order == complaint.order)
            assert purchase.at_complaint is not None and purchase.at_complaint.diagnosis is not None
            assert alone.cause == purchase.at_complaint.diagnosis.cause, name
