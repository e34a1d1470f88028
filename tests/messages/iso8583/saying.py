"""Messages to try: the four of a lost answer, and strategies for whatever may be said on each leg."""

from datetime import date
from typing import Final

from hypothesis import strategies as st

from poslab.messages.batch import (
    END_EQUAL,
    END_UNEQUAL,
    ENDS,
    EQUAL,
    ERROR,
    ONLINE,
    RECORDS_A_MESSAGE,
    UNEQUAL,
    UPLOAD_ORDER,
    Detail,
    SettlementRequest,
    SettlementResponse,
    Totals,
    UploadRequest,
    UploadResponse,
)
from poslab.messages.card import (
    AUTHORISATIONS,
    CHIP_OFFLINE_SALE,
    COMPLETION,
    COMPLETION_NOTICE,
    DOUBLE_KEYS,
    KNOWN_STATES,
    NOTICES,
    PIN_ABSENT,
    PIN_GARBLED,
    PIN_RIGHT,
    PIN_WRONG,
    PREAUTH,
    QR,
    REFUND,
    SALE,
    SINGLE_KEYS,
    TRACK_KEYS,
    AdviceResponse,
    AuthorisationRequest,
    AuthorisationResponse,
    FinancialNotice,
    FinancialRequest,
    FinancialResponse,
    ManagementRequest,
    ManagementResponse,
    NoticeResponse,
    QueryRequest,
    QueryResponse,
    ReversalAdvice,
    ReversalRequest,
    ReversalResponse,
    SignOnRequest,
    SignOnResponse,
)
from poslab.messages.iso8583.dialect_network import NETWORK
from poslab.messages.iso8583.digits import CODE_REFS, REFS
from poslab.messages.iso8583.keys import Versions
from poslab.messages.iso8583.layout import Dialect
from poslab.messages.iso8583.mapping import ACQUIRER, DIALECTS
from poslab.messages.iso8583.pieces.attempts import REQUESTS
from poslab.party.contract import Input
from poslab.party.time import HOUR, MINUTE, SECOND, midnight

KEY: Final = "90000001-000001-000017"
NEXT: Final = "90000001-000001-000018"
MID: Final = "999000054110001"
AT: Final = midnight(date(2026, 1, 5)) + 10 * HOUR + 15 * MINUTE + 30 * SECOND

REQUEST: Final = FinancialRequest("victim", KEY, MID, SALE, 12800, "good-debit")
RESPONSE: Final = FinancialResponse(
    "victim", KEY, MID, SALE, 12800, "00", "260105000001", "A00017", "20260105", AT, expected_date="20260106"
)
REVERSAL: Final = ReversalRequest("victim", KEY, MID, SALE, 12800, "good-debit", "98")
REVERSED: Final = ReversalResponse("victim", KEY, MID, "00", "260105000001", AT + 61 * SECOND)
LOST_ANSWER: Final[dict[str, Input]] = {"0200": REQUEST, "0210": RESPONSE, "0400": REVERSAL, "0410": REVERSED}

NOTICE: Final = FinancialNotice("victim", KEY, MID, CHIP_OFFLINE_SALE, 12800, "good-debit")
NOTED: Final = NoticeResponse("victim", KEY, MID, CHIP_OFFLINE_SALE, 12800, "00", "260105000001", "", "20260105", AT)
STORED_OFFLINE: Final[dict[str, Input]] = {"0220": NOTICE, "0230": NOTED}

TOLD: Final[dict[str, Input]] = {
    "refund 0220": FinancialNotice(
        "victim", NEXT, MID, REFUND, 5000, "good-debit", original=KEY, original_rrn="260105000001"
    ),
    "refund 0230": NoticeResponse("victim", NEXT, MID, REFUND, 5000, "61", "260105000002", "", "20260105", AT),
    "completion 0220": FinancialNotice(
        "victim", NEXT, MID, COMPLETION_NOTICE, 13000, "good-debit", original=KEY, original_rrn="260105000001",
        original_auth="A00017",
    ),
}  # fmt: skip
"""A refund and its answer, and a completion that is told."""
TOLD_UPSTREAM: Final[dict[str, Input]] = {
    "refund 0220": FinancialNotice(
        "victim", NEXT, MID, REFUND, 5000, "good-debit", original=KEY, original_rrn="260105000001",
        rrn="260105000002",
    ),
    "completion 0220": FinancialNotice(
        "victim", NEXT, MID, COMPLETION_NOTICE, 13000, "good-debit", original=KEY, original_rrn="260105000001",
        original_auth="A00017", rrn="260105000002",
    ),
}  # fmt: skip

