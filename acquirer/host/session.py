"""0800 and 0820: sign-on 签到, sign-off 签退 and echo test 回响测试."""

from acquirer.host.office import KEY_VERSION, Office, Seat, whole_seconds
from poslab.messages.card import ManagementRequest, ManagementResponse, SignOnRequest, SignOnResponse
from poslab.party.contract import Effect, Logged, Send
from poslab.party.time import Instant

SIGN_OFF = "sign-off"
ECHO = "echo"

_WORDS = {SIGN_OFF: "signed-off", ECHO: "echo"}


def sign_on(office: Office, given: SignOnRequest, at: Instant, out: list[Effect]) -> None:
    """Tell a terminal its open batch and the version of its keys; the batch stays until a settlement."""
    seat = _seat(office, given, out)
    if seat is None:
        return
    code = _code(office, seat, given.mid)
    if code == "00":
        out.append(Logged(given.about, "signed-on", {"tid": given.key.partition("-")[0], "batch": seat.batch}))
        said = SignOnResponse(
            given.about, given.key, given.mid, code, seat.batch, KEY_VERSION, whole_seconds(at), given.key_set
        )
    else:
        said = SignOnResponse(
            given.about, given.key, given.mid, code, host_at=whole_seconds(at), key_set=given.key_set
        )
    out.append(Send(seat.route, said))


def manage(office: Office, given: ManagementRequest, at: Instant, out: list[Effect]) -> None:
    """Confirm a sign-off or an echo; 40 for anything else."""
    seat = _seat(office, given, out)
    if seat is None:
        return
    code = _code(office, seat, given.mid)
    word = _WORDS.get(given.what)
    if word is None:
        code = "40"
    elif code == "00":
        out.append(Logged(given.about, word, {"tid": given.key.partition("-")[0]}))
    said = ManagementResponse(given.about, given.key, given.mid, given.what, code, whole_seconds(at))
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
