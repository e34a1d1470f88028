"""漏清算: sales that were approved and that no clearing file has.

A capture record can be lost when it is to be written, or its line when the file is made. At the cut the host counts: as
many lines as approved sales. Where some are missing, the next morning's match of its authorisation record with the file
finds which, and each becomes an error case that waits for a clerk's claim (请款, P14).
"""

from typing import Final

from acquirer.host.attempts import APPROVED
from acquirer.host.clearing import MatchDue
from acquirer.host.office import Office
from poslab.messages.card import PAYS
from poslab.messages.facts import CAPTURE, ClaimFiled, RecordLost
from poslab.party.contract import Effect, Kept, Logged
from poslab.party.time import Instant

LEDGER_WITHOUT_FILE: Final = "ledger-without-file"
"""The break 差异: the authorisation record has it, the clearing file has not."""


def lose(office: Office, given: RecordLost, at: Instant, out: list[Effect]) -> None:
    """A record of a purchase gets lost; nobody notices."""
    out.append(Kept(given.about, "record-lost"))
    if given.record == CAPTURE:
        office.lost.losing[given.about] = None
    else:
        office.funding.lose_line(given.about)


def match(office: Office, given: MatchDue, at: Instant, out: list[Effect]) -> None:
    """Find the sales of a business date that no file has and none will have."""
    date = given.business_date
    out.append(Kept("", "match"))
    known = office.funding.matched(date)
    for attempt in office.attempts.everything():
        if attempt.business_date != date or attempt.state != APPROVED or attempt.what not in PAYS:
            continue
        if attempt.rrn in known or attempt.name in office.lost.missing or office.waits_for_batch(attempt):
            continue
        if office.funding.payment(attempt.key, attempt.rrn) is None:
            office.lost.missing[attempt.name] = attempt
            details: dict[str, str | int] = {"why": LEDGER_WITHOUT_FILE, "key": attempt.name}
            out.append(Logged(attempt.about, "file-break", details))


def claim(office: Office, given: ClaimFiled, at: Instant, out: list[Effect]) -> None:
    """A clerk claims what is missing of a purchase: it is booked where it is not, and stands in the next file."""
    for name, attempt in list(office.lost.missing.items()):
        if attempt.about != given.about:
            continue
        del office.lost.missing[name]
        out.append(Kept(given.about, "claim"))
        if name in office.lost.unbooked:
            del office.lost.unbooked[name]
            office.book_claim(attempt, "P14/" + name, attempt.amount_fen, out)
        office.capture_claimed(attempt)
        out.append(Logged(given.about, "claimed", {"key": name, "rrn": attempt.rrn}))
