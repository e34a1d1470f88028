"""The messages between terminal and acquirer.

What has no place in the bytes: ``about``, which an envelope carries, and the year of ``host_at`` and ``business_date``.
"""

from typing import Final

from poslab.messages import batch as settlement
from poslab.messages import card
from poslab.messages.iso8583.pieces import attempts, batch, cards, dates, delivery, money, words
from poslab.messages.iso8583.pieces.piece import Fields
from poslab.messages.iso8583.row import Leg, Row, row
from poslab.party.contract import Input
from poslab.party.time import Instant

_KEY_SETS: Final = {card.SINGLE_KEYS: "001", card.DOUBLE_KEYS: "003", card.TRACK_KEYS: "004"}
_MANAGEMENT: Final = {"sign-off": "002", "echo": "301", card.PARAMETERS: "360", card.STATUS: "362"}
_SETTLEMENT: Final = "201"
_UPLOADS: Final = {
    settlement.OFFLINE: ("30", "201"),
    settlement.CHIP_OFFLINE: ("36", "201"),
    settlement.ONLINE: ("00", "201"),
    settlement.REFUND: ("25", "201"),
    settlement.COMPLETION: ("24", "201"),
    settlement.CHIP_ONLINE: ("00", "203"),
    settlement.CHIP_FAILED: ("00", "204"),
    settlement.END_UNEQUAL: ("00", "202"),
    settlement.END_EQUAL: ("00", "207"),
}
"""What is uploaded → message type code (60.1) and network management code (60.3)."""

_MID: Final = words.word("mid", 42)
_CODE: Final = words.word("code", 39)
_RRN: Final = words.word_or_none("rrn", 37)
_AUTH: Final = words.word_or_none("auth", 38)
_ORIGINAL_AUTH: Final = words.word_or_none("original_auth", 38)


def _opens(sent_at: Instant, acquirer: str) -> Fields:
    return {}


def _request(message: type[Input], of: attempts.Codes) -> Row:
    return row(
        message,
        attempts.purchase(of=of),
        _MID,
        money.amount(),
        cards.card_or_code(track=True),
        cards.entry_and_pin(),
        words.absent("rrn", 37),
        words.word_or_none("original_rrn", 37),
        _ORIGINAL_AUTH,
        attempts.other_attempt("original"),
    )


def _answer(message: type[Input], of: attempts.Codes) -> Row:
    return row(
        message,
        attempts.purchase(of=of),
        _MID,
        money.amount(),
        _CODE,
        _RRN,
        _AUTH,
        dates.host_at(),
        dates.business_date(),
        words.mark("not_forwarded", 44, "NOT FORWARDED"),
        money.balance(),
        dates.expected_date(),
    )


TERMINAL_LEG: Final = Leg(
    rows=(
        _request(card.FinancialRequest, attempts.REQUESTS),
        _answer(card.FinancialResponse, attempts.REQUESTS),
        _request(card.AuthorisationRequest, attempts.AUTHORISATIONS),
        _answer(card.AuthorisationResponse, attempts.AUTHORISATIONS),
        row(
            card.ReversalRequest,
            attempts.purchase(of=attempts.REVERSIBLE),
            _MID,
            money.amount(),
            cards.card(track=False),
            cards.entry(),
            words.word("reason", 39),
            _ORIGINAL_AUTH,
            attempts.same_attempt(),
        ),
        row(card.ReversalResponse, attempts.attempt(), _MID, _CODE, _RRN, dates.host_at()),
        row(
            card.FinancialNotice,
            attempts.purchase(of=attempts.NOTICES),
            _MID,
            money.amount(),
            cards.card(track=False),
            cards.entry(),
            words.absent("rrn", 37),
            words.word_or_none("original_rrn", 37),
            _ORIGINAL_AUTH,
            attempts.other_attempt("original"),
            again="0221",
        ),
        row(
            card.NoticeResponse,
            attempts.purchase(of=attempts.NOTICES),
            _MID,
            money.amount(),
            _CODE,
            _RRN,
            _AUTH,
            dates.host_at(),
            dates.business_date(),
        ),
        row(
            card.QueryRequest,
            attempts.query(),
            _MID,
            attempts.other_attempt("asked", needed=True),
            words.absent("rrn", 37),
        ),
        row(
            card.QueryResponse,
            attempts.query(),
            _MID,
            attempts.other_attempt("asked", needed=True),
            _CODE,
            words.one_of("state", 62, card.KNOWN_STATES),
            _RRN,
            _AUTH,
            dates.host_at(),
            dates.business_date(),
        ),
        row(settlement.SettlementRequest, attempts.attempt(_SETTLEMENT), _MID, batch.asked_totals()),
        row(
            settlement.SettlementResponse,
            attempts.attempt(_SETTLEMENT),
            _MID,
            _CODE,
            batch.compared_totals(),
            dates.host_at(),
        ),
        row(settlement.UploadRequest, attempts.uploaded("what", _UPLOADS), _MID, batch.details()),
        row(
            settlement.UploadResponse,
            attempts.next_batch("what", _UPLOADS),
            _MID,
            _CODE,
            dates.host_at(),
        ),
        row(
            card.SignOnRequest,
            attempts.management("key_set", _KEY_SETS),
            _MID,
            words.word_or_none("serial", 62),
            words.word_or_none("operator", 63),
            sealed=False,
        ),
        row(
            card.SignOnResponse,
            attempts.opened_batch("key_set", _KEY_SETS),
            _MID,
            _CODE,
            dates.host_at(),
            delivery.working_keys(),
            sealed=False,
        ),
        row(
            card.ManagementRequest,
            attempts.management("what", _MANAGEMENT),
            _MID,
            words.word_or_none("parameters", 62),
            sealed=False,
        ),
        row(
            card.ManagementResponse,
            attempts.management("what", _MANAGEMENT),
            _MID,
            _CODE,
            dates.host_at(),
            words.word_or_none("parameters", 62),
            sealed=False,
        ),
    ),
    owner=41,
    mac=64,
    demands_mac=False,
    opens=_opens,
)
