"""Whatever comes: a reader gives a paper back, or refuses it by line and field; it never falls over."""

from collections.abc import Callable

import pytest
from bilingual import told_in_both
from hypothesis import example, given, settings
from hypothesis import strategies as st

from poslab.messages.files import camt053, clearing, journal, mt940, settlement, statement_csv
from poslab.messages.files.bad_file import BadFile
from tests.messages.files.test_statements import CAMT, CSV, MT940
from tests.messages.files.test_tables import BOOK, CLEARING, DETAIL

READERS = {
    "camt.053": (camt053.read, CAMT),
    "mt940": (mt940.read, MT940),
    "csv": (statement_csv.read, CSV),
    "settlement": (settlement.read, DETAIL),
    "clearing": (clearing.read, CLEARING),
    "book": (journal.read, BOOK),
}
HARM = st.lists(
    st.tuples(
        st.integers(0, 10_000),
        st.integers(0, 12),
        st.one_of(
            st.binary(max_size=6),
            st.sampled_from((b"\n", b",", b'"', b":", b"\x00", b"</", b"-", "١٢".encode(), b"9" * 40)),
        ),
    ),
    min_size=1,
    max_size=3,
)


def harmed(content: bytes, harm: list[tuple[int, int, bytes]]) -> bytes:
    """Some bytes are taken out, others put in."""
    for at, length, put in harm:
        at %= len(content) + 1
        content = content[:at] + put + content[at + length :]
    return content


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60)
@given(HARM)
@example([(0, 10_000, b"")])
@example([(0, 0, b'<?xml version="1.0" encoding="no-such-code"?>')])
def test_a_harmed_paper_is_read_or_refused(name: str, harm: list[tuple[int, int, bytes]]) -> None:
    read, content = READERS[name]
    refused = refusal(read, harmed(content, harm))
    if refused is not None:
        assert refused.line >= 1
        assert refused.why
        assert "\n" not in str(refused)


def refusal(read: Callable[[bytes], object], content: bytes) -> BadFile | None:
    try:
        read(content)
    except BadFile as refused:
        told_in_both(refused.why)
        return refused
    return None


@pytest.mark.parametrize(
    "content", [b"<a>" * 100_000, b"<Document>" + b"<a/>" * 50_000, b"&#0;", b"<a b='" + b"x" * 99]
)
def test_odd_documents(content: bytes) -> None:
    with pytest.raises(BadFile):
        camt053.read(content)
