"""The host's file of settlement accounts: whom each merchant's payouts are made to, and how that is changed.

A merchant asks for another account, or for the same one corrected; the request is reviewed, and while it is, nothing is
paid to that merchant. A second request takes the place of the first and the review begins anew, which is why several at
once only cost time.
"""

from typing import ClassVar, NamedTuple

from msgspec import Struct

from poslab.messages.facts import AccountChangeRequested
from poslab.party.contract import Effect, Input, Kept, Logged, Remind, Reminder
from poslab.party.table import Ignored, Row, Table
from poslab.party.time import Instant
from poslab.world.world import Payee, World

ON_FILE = "on-file"
UNDER_REVIEW = "under-review"


class AccountReviewed(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The review of a merchant's request is over."""

    kind: ClassVar[str] = "account-reviewed"

    mid: str
    number: int


class Request(Struct, frozen=True, array_like=True):
    """A merchant's request that is under review."""

    number: int
    payee: Payee
    ends: Instant


class HeldAccounts(Struct):
    """A snapshot: accounts that are not those of the world's beginning any more, and what is under review."""

    changed: dict[str, Payee] = {}
    requests: dict[str, Request] = {}
    requested: int = 0


class Filed(NamedTuple):
    """A merchant's account on the desk."""

    desk: "AccountDesk"
    mid: str


class AccountDesk:
    """Keeps the file and reviews requests for a change."""

    def __init__(self, world: World) -> None:
        self._first = {merchant.mid: merchant.filed for merchant in world.merchants}
        platform = world.platform
        self._ledger = platform if platform is not None and platform.keeps_ledger else None
        self.review_us = world.acquirer.account_review_us
        self.held = HeldAccounts({}, {}, 0)

    def payee(self, mid: str) -> Payee:
        """The account on file of a merchant."""
        return self.held.changed.get(mid) or self._first[mid]

    @property
    def has_ledger(self) -> bool:
        """Whether merchants are paid by a platform, out of wallets."""
        return self._ledger is not None

    def paid_to(self, mid: str) -> Payee:
        """Whom a merchant's payouts are made to: to the platform that keeps its wallet, where there is one."""
        if self._ledger is None:
            return self.payee(mid)
        return Payee(self._ledger.address, mid, self._ledger.name.zh)

    def is_under_review(self, mid: str) -> bool:
        """Whether a merchant waits for a review, and so for its money."""
        return mid in self.held.requests

    def awaits(self, of: AccountReviewed) -> bool:
        """Whether the letter is about the request that is under review."""
        request = self.held.requests.get(of.mid)
        return request is not None and request.number == of.number

    def hear(self, given: AccountChangeRequested | AccountReviewed, at: Instant, out: list[Effect]) -> bool:
        """Hear of a merchant's account; whether its file is another one from now on. Strangers are passed over."""
        if given.mid not in self._first:
            return False
        before = self.payee(given.mid)
        ACCOUNTS.step(Filed(self, given.mid), self._state(given.mid), given, at, out)
        return self.payee(given.mid) != before

    def restarted(self, at: Instant, out: list[Effect]) -> None:
        """Go on with what is under review."""
        for mid, request in sorted(self.held.requests.items()):
            out.append(Remind(max(0, request.ends - at), AccountReviewed("", mid, request.number)))

    def _state(self, mid: str) -> str:
        return UNDER_REVIEW if mid in self.held.requests else ON_FILE


# --- the rows of the table


def review(filed: Filed, given: AccountChangeRequested, at: Instant, out: list[Effect]) -> str:
    """Begin a review, anew if there is one."""
    desk, mid = filed
    now = desk.payee(mid)
    wanted = Payee(given.bank or now.bank, given.account_no or now.account_no, given.account_name or now.account_name)
    desk.held.requested += 1
    request = Request(desk.held.requested, wanted, at + desk.review_us)
    desk.held.requests[mid] = request
    out.append(Kept(given.about, "account-change"))
    out.append(Logged(given.about, "account-change-requested", {"mid": mid, "account_no": wanted.account_no}))
    out.append(Remind(desk.review_us, AccountReviewed("", mid, request.number)))
    return UNDER_REVIEW


def change(filed: Filed, given: AccountReviewed, at: Instant, out: list[Effect]) -> str:
    """The review is passed: payouts go to the account that was asked for."""
    desk, mid = filed
    payee = desk.held.requests.pop(mid).payee
    desk.held.changed[mid] = payee
    out.append(Kept("", "account"))
    out.append(Logged("", "account-changed", {"mid": mid, "account_no": payee.account_no}))
    return ON_FILE


ACCOUNTS: Table[Filed] = Table(
    "a settlement account at the host",
    (ON_FILE, UNDER_REVIEW),
    (
        Row(ON_FILE, AccountChangeRequested, review, (UNDER_REVIEW,)),
        Row(UNDER_REVIEW, AccountChangeRequested, review, (UNDER_REVIEW,)),
        Row(UNDER_REVIEW, AccountReviewed, change, (ON_FILE,)),
    ),
    (Ignored((ON_FILE,), AccountReviewed, "nothing is under review; awaits() says so"),),
)

HEARD: tuple[type[Input], ...] = (AccountChangeRequested, AccountReviewed)
"""What the table says something about."""
