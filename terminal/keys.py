"""The terminal's keys: a host out of step with them is no mishap of the moment, and only a sign-on helps.

The MAC key is its version, 0 being a damaged one; of the PIN key and the master key it has the right one or another.
The terminal learns of it from others: a code of the host, an answer whose MAC disagrees, a check value.
"""

from poslab.messages.batch import SettlementResponse, UploadResponse
from poslab.messages.card import (
    PIN_ABSENT,
    PIN_GARBLED,
    FinancialResponse,
    QueryResponse,
    ReversalResponse,
)
from poslab.messages.facts import KeyInjected, KeyReplaced
from poslab.messages.people import SignOnKeyed
from poslab.party.contract import Effect, Kept
from poslab.party.time import Instant
from terminal.device import Device
from terminal.errands import Downloading, Errand
from terminal.line import dial

DOWNLOAD_FIRST = "78"
SIGN_ON_AGAIN = ("A0", "99", "77", "A7")
"""Codes after which nothing goes through until the terminal has signed on again."""


def agrees(
    t: Device,
    given: FinancialResponse | ReversalResponse | QueryResponse | SettlementResponse | UploadResponse,
) -> bool:
    """Whether the MAC of an answer was made with the key that the terminal has."""
    return given.mac == t.flash.key_version and given.mac != 0


def pin_under(t: Device, pin: str) -> str:
    """What comes out of the PIN block at the host: under a damaged key nothing does."""
    return pin if t.flash.pin_key or pin == PIN_ABSENT else PIN_GARBLED


def sign_on_next(t: Device, about: str, out: list[Effect]) -> None:
    """Whatever is next on the line, a sign-on goes before it."""
    t.flash.signed_on = False
    out.append(Kept(about, "keys"))


def sign_on_now(t: Device, about: str, wish: Errand | None, out: list[Effect]) -> str:
    """Fetch new keys, and then carry on with the wish, if there is one; once, before the terminal is at rest again."""
    t.resigned = True
    t.wish = wish
    return dial(t, SignOnKeyed(about), out)


def download_now(t: Device, about: str, out: list[Effect]) -> str:
    """Fetch the parameters that the host wants to be there, and then ask for the same once more, under a new STAN."""
    t.resigned = True
    t.wish = t.errand
    t.show(out, about, "downloading")
    return dial(t, Downloading(about), out)


def replaced(t: Device, given: KeyReplaced, at: Instant, out: list[Effect]) -> str:
    """(any state) A key is damaged, or another one; nobody at the terminal can see it."""
    if given.key == "mac":
        t.flash.key_version = 0
    elif given.key == "pin":
        t.flash.pin_key = False
    elif given.key == "master":
        t.flash.master_key = False
    out.append(Kept(given.about, "keys"))
    return t.session


def injected(t: Device, given: KeyInjected, at: Instant, out: list[Effect]) -> str:
    """(any state) The provider has put the right master key in: the working keys under it come with a sign-on."""
    t.flash.master_key = True
    sign_on_next(t, given.about, out)
    return t.session
