"""Going dark and coming back: what was in hand is gone, what was kept is not."""

from poslab.messages.card import parts_of
from poslab.party.contract import Effect, Kept, Logged
from poslab.party.facts import PowerCut, PowerRestored, Restarted
from poslab.party.time import Instant
from terminal import qr
from terminal.attempts import SENT, UNKNOWN, moved
from terminal.device import OFF, Device
from terminal.flash import Record
from terminal.line import rest, settle_later, tell_again
from terminal.notices import purge

NO_ANSWER = "98"


def cut(t: Device, given: PowerCut, at: Instant, out: list[Effect]) -> str:
    """(on) A dark device says nothing and writes nothing; that it was cut is seen at the next boot."""
    t.forget()
    return OFF


def boot(t: Device, given: PowerRestored | Restarted, at: Instant, out: list[Effect]) -> str:
    """(off) Look into the flash: what was sent and not answered must be undone, what is stored as approved is good."""
    flash = t.flash
    about = flash.in_hand
    out.append(Logged(about, "power-lost"))
    if t.parameters.offline_queue == "forget":
        purge(t, out)
    out.append(Logged(about, "booted", {"records": len(flash.records), "unsent": flash.unsent, "batch": flash.batch}))
    for record in list(flash.records.values()):
        if flash.stored_as_approved(record.key):
            del flash.records[record.key]
            out.append(Kept(record.about, "record-deleted"))
            out.append(Logged(record.about, "record-discarded", {"key": record.key}))
        elif not record.reason:
            _arm_record(t, record, at, out)
    qr.resume(t, out)
    t.show(out, about, "ready")
    if flash.settling is not None:
        settle_later(t, out)
    tell_again(t, out)
    return rest(t, out)


def restart(t: Device, given: Restarted, at: Instant, out: list[Effect]) -> str:
    """(on) To a terminal the death of its process is a power cut and a boot."""
    t.forget()
    return boot(t, given, at, out)


def _arm_record(t: Device, record: Record, at: Instant, out: list[Effect]) -> None:
    about = record.about
    t.flash.records[record.key] = Record(
        about, record.key, record.what, record.amount_fen, record.card, record.entry, record.operator,
        record.original, NO_ANSWER, record.auth, since=at,
    )  # fmt: skip
    out.append(Kept(about, "reversal-reason"))
    out.append(
        Logged(about, "reversal-stored", {"reason": NO_ANSWER, "key": record.key, "stan": parts_of(record.key)[2]})
    )
    moved(out, about, record.key, SENT, UNKNOWN)
