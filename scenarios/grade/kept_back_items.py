"""Open items of money that is kept back: by a rule, a dispute, an authority, or while its merchant is under review."""

from collections.abc import Mapping

from poslab.history.outcome import Outcome
from poslab.history.purchases import Attempt, Purchase, Purchases
from poslab.party.time import DAY, Instant
from poslab.text import Text
from scenarios.grade.item import Item

LATEST_DAYS = 30
"""So many days after a sale its money is settled at the latest, but for sales suspected of a crime."""

_HELD: Mapping[str, tuple[str, Text]] = {
    "rule": ("acquirer", Text("商户交来材料，人工审核后放行", "the merchant's evidence, and a clerk who reviews it")),
    "case": ("merchant", Text("在期限内提交签购单和证明", "slip and evidence from the merchant, in time")),
    "legal": ("authority", Text("下令的机关解除止付", "the authority that gave the order to lift it")),
}
"""Why a sale is held → whose turn it is, and what is waited for."""
_REVIEWED: Mapping[str, Text] = {
    "kyc": Text("上传新证照并通过审核", "new documents, and a clerk who passes them"),
    "change": Text("变更审核通过", "the change to be passed"),
}


_DISPUTED: Mapping[str, tuple[str, Text]] = {
    "inquiry": ("acquirer", Text("在期限内答复确认查询", "an answer to the inquiry of the card's bank, in time")),
    "retrieval": ("merchant", Text("在期限内提交签购单和证明", "slip and evidence from the merchant, in time")),
    "chargeback": ("merchant", Text("接受退单，或在期限内再请款", "the merchant: accept it, or claim again in time")),
    "representment": ("issuer", Text("发卡行对再请款的答复", "the word of the card's bank on the representment")),
    "arbitration": ("switch", Text("卡组织仲裁", "the network's ruling")),
}
"""State of a case → whose turn it is, and what is waited for."""


def kept_back_items(fold: Purchases, purchase: Purchase, found: Outcome) -> list[Item]:
    """What is disputed or held of a purchase, or suspended with its merchant."""
    for attempt in purchase.sales:
        case = fold.cases.of.get(attempt.key)
        if case is not None and case.state in _DISPUTED:
            owner, waits_for = _DISPUTED[case.state]
            due = case.due or None
            return [Item(purchase.about, f"dispute:{case.state}", owner, waits_for, case.since, None, due)]
        kept = fold.kept_back.of.get(attempt.key)
        if kept is not None and kept.reasons:
            owner, waits_for = _HELD[kept.why]
            due = None if kept.why == "legal" else _latest(attempt)
            return [Item(purchase.about, f"held:{kept.why}", owner, waits_for, kept.since, None, due)]
        if found.views.payout == "suspended" and attempt.mid in fold.kept_back.reviews:
            why, since = fold.kept_back.reviews[attempt.mid]
            return [Item(purchase.about, f"suspended:{why}", "merchant", _REVIEWED[why], since, None, _latest(attempt))]
    return []


def _latest(attempt: Attempt) -> Instant:
    return attempt.started_at + LATEST_DAYS * DAY
