"""Evidence: what people could know of a purchase at one instant, as answers to a closed list of questions."""

from typing import Final

from poslab.history.journals import SENT, Journals, said_of
from poslab.history.purchases import Attempt, Payout, Purchase, Purchases
from poslab.history.questions import FACT_NAMES, FACTS, Facts, Role, Value
from poslab.history.trails import Story, Trail
from poslab.history.views import OFFLINE_UNSENT, Views, views
from poslab.messages.card import COMPLETION_NOTICE, COMPLETIONS, OFFLINE_SALES, VOIDS
from poslab.party.time import DAY, HOUR, MINUTE, Instant, clock_text, date_of, day_text, midnight
from poslab.world.calendar import day_of_word

__all__ = ["FACTS", "FACT_NAMES", "Evidence", "Facts"]

ALIKE_US: Final = 10 * MINUTE
"""How near in time another terminal's dial must be to say something about a failed one."""
STILL_COMING_US: Final = 10 * MINUTE
"""Until so long after sending, an answer that is lost and one that is late look the same to everybody."""
OVERDUE_US: Final = HOUR
"""A payout that is under way may take so long."""


_STORED: Final = (*OFFLINE_SALES, COMPLETION_NOTICE)
_PAID_BY_COMPLETION: Final = ("approved", "approved-unprinted", OFFLINE_UNSENT)


