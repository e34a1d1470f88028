"""Random days of an account."""

from datetime import date, timedelta

from hypothesis import strategies as st

from poslab.messages.files.statement import Entry, Statement

ACCOUNT = "999100000001"
MOST_FEN = 10**11

_WORD = st.text(alphabet="ABCXYZabcxyz0189-.", min_size=1, max_size=16)
_REFERENCES = st.builds(lambda *words: "-".join(words)[:35], _WORD, _WORD)
_PURPOSES = st.sampled_from(("CARD PAYOUT", "CREDIT TAKEN BACK", "", "REF: 12 (A), B.", "P'S + Q"))


@st.composite
def days_of_an_account(draw: st.DrawFn) -> tuple[Statement, ...]:
    """One to four days, one after the other."""
    day = draw(st.dates(date(2026, 1, 1), date(2027, 12, 31)))
    balance_fen = draw(st.integers(-MOST_FEN, MOST_FEN))
    found = []
    for after in range(draw(st.integers(1, 4))):
        today = day + timedelta(days=after)
        entries = tuple(
            Entry(
                booked=today,
                valued=today + timedelta(days=draw(st.integers(-2, 3))),
                amount_fen=draw(st.integers(-MOST_FEN, MOST_FEN).filter(bool)),
                reference=draw(_REFERENCES),
                bank_reference=f"{today:%y%m%d}{number:05d}",
                purpose=draw(_PURPOSES),
            )
            for number in range(1, draw(st.integers(0, 5)) + 1)
        )
        closing_fen = balance_fen + sum(entry.amount_fen for entry in entries)
        found.append(
            Statement(
                account_no=ACCOUNT,
                number=today.timetuple().tm_yday,
                day=today,
                opening_fen=balance_fen,
                entries=entries,
                closing_fen=closing_fen,
                owner="示例小店 & <Co>",
                bank="Simulated Account Bank",
            )
        )
        balance_fen = closing_fen
    return tuple(found)