TOTALS: Final = Totals(25_600, 2, 12_800, 1)
ASKED: Final = SettlementRequest("", KEY, MID, TOTALS)
COMPARED: Final = SettlementResponse("", KEY, MID, "95", Totals(38_400, 3, 12_800, 1), UNEQUAL, AT)
DETAILS: Final = UploadRequest(
    "", KEY, MID, ONLINE, (Detail("000015", "good-debit", 12_800), Detail("000016", "good-credit", 12_800))
)
NOTED_DETAILS: Final = UploadResponse("", KEY, MID, ONLINE, "00", host_at=AT)
ENDED: Final = UploadRequest("", KEY, MID, END_UNEQUAL, count=2)
CLOSED: Final = UploadResponse("", KEY, MID, END_UNEQUAL, "00", "000002", AT)
SETTLED: Final[dict[str, Input]] = {
    "0500": ASKED, "0510": COMPARED, "0320": DETAILS, "0330": NOTED_DETAILS, "0320 end": ENDED, "0330 end": CLOSED,
}  # fmt: skip
"""A batch that was found unequal, uploaded and closed."""

HELD: Final[dict[str, Input]] = {
    "0100": AuthorisationRequest("victim", KEY, MID, PREAUTH, 12800, "good-debit"),
    "0110": AuthorisationResponse("victim", KEY, MID, PREAUTH, 12800, "00", "260105000001", "A00017", "20260105", AT),
    "0200": FinancialRequest(
        "victim", NEXT, MID, COMPLETION, 13000, "good-debit", "chip", PIN_ABSENT, KEY, "", "A00017"
    ),
}
"""A pre-authorisation, its answer, and its completion."""
HELD_UPSTREAM: Final[dict[str, Input]] = {
    "0100": AuthorisationRequest("victim", KEY, MID, PREAUTH, 12800, "good-debit", rrn="260105000001"),
    "0110": AuthorisationResponse("victim", KEY, MID, PREAUTH, 12800, "00", "260105000001", "A00017"),
    "0200": FinancialRequest(
        "victim", NEXT, MID, COMPLETION, 13000, "good-debit", "chip", PIN_ABSENT, KEY, "260105000001", "A00017",
        rrn="260105000002",
    ),
}  # fmt: skip

UPSTREAM: Final = FinancialRequest("victim", KEY, MID, SALE, 12800, "good-debit", rrn="260105000001")
DOWNSTREAM: Final = FinancialResponse("victim", KEY, MID, SALE, 12800, "00", "260105000001", "A00017")
ADVICE: Final = ReversalAdvice("victim", KEY, MID, "260105000001", SALE, 12800, "good-debit", "98")
UNDONE: Final = AdviceResponse("victim", KEY, "260105000001", "00")
UPSTREAM_OF_IT: Final[dict[str, Input]] = {"0200": UPSTREAM, "0210": DOWNSTREAM, "0420": ADVICE, "0430": UNDONE}

NOTICE_UPSTREAM: Final = FinancialNotice("victim", KEY, MID, CHIP_OFFLINE_SALE, 12800, "good-debit", rrn="260105000001")
NOTED_UPSTREAM: Final = NoticeResponse("victim", KEY, MID, CHIP_OFFLINE_SALE, 12800, "51", "260105000001")
UPSTREAM_OF_STORED: Final[dict[str, Input]] = {"0220": NOTICE_UPSTREAM, "0230": NOTED_UPSTREAM}
BY_CODE: Final = FinancialRequest("victim", KEY, MID, SALE, 12800, "code", QR, PIN_ABSENT)
CLOSING: Final = QueryRequest("victim", "90000001-000001-000018", MID, KEY, close=True)
CLOSED: Final = QueryResponse(
    "victim", "90000001-000001-000018", MID, KEY, "12", "declined", "260105000001", "", AT, "20260105", close=True
)
QR_SALE: Final[dict[str, Input]] = {"0200": BY_CODE, "0600": CLOSING, "0610": CLOSED}