class Evidence(Journals):
    """A fold beside ``Purchases``: feed both every line, then ask for the facts of a purchase at that instant."""

    def facts(self, about: str, fold: Purchases, role: Role = "all") -> Facts:
        """What somebody in that role may know of a purchase as of the last line that both folds have seen."""
        purchase = fold.purchases.get(about) or Purchase(about)
        story = self.stories.get(about) or Story()
        sales = purchase.sales
        known = _views(views(fold, purchase), _VIEW_FACTS)
        known |= self._at_the_till(story)
        known |= _meant(fold, purchase)
        known |= self._account(fold, purchase)
        known |= _sold_as(fold, purchase)
        if sales:
            known |= self._of_attempt(fold, sales[0])
        last: dict[str, Value] = {}
        if len(sales) > 1:
            last = _views(_views_of_last(fold, purchase), _ATTEMPT_VIEWS) | self._of_attempt(fold, sales[-1])
        everything = Facts(about, known, last)
        return everything if role == "all" else everything.for_role(role)

    def _at_the_till(self, story: Story) -> dict[str, Value]:
        sales = story.sales
        known: dict[str, Value] = {
            "keyed-unsent": story.keyed_unsent,
            "connect-failed": story.connect_failed,
            "platform-closed": story.platform_closed,
            "blocked": story.blocked,
            "cancelled-unsent": story.cancelled_unsent,
            "attempts": len(sales),
            "terminals": len({trail.terminal for trail in sales}),
            "slips": tuple(story.slips),
            "stans": tuple(trail.stan for trail in sales),
            **({"resent": story.resent} if any(trail.what in OFFLINE_SALES for trail in sales) else {}),
            "void": next((said_of(t.state) for t in reversed(story.trails) if t.what in VOIDS), "none"),
        }
        if story.keyed_on:
            at_platform = self.world.terminal(story.keyed_on).route == self.platform
            known["dials"] = "platform" if at_platform else "host"
        if story.connect_failed != "no":
            alike = self._others(story)
            if alike is not None:
                known["others-fail"] = alike
        if len(sales) > 1 and len(self.world.acquirers) > 1:
            known["acquirers"] = len({self._contracts.of_key(trail.key).address for trail in sales})
        if len(sales) > 1:
            known["same-card-and-amount"] = len({(trail.card, trail.amount_fen) for trail in sales}) == 1
            known["repeated-while"] = story.repeated_while
        return known

    def _others(self, story: Story) -> bool | None:
        """Whether another terminal's nearest dial to the same place failed too; ``None`` if none dialled then."""
        dialled = self.world.terminal(story.keyed_on).route
        near = [
            connected
            for terminal, (at, connected) in self.dials.items()
            if terminal != story.keyed_on
            and self.world.terminal(terminal).route == dialled
            and abs(at - story.failed_at) <= ALIKE_US
        ]
        return None if not near else not all(near)

    def _account(self, fold: Purchases, purchase: Purchase) -> dict[str, Value]:
        mid = fold.owner(purchase.sales[0]) if purchase.sales else ""
        if not mid:
            return {}
        account_no = fold.world.merchant(mid).account_no
        frozen = fold.frozen.get(account_no, "no")
        why, _ = fold.kept_back.reviews.get(mid, ("no", 0))
        return {
            "account-frozen": frozen,
            "account-state": fold.account_states.get(account_no, "open"),
            "withdrawals-refused": frozen in ("out", "both"),
            "account-order": account_no in fold.blocked_by_order,
            "suspended-for": why,
        }

    def _of_attempt(self, fold: Purchases, attempt: Attempt) -> dict[str, Value]:
        known: dict[str, Value] = {}
        trail = self.trails.get(attempt.key)
        if trail is not None:
            known = self._journals(fold, trail)
        known |= self._stored(attempt)
        known["settlement"] = self.batches.get(attempt.key.rpartition("-")[0], "none")
        known["captured-from"] = fold.acquirer(attempt).capture
        known["rrn"] = attempt.rrn or "none"
        payout = fold.payout(attempt)
        known["return-reason"] = payout.reason or "none" if payout is not None else "none"
        known["adjustment-due"] = attempt.adjustment_due
        known["recalled"] = payout is not None and payout.recalled
        platform = fold.platform_of(attempt)
        if platform is not None and platform.keeps_ledger:
            known["ledger"] = _ledger(fold, attempt)
        if payout is not None and payout.bank == "credited":
            known["paid-to"] = "own" if fold.paid_to_owner(attempt) else "other"
        ordered = None if payout is None else fold.paid_with(payout)
        if ordered is not None and ordered.account_no:
            known |= _at_its_bank(fold, ordered)
        kept = fold.kept_back.of.get(attempt.key)
        if kept is not None:
            known |= {"hold": kept.why, "hold-ref": kept.reasons.get(kept.why, "none")}
        elif payout is not None:
            known["hold"] = "none"
        disputed = fold.cases.of.get(attempt.key)
        if attempt.line is not None or disputed is not None:
            known["dispute"] = "none" if disputed is None else disputed.state
        if disputed is not None:
            known["dispute-closed-by"] = disputed.closed_by or "none"
            if disputed.due:
                known["dispute-due"] = day_text(disputed.due)
        known["payout-rule"] = payout.rule or "none" if payout is not None else "none"
        if attempt.business_date:
            cut_at = fold.cleared_at(attempt)
            known["day-cleared"] = cut_at is not None and attempt.approved_at <= cut_at
            known |= _calendar(fold, attempt)
        return known

    def _stored(self, attempt: Attempt) -> dict[str, Value]:
        """Of a sale stored offline, or a hold that is completed: whether it was told, and whether it is a payment."""
        completion = attempt.completion or (attempt if attempt.what in COMPLETIONS else None)
        stored = completion if attempt.what not in OFFLINE_SALES else attempt
        known: dict[str, Value] = {}
        if completion is not None:
            known["completes-hold"] = completion.terminal in _PAID_BY_COMPLETION
        trail = None if stored is None else self.trails.get(stored.key)
        if trail is not None and trail.what in _STORED:
            known["notice-told"] = trail.state == OFFLINE_UNSENT and trail.notices_sent > 0
            known |= {"notices-sent": trail.notices_sent, "queue-lost": trail.notice_lost}
        return known

    def _journals(self, fold: Purchases, trail: Trail) -> dict[str, Value]:
        dark = trail.terminal in self.dark
        timeout_us = self.world.terminal(trail.terminal).answer_timeout_us
        running = trail.state == SENT and not dark and fold.now - trail.started_at < timeout_us
        return {
            "timer-running": running,
            "dark": dark,
            "code": trail.code,
            "no-answer": trail.no_answer,
            "late-answer": _late(trail, fold.now),
            "booted": trail.booted,
            "cancel-pressed": trail.cancel_pressed,
            "chip": trail.chip,
            "print-failed": trail.print_failed,
            "store-failed": trail.store_failed,
            "reversal-reason": trail.reversal_reason,
            "reversal-tries": trail.reversal_tries,
            "reversal-failed": trail.reversal_failed,
            "reversal-answer": trail.reversal_answer,
            "query-answer": trail.query_answer,
            "by-code": trail.card in self._codes,
            "gateway-down": trail.gateway_down,
            "answered-by": trail.answered_by,
            "not-forwarded": trail.not_forwarded,
            "reversal-at-host": trail.reversal_at_host,
            "host-restarted": trail.host_restarted,
            "duplicate-at-host": trail.duplicate or trail.rrns_debited > 1,
            "advice": trail.advice,
            "issuer-line": trail.issuer_line,
            "issuer-day-end": trail.issuer_day_end,
        }


