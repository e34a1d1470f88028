"""The messages between acquirer, card network and issuer; the keys are those of the acquirer's id, field 32.

What has no place in the bytes: ``about``, and the year of ``host_at`` and ``business_date``. What the bytes have and no
message says: when it was sent (field 7), the acquirer (32) and the merchant's line of business (18).
"""

from typing import Final

from poslab.messages import card
from poslab.messages.iso8583.pieces import attempts, cards, dates, money, upstream, words
from poslab.messages.iso8583.pieces.piece import Fields
from poslab.messages.iso8583.row import Leg, Row, row
from poslab.party.contract import Input
from poslab.party.time import Instant

_CODE: Final = words.word("code", 39)
_RRN: Final = words.word("rrn", 37)


def _opens(sent_at: Instant, acquirer: str) -> Fields:
    return {7: dates.sent(sent_at), 32: acquirer, 33: acquirer}


def _request(message: type[Input], of: attempts.Codes) -> Row:
    return row(
        message,
        attempts.purchase(upstream.FORWARDED, of),
        upstream.merchant(),
        money.amount(),
        cards.card_or_code(track=False, expiry=False),
        cards.entry_and_pin(described=False),
        _RRN,
        words.word_or_none("original_auth", 38),
        upstream.original(),
    )


def _answer(message: type[Input], of: attempts.Codes) -> Row:
    return row(
        message,
        attempts.purchase(upstream.FORWARDED, of),
        upstream.merchant(),
        money.amount(),
        _CODE,
        _RRN,
        words.word_or_none("auth", 38),
        dates.host_at(),
        dates.business_date(),
        upstream.not_forwarded(),
        money.balance(),
        words.absent("expected_date", 62),
    )


NETWORK_LEG: Final = Leg(
    rows=(
        _request(card.FinancialRequest, attempts.REQUESTS),
        _answer(card.FinancialResponse, attempts.REQUESTS),
        _request(card.AuthorisationRequest, attempts.AUTHORISATIONS),
        _answer(card.AuthorisationResponse, attempts.AUTHORISATIONS),
        row(
            card.ReversalAdvice,
            attempts.purchase(upstream.FORWARDED, attempts.REVERSIBLE),
            upstream.merchant(),
            money.amount(),
            cards.card(track=False, expiry=False),
            _RRN,
            words.word("reason", 39),
            upstream.same_original(),
            again="0421",
        ),
        row(card.QueryRequest, attempts.attempt(upstream.FORWARDED), upstream.merchant(), upstream.closes(), _RRN),
        row(
            card.QueryResponse,
            attempts.attempt(upstream.FORWARDED),
            upstream.merchant(),
            upstream.closes(),
            _CODE,
            words.one_of("state", 62, card.KNOWN_STATES),
            _RRN,
            words.word_or_none("auth", 38),
            dates.host_at(),
            dates.business_date(),
        ),
        row(
            card.FinancialNotice,
            attempts.purchase(upstream.FORWARDED, attempts.NOTICES),
            upstream.merchant(),
            money.amount(),
            cards.card(track=False, expiry=False),
            cards.entry(),
            _RRN,
            words.word_or_none("original_auth", 38),
            upstream.original(),
            again="0221",
        ),
        row(
            card.NoticeResponse,
            attempts.purchase(upstream.FORWARDED, attempts.NOTICES),
            upstream.merchant(),
            money.amount(),
            _CODE,
            _RRN,
            words.word_or_none("auth", 38),
            dates.host_at(),
            dates.business_date(),
        ),
        row(card.AdviceResponse, attempts.attempt(upstream.FORWARDED), _RRN, _CODE, upstream.forwarder()),
    ),
    owner=32,
    mac=128,
    demands_mac=True,
    opens=_opens,
)