BY_CODE_UPSTREAM: Final = FinancialRequest("victim", KEY, MID, SALE, 12800, "code", QR, PIN_ABSENT, rrn="260105000001")
CLOSING_UPSTREAM: Final = QueryRequest("victim", KEY, MID, KEY, 1, True, "260105000001")
PAID_UPSTREAM: Final = QueryResponse("victim", KEY, MID, KEY, "00", "approved", "260105000001", "A00017", close=True)
QR_SALE_UPSTREAM: Final[dict[str, Input]] = {
    "0200": BY_CODE_UPSTREAM, "0600": CLOSING_UPSTREAM, "0610": PAID_UPSTREAM,
}  # fmt: skip

SPOKEN: Final = tuple(DIALECTS.values())
NAMES: Final = tuple(DIALECTS)


def examples_in(dialect: Dialect) -> dict[str, Input]:
    """Four messages of one story on the leg that speaks the dialect."""
    return UPSTREAM_OF_IT if dialect is NETWORK else LOST_ANSWER


def in_force_for(message: Input, dialect: Dialect) -> Versions:
    """What the receiver has to have, so that it sees the MAC as it was said."""
    owner = ACQUIRER if dialect is NETWORK else str(getattr(message, "key", "")).partition("-")[0]
    mac = getattr(message, "mac", 0)
    return {owner: mac} if mac else {}


_DIGIT, _LETTER = "0123456789", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PRINTABLE = "".join(chr(character) for character in range(32, 127))


def _exactly(alphabet: str, length: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=length, max_size=length)


six_digits = _exactly(_DIGIT, 6)
tids = _exactly(_PRINTABLE.replace("-", ""), 8)
mids = _exactly(_PRINTABLE, 15)
codes = _exactly(_LETTER, 2)
rrns = st.just("") | _exactly(_LETTER, 12)
auths = st.just("") | _exactly(_LETTER, 6)
amounts = st.integers(0, 10**12 - 1)
entries = st.sampled_from(("chip", "keyed", "stripe", "contactless"))
pins = st.sampled_from((PIN_RIGHT, PIN_WRONG, PIN_ABSENT, PIN_GARBLED))
cards = st.sampled_from(REFS)
payment_codes = st.sampled_from(CODE_REFS)
financial = st.sampled_from(tuple(REQUESTS))
authorisations = st.sampled_from(AUTHORISATIONS)
whats = financial | authorisations
notices = st.sampled_from(NOTICES)
macs = st.integers(0, 9999)
whole_macs = st.integers(1, 9999)
management = st.sampled_from(("sign-off", "echo", "parameters", "status"))
host_times = st.integers(0, 365 * 24 * 3600 - 1).map(lambda second: second * SECOND)
days = st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(lambda day: day.strftime("%Y%m%d"))
key_sets = st.sampled_from((SINGLE_KEYS, DOUBLE_KEYS, TRACK_KEYS))
counts = st.integers(0, 999)
totals = st.builds(Totals, amounts, counts, amounts, counts)
detail = st.builds(Detail, six_digits, st.just("") | cards, amounts)
details = st.lists(detail, min_size=1, max_size=RECORDS_A_MESSAGE).map(tuple)
abouts = st.text(max_size=20)


@st.composite
def keys(draw: st.DrawFn) -> tuple[str, str]:
    """An attempt's key, and another of the same terminal."""
    tid = draw(tids)
    return tuple(f"{tid}-{draw(six_digits)}-{draw(six_digits)}" for _ in range(2))  # type: ignore[return-value]


