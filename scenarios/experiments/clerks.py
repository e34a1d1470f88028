"""What people behind the counter do about a purchase whose money is stuck: at the acquirer, the banks, a platform.

Each is told to its institution as the fact of life that it is, so a run with it can be compared with one without it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from poslab.messages.disputes import DisputeAnswered
from poslab.messages.facts import (
    AccountChangeRequested,
    AccountSet,
    ClaimFiled,
    CorrectionOrdered,
    FreezeLifted,
    HoldReviewed,
    LedgerLineBooked,
    RecallAnswered,
    RecallRequested,
    RepayoutApplied,
    ReviewPassed,
    WithdrawalPressed,
)
from poslab.party.contract import Address, Input
from poslab.party.time import DAY, HOUR, Duration, Instant
from poslab.runtime.virtual import Fact
from poslab.world.world import Merchant, World
from scenarios.schema.story import Purchase
from scenarios.stage.play import Run

Said = Sequence[tuple[Address, Input]]
"""Who is told what."""


class Matter(Struct, frozen=True):
    """The purchase that somebody is busy with."""

    world: World
    purchase: Purchase
    merchant: Merchant
    rrn: str

    @property
    def host(self) -> Address:
        """The acquirer that the merchant's contract is with."""
        return self.world.acquirer_of(self.merchant.mid).address


class Clerk(Struct, frozen=True):
    """Somebody does something about a purchase; without its reference number nothing that needs one."""

    at: Instant
    purchase: Purchase
    does: Callable[[Matter], Said]

    def done(self, run: Run) -> Sequence[Fact]:
        """Whoever must be told is told."""
        run.purchases.now = self.at
        world = run.scenario.world
        merchant = world.merchant(world.terminal(self.purchase.terminal).mid)
        rrn = run.evidence.facts(self.purchase.order, run.purchases).get("rrn")
        matter = Matter(world, self.purchase, merchant, rrn if isinstance(rrn, str) and rrn != "none" else "")
        return [(self.at, to, given) for to, given in self.does(matter)]


def _opened(of: Matter) -> Said:
    """The bank opens the account again; what an authority has frozen stays so."""
    return [(of.merchant.bank, AccountSet(account_no=of.merchant.account_no))]


def _corrected(of: Matter) -> Said:
    """The merchant's own account is put on file; the acquirer reviews that."""
    own = of.merchant
    asked = AccountChangeRequested(
        mid=own.mid, bank=own.bank, account_no=own.account_no, account_name=own.account_name
    )  # fmt: skip
    return [(of.host, asked)]


def _moved(of: Matter) -> Said:
    """Another account of the merchant's is put on file, if it has one."""
    for bank in of.world.banks:
        for account in bank.accounts:
            if account.owner == of.merchant.account_name and account.account_no != of.merchant.account_no:
                asked = AccountChangeRequested(
                    mid=of.merchant.mid, bank=bank.address, account_no=account.account_no, account_name=account.owner
                )  # fmt: skip
                return [(of.host, asked)]
    return []


def _applied(of: Matter) -> Said:
    """The merchant applies for its payout, at whoever pays it."""
    platform = of.world.platform
    payer = platform.address if platform is not None and platform.keeps_ledger else of.host
    return [(payer, RepayoutApplied(mid=of.merchant.mid))]


def _consented(of: Matter) -> Said:
    """Whoever received what is not theirs gives it back."""
    kept = [(bank.address, account.account_no) for bank in of.world.banks for account in bank.accounts]
    kept += [(merchant.bank, merchant.account_no) for merchant in of.world.merchants if merchant != of.merchant]
    return [(bank, RecallAnswered(account_no=account_no)) for bank, account_no in kept]


def _lifted(of: Matter) -> Said:
    """The authority takes its orders back."""
    return [
        (of.host, FreezeLifted(rrn=of.rrn)),
        (of.merchant.bank, FreezeLifted(account_no=of.merchant.account_no)),
    ]


def _at_host(given: Callable[[Matter], Input]) -> Callable[[Matter], Said]:
    return lambda of: [(of.host, given(of))]


def _at_host_by_rrn(given: Callable[[str], Input]) -> Callable[[Matter], Said]:
    return lambda of: [(of.host, given(of.rrn))] if of.rrn else []


def _at_platform(given: Callable[[Matter], Input]) -> Callable[[Matter], Said]:
    return lambda of: [] if of.world.platform is None else [(of.world.platform.address, given(of))]


Done = tuple[Callable[[Matter], Said], Duration]
"""What is done, and how long after it was decided."""
EVERY_DAY: Final[Sequence[Duration]] = (0, DAY, 2 * DAY, 3 * DAY)
"""Whoever applies is told at first that the account is not good yet, and applies again every day."""

_CORRECTED_BY_CLERK: Final = _at_host(lambda of: CorrectionOrdered(of.purchase.order))

BEHIND_THE_COUNTER: Final[Mapping[str, Sequence[Done]]] = {
    "unfreeze-account": ((_opened, 0),),
    "reactivate-account": ((_opened, 0),),
    "correct-account": ((_corrected, 0),),
    "correct-binding": ((_corrected, 0),),
    "change-account": ((_moved, 0),),
    "apply-repayout": tuple((_applied, day) for day in EVERY_DAY),
    "demand-second-payout": tuple((_applied, day) for day in EVERY_DAY),
    "recover-payout": (
        (_at_host(lambda of: RecallRequested(mid=of.merchant.mid)), 2 * DAY),
        (_consented, 2 * DAY + HOUR),
    ),
    "claim-payment": ((_at_host(lambda of: ClaimFiled(of.purchase.order)), 0),),
    "request-host-reversal": ((_CORRECTED_BY_CLERK, 0),),
    "credit-adjustment": ((_CORRECTED_BY_CLERK, 0),),
    "book-by-hand": ((_at_platform(lambda of: LedgerLineBooked(of.purchase.order)), 0),),
    "press-withdraw": ((_at_platform(lambda of: WithdrawalPressed(mid=of.merchant.mid)), 0),),
    "upload-documents": ((_at_host(lambda of: ReviewPassed(mid=of.merchant.mid)), 0),),
    "follow-authority": ((_lifted, 2 * DAY),),
    "hand-in-evidence": ((_at_host_by_rrn(lambda rrn: HoldReviewed(rrn=rrn)), 0),),
    "answer-retrieval": ((_at_host_by_rrn(lambda rrn: DisputeAnswered(rrn=rrn)), 0),),
    "represent": ((_at_host_by_rrn(lambda rrn: DisputeAnswered(rrn=rrn, answer="represent")), 0),),
}
"""Action → what is said to whom."""
