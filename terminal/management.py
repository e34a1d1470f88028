"""签到, 签退, 回响测试: the terminal and the host about themselves; no money and no reversal."""

from collections.abc import Mapping

from poslab.messages.card import PARAMETERS, ManagementRequest, ManagementResponse, SignOnRequest, SignOnResponse
from poslab.messages.people import EchoKeyed, SignOffKeyed, SignOnKeyed, Slip
from poslab.party.contract import Effect, Kept, Logged, Remind, Send
from poslab.party.facts import Connected, ConnectFailed
from poslab.party.time import Instant
from terminal.device import WAITING, Device
from terminal.errands import AnswerOverdue, Downloading
from terminal.keys import sign_on_next
from terminal.line import dial, not_connected, proceed, rest
from terminal.notices import FORGETS, purge
from terminal.printing import put
from terminal.settlement import closed, closed_unheard

APPROVED = "00"
SIGN_OFF = "sign-off"
ECHO = "echo"
_ASKS: Mapping[str, type] = {SIGN_OFF: SignOffKeyed, ECHO: EchoKeyed, PARAMETERS: Downloading}
"""What management is about → the errand that asks for it."""


def in_hand(t: Device, given: object, at: Instant) -> bool:
    """Whether the terminal is busy with itself."""
    return isinstance(t.errand, (SignOnKeyed, SignOffKeyed, EchoKeyed, Downloading))


def awaited(t: Device, given: SignOnResponse | ManagementResponse, at: Instant) -> bool:
    """Whether this answers what is in hand."""
    if given.key != t.key or given.mid != t.mid:
        return False
    if isinstance(given, SignOnResponse):
        return isinstance(t.errand, SignOnKeyed)
    return isinstance(t.errand, _ASKS.get(given.what, EchoKeyed))


def keyed(t: Device, given: SignOnKeyed | SignOffKeyed | EchoKeyed, at: Instant, out: list[Effect]) -> str:
    """(idle) Dial at once: a waiting reversal may need the keys that a sign-on brings."""
    t.show(out, given.about, "processing")
    return dial(t, given, out)


def connected(t: Device, given: Connected, at: Instant, out: list[Effect]) -> str:
    """(connecting) Send under a STAN of its own."""
    errand = t.errand
    flash = t.flash
    assert errand is not None
    about = errand.about
    t.key = flash.take_stan()
    flash.number += 1
    request: SignOnRequest | ManagementRequest
    if isinstance(errand, SignOnKeyed):
        request = SignOnRequest(about, t.key, t.mid)
    else:
        what = next((word for word, asks in _ASKS.items() if isinstance(errand, asks)), ECHO)
        request = ManagementRequest(about, t.key, t.mid, what)
    out.append(Logged(about, "sent", {"mti": request.kind, "key": t.key}))
    out.append(Send(t.route, request))
    out.append(Remind(t.timeout_us, AnswerOverdue(about, flash.number)))
    return WAITING


def signed_on(t: Device, given: SignOnResponse, at: Instant, out: list[Effect]) -> str:
    """(waiting) Take the keys and the open batch; a waiting reversal keeps its own batch."""
    about = given.about
    if given.code != APPROVED:
        return _refused(t, given, out)
    flash = t.flash
    if not (given.key_version and flash.master_key):
        return _keys_refused(t, given, out)
    flash.key_version = given.key_version
    flash.pin_key = True
    flash.signed_on = True
    moved_on = bool(given.batch) and given.batch != flash.batch
    is_closed = closed_unheard(flash, given.batch)
    if moved_on and not is_closed:
        if t.parameters.offline_queue == FORGETS:
            purge(t, out)
        flash.settling = None  # of a batch that the host has closed by itself
        flash.adopt(given.batch)
    out.append(Kept(about, "keys"))
    out.append(Logged(about, "signed-on", {"batch": given.batch or flash.batch, "key": given.key}))
    t.show(out, about, "signed-on", APPROVED, given.key)
    put(t, Slip(about, t.address, "sign-on", given.key, t.mid, at=given.host_at or at, code=APPROVED), out)
    if is_closed:  # and the answer that said so was not heard
        return closed(t, given.batch, given.key, about, out)
    return proceed(t, out)


def _keys_refused(t: Device, given: SignOnResponse, out: list[Effect]) -> str:
    """What came is not what its check value says, so the master key is another one than the host's."""
    sign_on_next(t, given.about, out)
    out.append(Logged(given.about, "keys-refused", {"key": given.key}))
    t.show(out, given.about, "keys-refused", "", given.key)
    return rest(t, out)


def managed(t: Device, given: ManagementResponse, at: Instant, out: list[Effect]) -> str:
    """(waiting) Signed off, or the echo came back."""
    about = given.about
    if given.code != APPROVED:
        return _refused(t, given, out)
    if given.what == SIGN_OFF:
        t.flash.signed_on = False
        out.append(Kept(about, "keys"))
        out.append(Logged(about, "signed-off"))
        t.show(out, about, "signed-off", APPROVED, given.key)
    elif given.what == PARAMETERS:
        t.flash.parameters = given.parameters
        out.append(Kept(about, "parameters"))
        out.append(Logged(about, "parameters-loaded", {"version": given.parameters}))
    else:
        out.append(Logged(about, "echo-answered"))
        t.show(out, about, "echo-done", APPROVED, given.key)
    return proceed(t, out)


def _refused(t: Device, given: SignOnResponse | ManagementResponse, out: list[Effect]) -> str:
    out.append(Logged(given.about, "answered", {"code": given.code, "key": given.key}))
    t.show(out, given.about, "declined", given.code, given.key)
    return rest(t, out)


def unconnected(t: Device, given: ConnectFailed, at: Instant, out: list[Effect]) -> str:
    """(connecting) Not sent; whatever waited behind it is not sent either."""
    not_connected(t, given, out)
    return _without_answer(t, "connect-failed", out)


def silent(t: Device, given: AnswerOverdue, at: Instant, out: list[Effect]) -> str:
    """(waiting) No answer; whatever waited behind it is not sent."""
    out.append(Logged(given.about, "no-answer", {"key": t.key}))
    return _without_answer(t, "no-answer", out)


def _without_answer(t: Device, word: str, out: list[Effect]) -> str:
    errand = t.wish or t.errand
    assert errand is not None
    if not t.background:
        t.show(out, errand.about, word)
    return rest(t, out)


def late(t: Device, given: SignOnResponse | ManagementResponse, at: Instant, out: list[Effect]) -> str:
    """Nobody waits for this answer any more."""
    out.append(Logged(given.about, "late-answer-discarded", {"mti": given.kind, "code": given.code}))
    return t.session