@st.composite
def said(draw: st.DrawFn) -> Input:
    """Any message that has bytes on the terminal's leg, in the year 2026."""
    about, (key, other), mid = draw(abouts), draw(keys()), draw(mids)
    at = draw(host_times)
    # Months apart, the year of a business date could not be told from the host's date alone.
    business_date = draw(st.sampled_from(("", f"2026{1 + at // (31 * 24 * 3600 * SECOND):02d}01")))
    message: Input = draw(
        st.one_of(
            *(
                st.builds(
                    kind,
                    st.just(about),
                    st.just(key),
                    st.just(mid),
                    of,
                    amounts,
                    cards,
                    entries,
                    pins,
                    st.sampled_from(("", other)),
                    rrns,
                    auths,
                    macs,
                )
                for kind, of in ((FinancialRequest, financial), (AuthorisationRequest, authorisations))
            ),
            *(
                st.builds(
                    kind,
                    st.just(about),
                    st.just(key),
                    st.just(mid),
                    of,
                    amounts,
                    codes,
                    rrns,
                    auths,
                    st.just(business_date),
                    st.just(at),
                    st.booleans(),
                    st.none() | st.integers(-(10**12) + 1, 10**12 - 1),
                    st.just("") | days,
                    macs,
                )
                for kind, of in ((FinancialResponse, financial), (AuthorisationResponse, authorisations))
            ),
            st.builds(
                ReversalRequest,
                st.just(about),
                st.just(key),
                st.just(mid),
                whats,
                amounts,
                cards,
                codes,
                entries,
                auths,
                macs,
            ),
            st.builds(ReversalResponse, st.just(about), st.just(key), st.just(mid), codes, rrns, st.just(at), macs),
            st.builds(
                FinancialNotice,
                st.just(about),
                st.just(key),
                st.just(mid),
                notices,
                amounts,
                cards,
                entries,
                st.sampled_from(("", other)),
                rrns,
                auths,
                macs,
            ),
            st.builds(
                NoticeResponse,
                st.just(about),
                st.just(key),
                st.just(mid),
                notices,
                amounts,
                codes,
                rrns,
                auths,
                st.just(business_date),
                st.just(at),
                macs,
            ),
            st.builds(
                FinancialRequest,
                st.just(about),
                st.just(key),
                st.just(mid),
                st.just(SALE),
                amounts,
                payment_codes,
                st.just(QR),
                st.just(PIN_ABSENT),
                mac=macs,
            ),
            st.builds(QueryRequest, st.just(about), st.just(key), st.just(mid), st.just(other), macs, st.booleans()),
            st.builds(SettlementRequest, st.just(about), st.just(key), st.just(mid), totals, macs),
            st.builds(
                SettlementResponse,
                st.just(about),
                st.just(key),
                st.just(mid),
                codes,
                totals,
                st.sampled_from((EQUAL, UNEQUAL, ERROR)),
                st.just(at),
                macs,
            ),
            st.builds(
                UploadRequest,
                st.just(about),
                st.just(key),
                st.just(mid),
                st.sampled_from(UPLOAD_ORDER),
                details,
                mac=macs,
            ),
            st.builds(
                UploadRequest,
                st.just(about),
                st.just(key),
                st.just(mid),
                st.sampled_from((END_EQUAL, END_UNEQUAL)),
                count=st.integers(0, 9_999),
                mac=macs,
            ),
            st.builds(
                UploadResponse,
                st.just(about),
                st.just(key),
                st.just(mid),
                st.sampled_from((*UPLOAD_ORDER, *ENDS)),
                codes,
                st.just("") | six_digits,
                st.just(at),
                macs,
            ),
            st.builds(
                QueryResponse,
                st.just(about),
                st.just(key),
                st.just(mid),
                st.just(other),
                codes,
                st.sampled_from(KNOWN_STATES),
                rrns,
                auths,
                st.just(at),
                st.just(business_date),
                macs,
                st.booleans(),
            ),
            st.builds(
                SignOnRequest,
                st.just(about),
                st.just(key),
                st.just(mid),
                st.text(_PRINTABLE, max_size=163),
                st.text(_PRINTABLE, max_size=163),
                key_sets,
            ),
            st.builds(
                SignOnResponse,
                st.just(about),
                st.just(key),
                st.just(mid),
                st.just("00"),
                st.just("") | six_digits,
                macs,
                st.just(at),
                key_sets,
            ),
            st.builds(
                SignOnResponse,
                st.just(about),
                st.just(key),
                st.just(mid),
                codes.filter(lambda code: code != "00"),
                st.just("") | six_digits,
                host_at=st.just(at),
                key_set=key_sets,
            ),
            st.builds(
                ManagementRequest, st.just(about), st.just(key), st.just(mid), management, st.sampled_from(("", "2"))
            ),
            st.builds(
                ManagementResponse,
                st.just(about),
                st.just(key),
                st.just(mid),
                management,
                codes,
                st.just(at),
            ),
        )
    )
    return message


