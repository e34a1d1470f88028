"""The host's recalls: payouts that went to the wrong account and are asked back of the rail, until it says what became.

The rail is told, and told again while it is silent; once it has heard, it is asked how the payout stands, for its word
that the money is back may be lost. ``credited`` without a reason, after it has heard, is a no: the receiver keeps it.
What comes back is the payout desk's affair; here a recall is only remembered until it is over. While a merchant's
account is under review nobody can say yet which one is wrong, so a clerk's request is put off until then.
"""

from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from poslab.messages.funding import BEING_RECALLED, PayoutQuery, PayoutRecall, PayoutStatus
from poslab.party.contract import About, Effect, Kept, Logged, Remind, Reminder, Send
from poslab.party.time import DAY, HOUR, MINUTE, Duration, Instant

UNHEARD_REPEAT_US: Duration = 10 * MINUTE
"""How long the rail may be silent before a recall is sent again."""
ASKED_EVERY_US: Duration = 6 * HOUR
"""How often the rail is asked how a payout stands that it was asked to get back."""
ENDS_US: Duration = 14 * DAY
"""How long a recall is followed; after that its payout is forgotten too."""


class RecallUnanswered(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    """The rail has not said that a payout is back, or stays."""

    kind: ClassVar[str] = "recall-unanswered"

    payout_no: str
    try_no: int
    attempt: int


class Recall(Struct, frozen=True, array_like=True):
    """A payout that is asked back."""

    payout_no: str
    try_no: int
    ends: Instant
    heard: bool = False
    """The rail has said that it asks the account bank."""
    attempt: int = 1


class RecallDesk:
    """Remembers what is asked back, and asks on."""

    def __init__(self, rail: str) -> None:
        self._rail = rail
        self.open: dict[str, Recall] = {}
        """Payout → its recall."""
        self.put_off: dict[str, About] = {}
        """Merchant under review → about what a clerk has asked for its payouts back."""

    def wait(self, mid: str, about: About, out: list[Effect]) -> None:
        """A clerk wants a merchant's payouts back, and its account is under review."""
        self.put_off[mid] = about
        out.append(Kept(about, "recall"))
        out.append(Logged(about, "recall-put-off", {"mid": mid}))

    def begin(self, payout_no: str, try_no: int, about: About, at: Instant, out: list[Effect]) -> None:
        """Ask for a payout back, or once more where it is asked for already."""
        before = self.open.get(payout_no)
        attempt = before.attempt + 1 if before is not None and before.try_no == try_no else 1
        self.open[payout_no] = Recall(payout_no, try_no, at + ENDS_US, attempt=attempt)
        out.append(Kept("", "recall"))
        out.append(Logged(about, "payout-recalled", {"payout_no": payout_no, "try_no": try_no}))
        self._ask(self.open[payout_no], out)

    def status(self, given: PayoutStatus, out: list[Effect]) -> None:
        """The rail says how a payout stands: perhaps what became of its recall."""
        recall = self.open.get(given.payout_no)
        if recall is None or recall.try_no != given.try_no:
            return
        if given.state == "credited" and given.reason == BEING_RECALLED:
            if not recall.heard:
                self.open[given.payout_no] = replace(recall, heard=True)
                out.append(Kept("", "recall"))
        elif given.state == "returned" or (given.state == "credited" and recall.heard):
            self._end(recall, given.state, out)

    def awaits(self, of: RecallUnanswered) -> bool:
        """Whether the letter is the latest about a recall that is not over."""
        recall = self.open.get(of.payout_no)
        return recall is not None and (recall.try_no, recall.attempt) == (of.try_no, of.attempt)

    def overdue(self, of: RecallUnanswered, at: Instant, out: list[Effect]) -> None:
        """Nothing was said that ends it: ask again, until it has lasted too long."""
        recall = self.open[of.payout_no]
        if at >= recall.ends:
            self._end(recall, "unanswered", out)
            return
        self.open[of.payout_no] = again = replace(recall, attempt=recall.attempt + 1)
        self._ask(again, out)

    def restarted(self, out: list[Effect]) -> None:
        """Ask anew about everything that is asked back."""
        for recall in list(self.open.values()):
            self.open[recall.payout_no] = again = replace(recall, attempt=recall.attempt + 1)
            self._ask(again, out)

    def _ask(self, recall: Recall, out: list[Effect]) -> None:
        told = PayoutQuery if recall.heard else PayoutRecall
        out.append(Send(self._rail, told("", recall.payout_no, recall.try_no), recall.attempt))
        after_us = ASKED_EVERY_US if recall.heard else UNHEARD_REPEAT_US
        out.append(Remind(after_us, RecallUnanswered("", recall.payout_no, recall.try_no, recall.attempt)))

    def _end(self, recall: Recall, how: str, out: list[Effect]) -> None:
        del self.open[recall.payout_no]
        out.append(Kept("", "recall"))
        out.append(Logged("", "recall-ended", {"payout_no": recall.payout_no, "how": how}))
