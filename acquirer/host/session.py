"""0800 and 0820: sign-on 签到, sign-off 签退 and echo test 回响测试."""

import msgspec

from acquirer.host.comparisons import next_batch
from acquirer.host.office import FIRST_VERSION, LAST_VERSION, Office, Seat, whole_seconds
from poslab.messages.card import (
    PARAMETERS,
    STATUS,
    ManagementRequest,
    ManagementResponse,
    SignOnRequest,
    SignOnResponse,
)
from poslab.messages.facts import BatchMovedOn, KeyInjected, KeyReplaced, ParametersChanged
from poslab.party.contract import Effect, Kept, Logged, Send
from poslab.party.time import Instant

SIGN_OFF = "sign-off"
ECHO = "echo"

_WORDS = {SIGN_OFF: "signed-off", ECHO: "echo", PARAMETERS: "parameters-told", STATUS: "status-taken"}


def sign_on(office: Office, given: SignOnRequest, at: Instant, out: list[Effect]) -> None:
    """Tell a terminal its open batch, and bring new working keys; the batch stays until a settlement.

    The keys are in force here from now on, whether or not they arrive. A copy of a sign-on brings those it brought.
    """
    seat = _seat(office, given, out)
    if seat is None:
        return
    code = _code(office, seat, given.mid)
    if code == "00":
        tid = given.key.partition("-")[0]
        if seat.signed_on_by != given.key:
            seat = _with_new_keys(seat, given.key)
            office.reseat(tid, seat)
            out.append(Kept(given.about, "keys"))
        out.append(Logged(given.about, "signed-on", {"tid": tid, "batch": seat.batch}))
        version = seat.key_version if seat.master_key else 0
        said = SignOnResponse(
            given.about, given.key, given.mid, code, seat.batch, version, whole_seconds(at), given.key_set
        )
    else:
        said = SignOnResponse(
            given.about, given.key, given.mid, code, host_at=whole_seconds(at), key_set=given.key_set
        )
    out.append(Send(seat.route, said))


def _with_new_keys(seat: Seat, signed_on_by: str) -> Seat:
    return msgspec.structs.replace(
        seat, key_version=_next(seat.key_version), pin_key=True, signed_on_by=signed_on_by
    )


def _next(version: int) -> int:
    return version + 1 if version < LAST_VERSION else FIRST_VERSION


def replace_key(office: Office, given: KeyReplaced, at: Instant, out: list[Effect]) -> None:
    """A key of a terminal is another one here from now on; the terminal is not told."""
    seat = office.terminals.get(given.tid)
    if seat is None:
        return
    if given.key == "mac":
        seat = msgspec.structs.replace(seat, key_version=_next(seat.key_version))
    elif given.key == "pin":
        seat = msgspec.structs.replace(seat, pin_key=False)
    elif given.key == "master":
        seat = msgspec.structs.replace(seat, master_key=False)
    office.reseat(given.tid, seat)
    out.append(Kept(given.about, "keys"))


def inject_key(office: Office, given: KeyInjected, at: Instant, out: list[Effect]) -> None:
    """The right master key is in place again; working keys come with the next sign-on."""
    seat = office.terminals.get(given.tid)
    if seat is not None:
        office.reseat(given.tid, msgspec.structs.replace(seat, master_key=True))
        out.append(Kept(given.about, "keys"))


def open_next_batch(office: Office, given: BatchMovedOn, at: Instant, out: list[Effect]) -> None:
    """The batch is closed and the next one open, here alone: until it signs on again the terminal is answered 77."""
    seat = office.terminals.get(given.tid)
    if seat is None:
        return
    batch = next_batch(seat.batch)
    office.reseat(given.tid, msgspec.structs.replace(seat, batch=batch))
    out.append(Kept(given.about, "batch"))
    out.append(Logged(given.about, "batch-opened", {"tid": given.tid, "batch": batch}))


def change_parameters(office: Office, given: ParametersChanged, at: Instant, out: list[Effect]) -> None:
    """A terminal's parameters are new: it must download them before its next request."""
    seat = office.terminals.get(given.tid)
    if seat is not None:
        changed = msgspec.structs.replace(seat, parameters=seat.parameters + 1, wants_download=True)
        office.reseat(given.tid, changed)
        out.append(Kept(given.about, "parameters"))


def manage(office: Office, given: ManagementRequest, at: Instant, out: list[Effect]) -> None:
    """Confirm a sign-off or an echo, bring parameters, take a status; 40 for anything else."""
    seat = _seat(office, given, out)
    if seat is None:
        return
    code = _code(office, seat, given.mid)
    word, parameters = _WORDS.get(given.what), ""
    if word is None:
        code = "40"
    elif code == "00":
        tid = given.key.partition("-")[0]
        details: dict[str, str | int] = {"tid": tid}
        if given.what == PARAMETERS:
            details["version"] = parameters = str(seat.parameters)
            office.reseat(tid, msgspec.structs.replace(seat, wants_download=False))
            out.append(Kept(given.about, "parameters"))
        elif given.what == STATUS:
            details["version"] = given.parameters
        out.append(Logged(given.about, word, details))
    said = ManagementResponse(given.about, given.key, given.mid, given.what, code, whole_seconds(at), parameters)
    out.append(Send(seat.route, said))


def _seat(office: Office, given: SignOnRequest | ManagementRequest, out: list[Effect]) -> Seat | None:
    seat = office.terminals.get(given.key.partition("-")[0])
    if seat is None:
        out.append(Logged(given.about, "refused", {"code": "97", "key": given.key}))
    return seat


def _code(office: Office, seat: Seat, mid: str) -> str:
    if office.refusing is not None:
        return office.refusing.code
    return "00" if seat.mid == mid else "03"