@st.composite
def said_upstream(draw: st.DrawFn) -> Input:
    """Any message that has bytes on the network's leg."""
    about, (key, other), mid, rrn = draw(abouts), draw(keys()), draw(mids), draw(_exactly(_LETTER, 12))
    at = draw(host_times)
    business_date = draw(st.sampled_from(("", f"2026{1 + at // (31 * 24 * 3600 * SECOND):02d}01")))
    message: Input = draw(
        st.one_of(
            *(
                st.builds(
                    kind,
                    st.just(about),
                    st.just(key),
                    st.just(mid),
                    of,
                    amounts,
                    cards,
                    entries,
                    pins,
                    st.sampled_from(("", other)),
                    rrns,
                    auths,
                    whole_macs,
                    st.just(rrn),
                )
                for kind, of in ((FinancialRequest, financial), (AuthorisationRequest, authorisations))
            ),
            *(
                st.builds(
                    kind,
                    st.just(about),
                    st.just(key),
                    st.just(mid),
                    of,
                    amounts,
                    codes,
                    st.just(rrn),
                    auths,
                    st.just(business_date),
                    st.just(at),
                    st.booleans(),
                    st.none() | st.integers(-(10**12) + 1, 10**12 - 1),
                    st.just(""),
                    whole_macs,
                )
                for kind, of in ((FinancialResponse, financial), (AuthorisationResponse, authorisations))
            ),
            st.builds(
                FinancialRequest,
                st.just(about),
                st.just(key),
                st.just(mid),
                st.just(SALE),
                amounts,
                payment_codes,
                st.just(QR),
                st.just(PIN_ABSENT),
                mac=whole_macs,
                rrn=st.just(rrn),
            ),
            st.builds(
                QueryRequest,
                st.just(about),
                st.just(key),
                st.just(mid),
                st.just(key),
                whole_macs,
                st.just(True),
                st.just(rrn),
            ),
            st.builds(
                QueryResponse,
                st.just(about),
                st.just(key),
                st.just(mid),
                st.just(key),
                codes,
                st.sampled_from(KNOWN_STATES),
                st.just(rrn),
                auths,
                st.just(at),
                st.just(business_date),
                whole_macs,
                st.just(True),
            ),
            st.builds(
                ReversalAdvice,
                st.just(about),
                st.just(key),
                st.just(mid),
                st.just(rrn),
                whats,
                amounts,
                cards,
                codes,
            ),
            st.builds(
                FinancialNotice,
                st.just(about),
                st.just(key),
                st.just(mid),
                notices,
                amounts,
                cards,
                entries,
                st.sampled_from(("", other)),
                rrns,
                auths,
                whole_macs,
                st.just(rrn),
            ),
            st.builds(
                NoticeResponse,
                st.just(about),
                st.just(key),
                st.just(mid),
                notices,
                amounts,
                codes,
                st.just(rrn),
                auths,
                st.just(business_date),
                st.just(at),
                whole_macs,
            ),
            st.builds(
                AdviceResponse,
                st.just(about),
                st.just(key),
                st.just(rrn),
                codes,
                st.just("") | st.text(_DIGIT, min_size=1, max_size=11),
            ),
        )
    )
    return message


def said_in(dialect: Dialect) -> st.SearchStrategy[Input]:
    """Any message that has bytes in the dialect."""
    return said_upstream() if dialect is NETWORK else said()


@st.composite
def spoken(draw: st.DrawFn) -> tuple[Dialect, Input]:
    """Any dialect, and any message that has bytes in it."""
    dialect = draw(st.sampled_from(SPOKEN))
    return dialect, draw(said_in(dialect))