def _at_its_bank(fold: Purchases, payout: Payout) -> dict[str, Value]:
    """What became of the other payouts to the same account, and what keeps this one from it."""
    paid = [
        other.credited_on
        for other in fold.payouts.values()
        if other is not payout and other.account_no == payout.account_no and other.bank == "credited"
    ]
    return {
        "paid-before": bool(paid),
        "paid-that-day": payout.credited_on in paid,
        "payout-waits": payout.waits or "none",
        "account-limit": payout.limit or "none",
    }


def _sold_as(fold: Purchases, purchase: Purchase) -> dict[str, Value]:
    """Under whose number it was sold, and by whose contract."""
    if not purchase.sales:
        return {}
    sale = purchase.sales[0]
    known: dict[str, Value] = {}
    platform = fold.platform_of(sale)
    if platform is not None and platform.keeps_ledger:
        known["withdrawal"] = platform.withdrawal
    contract = "intermediary" if fold.world.merchant(sale.mid).intermediary else "acquirer"
    slip = "own" if sale.mid == fold.owner(sale) else "other"
    return {**known, "slip-merchant": slip, "contract-with": contract}


def _ledger(fold: Purchases, attempt: Attempt) -> str:
    if not fold.has_reached_platform(attempt):
        return "not-yet"
    return attempt.ledger if attempt.ledger in ("missing", "wallet") else "paid-out"


def _meant(fold: Purchases, purchase: Purchase) -> dict[str, Value]:
    """What people at the till meant, beside what they did."""
    known: dict[str, Value] = {"correction-ordered": purchase.corrected} if purchase.sales else {}
    if any(attempt.what in VOIDS for attempt in purchase.attempts):
        known["void-of-another"] = purchase.mistaken
    refunds = fold.refunds_of(purchase.sales[0]) if purchase.sales else []
    if refunds:
        known["refunded-same-day"] = refunds[0].attempt.business_date == purchase.sales[0].business_date
    if purchase.due_fen and purchase.sales:
        more_fen = purchase.sales[0].amount_fen - purchase.due_fen
        known["ticket"] = "agrees" if not more_fen else "too-much" if more_fen > 0 else "too-little"
    return known


def _late(trail: Trail, now: Instant) -> str:
    if trail.late_answer:
        return "yes"
    return "not-yet" if trail.code == "none" and now - trail.started_at < STILL_COMING_US else "no"


# --- views and calendar ---------------------------------------------------------------------------------------------

_VIEW_FACTS: Final = ("terminal", "platform", "host", "issuer", "file", "payout", "merchant", "cardholder")
_ATTEMPT_VIEWS: Final = ("terminal", "platform", "host", "file", "payout")


def _views(seen: Views, names: tuple[str, ...]) -> dict[str, Value]:
    return {name: getattr(seen, name) for name in names}


def _views_of_last(fold: Purchases, purchase: Purchase) -> Views:
    alone = Purchase(purchase.about)
    alone.attempts = [purchase.sales[-1]]
    return views(fold, alone)


def _calendar(fold: Purchases, attempt: Attempt) -> dict[str, Value]:
    calendar = fold.world.calendar
    business_day = day_of_word(attempt.business_date)
    due = fold.due(attempt) or calendar.due(business_day)
    cut_off = midnight(business_day) + calendar.cut_off
    return {
        "business-date": business_day.isoformat(),
        "due-date": day_text(due),
        "due-reached": fold.now >= due,
        "overdue": fold.now >= due + OVERDUE_US,
        "after-cut-off": business_day != date_of(attempt.started_at),
        "closed-days": _closed_days(fold, attempt),
        "cut-off-at": f"{day_text(cut_off)} {clock_text(cut_off)[:5]}",
        "cut-off-passed": fold.now >= cut_off,
    }


def _closed_days(fold: Purchases, attempt: Attempt) -> str:
    calendar = fold.world.calendar
    day = day_of_word(attempt.business_date)
    due_day = date_of(fold.due(attempt) or calendar.due(day))
    between = [
        closed
        for closed in (date_of(midnight(day) + n * DAY) for n in range(1, (due_day - day).days))
        if not calendar.is_working(closed)
    ]
    if any(closed in calendar.holidays for closed in between):
        return "holiday"
    return "weekend" if between else "none"
