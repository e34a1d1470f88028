"""The host's file of settlement accounts: whom each merchant's payouts are made to, and how that is changed.

A merchant asks for another account, or for the same one corrected; the request is reviewed, and while it is, nothing is
paid to that merchant. A second request takes the place of the first and the review begins anew, which is why several at
once only cost time. A request for the account that is on file changes nothing, and needs no review.

A platform that keeps the merchant's wallet pays it, so it is told of every change that was passed, until it has heard.
"""

from typing import ClassVar, NamedTuple

from msgspec import Struct

from poslab.messages.facts import AccountChangeRequested
from poslab.messages.funding import AccountHeard, AccountNotice
from poslab.party.contract import Effect, Input, Kept, Logged, Remind, Reminder, Send
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


class ChangeUnheard(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The platform has not said that it knows of a change."""

    kind: ClassVar[str] = "account-change-unheard"

    mid: str
    number: int
    attempt: int


class Untold(Struct, frozen=True, array_like=True):
    """A change that the platform has not heard of."""

    number: int
    attempt: int = 1


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
    untold: dict[str, Untold] = {}
    """Merchant → its change that the platform has not heard of."""


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
        self._repeat_us = world.acquirer.file_repeat_us
        self.held = HeldAccounts({}, {}, 0, {})

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

    def awaits(self, of: AccountReviewed | ChangeUnheard) -> bool:
        """Whether the letter is about the request that is under review, or about a change that is not heard."""
        if isinstance(of, ChangeUnheard):
            return self.held.untold.get(of.mid) == Untold(of.number, of.attempt)
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
        for mid in sorted(self.held.untold):
            self.tell_again(mid, out)

    def tell(self, mid: str, number: int, out: list[Effect]) -> None:
        """Tell a platform that pays the merchant of its change."""
        if self._ledger is not None:
            self.held.untold[mid] = Untold(number)
            self._say(mid, out)

    def tell_again(self, mid: str, out: list[Effect]) -> None:
        """The platform is silent: the same again."""
        before = self.held.untold[mid]
        self.held.untold[mid] = Untold(before.number, before.attempt + 1)
        self._say(mid, out)

    def heard(self, given: AccountHeard) -> None:
        """The platform knows of a change."""
        untold = self.held.untold.get(given.mid)
        if untold is not None and untold.number == given.number:
            del self.held.untold[given.mid]

    def _say(self, mid: str, out: list[Effect]) -> None:
        assert self._ledger is not None
        untold, payee = self.held.untold[mid], self.payee(mid)
        notice = AccountNotice("", mid, untold.number, payee.bank, payee.account_no, payee.account_name)
        out.append(Send(self._ledger.address, notice, untold.attempt))
        out.append(Remind(self._repeat_us, ChangeUnheard("", mid, untold.number, untold.attempt)))

    def _state(self, mid: str) -> str:
        return UNDER_REVIEW if mid in self.held.requests else ON_FILE


# --- the rows of the table


def review(filed: Filed, given: AccountChangeRequested, at: Instant, out: list[Effect]) -> str:
    """Begin a review, anew if there is one."""
    desk, mid = filed
    wanted = _wanted(filed, given)
    desk.held.requested += 1
    request = Request(desk.held.requested, wanted, at + desk.review_us)
    desk.held.requests[mid] = request
    out.append(Kept(given.about, "account-change"))
    out.append(Logged(given.about, "account-change-requested", {"mid": mid, "account_no": wanted.account_no}))
    out.append(Remind(desk.review_us, AccountReviewed("", mid, request.number)))
    return UNDER_REVIEW


def keep(filed: Filed, given: AccountChangeRequested, at: Instant, out: list[Effect]) -> str:
    """It is on file already."""
    details: dict[str, str | int] = {"mid": filed.mid, "account_no": filed.desk.payee(filed.mid).account_no}
    out.append(Logged(given.about, "account-on-file", details))
    return ON_FILE


def _wanted(filed: Filed, given: AccountChangeRequested) -> Payee:
    now = filed.desk.payee(filed.mid)
    return Payee(given.bank or now.bank, given.account_no or now.account_no, given.account_name or now.account_name)


def _is_on_file(filed: Filed, given: AccountChangeRequested, at: Instant) -> bool:
    return _wanted(filed, given) == filed.desk.payee(filed.mid)


def change(filed: Filed, given: AccountReviewed, at: Instant, out: list[Effect]) -> str:
    """The review is passed: payouts go to the account that was asked for."""
    desk, mid = filed
    request = desk.held.requests.pop(mid)
    desk.held.changed[mid] = request.payee
    out.append(Kept("", "account"))
    out.append(Logged("", "account-changed", {"mid": mid, "account_no": request.payee.account_no}))
    desk.tell(mid, request.number, out)
    return ON_FILE


ACCOUNTS: Table[Filed] = Table(
    "a settlement account at the host",
    (ON_FILE, UNDER_REVIEW),
    (
        Row(ON_FILE, AccountChangeRequested, keep, (ON_FILE,), _is_on_file),
        Row(ON_FILE, AccountChangeRequested, review, (UNDER_REVIEW,)),
        Row(UNDER_REVIEW, AccountChangeRequested, review, (UNDER_REVIEW,)),
        Row(UNDER_REVIEW, AccountReviewed, change, (ON_FILE,)),
    ),
    (Ignored((ON_FILE,), AccountReviewed, "nothing is under review; awaits() says so"),),
)

HEARD: tuple[type[Input], ...] = (AccountChangeRequested, AccountReviewed)
"""What the table says something about."""
