"""macs-verified: nothing comes of a message whose MAC is broken or was made with other keys than those in force."""

import msgspec
from witness import MID, TID, VICTIM, Witness

from poslab.messages.card import FinancialRequest, FinancialResponse, SignOnResponse, key_of
from poslab.messages.facts import KeyReplaced
from poslab.messages.people import EchoKeyed
from poslab.party.contract import Became, Logged, Send

REPLACED = KeyReplaced("", TID, "mac")
TAKEN = Became("victim", VICTIM.key, "none", "forwarded")
REFUSED = Became("victim", VICTIM.key, "none", "declined:A0")
STORED = Became("victim", VICTIM.key, "sent", "approved-unprinted")
OWED = Became("victim", VICTIM.key, "sent", "unknown")
APPROVAL = FinancialResponse("victim", VICTIM.key, MID, "sale", 12_800, "00", VICTIM.rrn)


def asked(mac: int) -> FinancialRequest:
    return msgspec.structs.replace(VICTIM.request(), mac=mac)


def approval(mac: int) -> FinancialResponse:
    return msgspec.structs.replace(APPROVAL, mac=mac)


def brought(version: int) -> SignOnResponse:
    return SignOnResponse("", key_of(TID, "000001", "000016"), MID, "00", "000001", version)


def no_evidence(told: Witness) -> None:
    assert told.judged("macs-verified").verdict == "no evidence"


def test_where_every_mac_agrees_there_is_no_evidence() -> None:
    no_evidence(Witness().says("host", asked(1), TAKEN).says("T1", approval(1), STORED))


def test_a_request_that_does_not_agree_is_refused() -> None:
    Witness().says("host", asked(0), REFUSED).holds("macs-verified")
    Witness().says("host", asked(0), TAKEN).breaks("macs-verified", "the host took a 0200")
    Witness().says("host", REPLACED).says("host", asked(1), REFUSED).holds("macs-verified")
    Witness().says("host", REPLACED).says("host", asked(1), TAKEN).breaks("macs-verified", "the host took a 0200")
    no_evidence(Witness().says("host", REPLACED).says("host", asked(2), TAKEN))


def test_a_pin_key_makes_no_macs() -> None:
    no_evidence(Witness().says("host", KeyReplaced("", TID, "pin")).says("host", asked(1), TAKEN))
    no_evidence(Witness().says("T1", KeyReplaced("", TID, "pin")).says("T1", approval(1), STORED))


def test_after_a_sign_on_the_new_keys_count_and_the_old_ones_do_not() -> None:
    started = Witness().says("host", EchoKeyed(), Send("T1", brought(3)))
    no_evidence(started.says("host", asked(3), TAKEN))
    started.says("host", asked(1), TAKEN).breaks("macs-verified", "the host took a 0200")
    unusable = Witness().says("host", EchoKeyed(), Send("T1", brought(0)))
    unusable.says("host", asked(1), TAKEN).breaks("macs-verified", "the host took a 0200")
    refused = Witness().says("host", EchoKeyed(), Send("T1", msgspec.structs.replace(brought(3), code="97")))
    no_evidence(refused.says("host", asked(1), TAKEN))


def test_an_approval_that_does_not_agree_is_not_believed() -> None:
    Witness().says("T1", approval(0), OWED).holds("macs-verified")
    Witness().says("T1", approval(0), STORED).breaks("macs-verified", "the terminal believed a 0210")
    Witness().says("T1", approval(2), STORED).breaks("macs-verified", "the terminal believed a 0210")


def test_a_decline_may_be_believed_without() -> None:
    declined = msgspec.structs.replace(approval(0), code="51")
    no_evidence(Witness().says("T1", declined, Became("victim", VICTIM.key, "sent", "declined:51")))


def test_a_damaged_key_agrees_with_nothing_until_new_ones_came() -> None:
    damaged = Witness().says("T1", REPLACED)
    damaged.says("T1", approval(1), STORED).breaks("macs-verified", "the terminal believed a 0210")
    refused = Witness().says("T1", REPLACED).says("T1", brought(2), Logged("", "keys-refused"))
    refused.says("T1", approval(2), STORED).breaks("macs-verified", "the terminal believed a 0210")
    cured = Witness().says("T1", REPLACED).says("T1", brought(2), Logged("", "signed-on"))
    no_evidence(cured.says("T1", approval(2), STORED))
