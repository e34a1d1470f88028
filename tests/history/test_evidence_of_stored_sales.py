"""What people may know of a sale that a terminal stored offline, line by line."""

from told import KEY, KEY_2, MID, RRN, Told, logged

from poslab.history.outcome import outcome
from poslab.messages.card import FinancialNotice, NoticeResponse
from poslab.messages.people import OfflineSaleKeyed, Slip, Sms
from poslab.party.contract import Became, Kept, Logged, Send
from poslab.party.facts import Connected, PowerRestored
from poslab.party.time import SECOND

KEYED = OfflineSaleKeyed("victim", 12_800, "good-debit")


def announced(key: str) -> Logged:
    return Logged(
        "victim",
        "attempt",
        {"key": key, "what": "chip-offline-sale", "stan": key[-6:], "batch": "000001", "tid": "90000001", "mid": MID},
    )


def stored() -> Told:
    return Told().line(
        "T1",
        KEYED,
        announced(KEY),
        Kept("victim", "notice"),
        Became("victim", KEY, "none", "offline-unsent"),
        Send("cashier", Slip("victim", "T1", "offline", KEY, MID)),
    )


def notice(key: str = KEY, rrn: str = "") -> FinancialNotice:
    return FinancialNotice("victim", key, MID, "chip-offline-sale", 12_800, "good-debit", rrn=rrn)


def sent(told: Told, attempt: int = 1) -> Told:
    count = Logged("victim", "notice-sent", {"attempt": attempt, "key": KEY})
    return told.line("T1", Connected("victim", "host"), count, Send("host", notice(), attempt))


def taken(told: Told) -> Told:
    told.line(
        "host",
        notice(),
        Logged("victim", "business-date", {"date": "20260105", "rrn": RRN}),
        Became("victim", KEY, "none", "forwarded"),
        Send("T1", NoticeResponse("victim", KEY, MID, "chip-offline-sale", 12_800, "00", RRN)),
    )
    told.line("issuer", notice(rrn=RRN), Became("victim", RRN, "none", "debited"))
    told.line("cardholder", Sms("victim", "spent", "good-debit", 12_800, told.at))
    done = NoticeResponse("victim", KEY, MID, "chip-offline-sale", 12_800, "00", RRN)
    return told.line("host", done, Became("victim", KEY, "forwarded", "approved"))


def claim(told: Told) -> tuple[str, bool]:
    told.purchases.now = told.at
    found = outcome(told.purchases, told.purchases.purchases["victim"])
    return found.truth, found.claim_open


def test_the_merchant_sees_what_waits_in_the_terminal() -> None:
    facts = stored().facts("merchant")
    asked = ("terminal", "slips", "notices-sent", "queue-lost", "resent", "attempts", "keyed-unsent")
    assert [facts.get(name) for name in asked] == ["offline-unsent", ("offline",), 0, False, False, 1, False]
    assert facts.get("host") is None
    assert claim(stored()) == ("M0", True)


def test_while_it_is_unanswered_it_is_the_same_however_often_it_was_sent() -> None:
    told = sent(sent(stored()), 2)
    assert told.facts().get("notices-sent") == 2
    assert told.facts().get("terminal") == "offline-unsent"
    assert claim(told) == ("M0", True)


def test_whether_it_is_on_its_way_is_seen_in_the_journal() -> None:
    told = stored()
    assert told.facts("merchant").get("notice-told") is False
    assert sent(told).facts("merchant").get("notice-told") is True
    answer = NoticeResponse("victim", KEY, MID, "chip-offline-sale", 12_800, "00", RRN)
    told.line("T1", answer, Became("victim", KEY, "offline-unsent", "approved"))
    assert told.facts("merchant").get("notice-told") is False


def test_once_somebody_was_charged_no_claim_is_open() -> None:
    told = taken(sent(stored()))
    assert told.facts().get("issuer") == "debited"
    assert claim(told) == ("M2", False)
    again = taken(told).facts()
    assert again.get("duplicate-at-host") is False, "to repeat a notice is no mishap"


def test_a_lost_queue_leaves_no_record_and_no_claim() -> None:
    told = stored().line(
        "T1", PowerRestored(), logged("notice-lost", key=KEY), Became("victim", KEY, "offline-unsent", "purged")
    )
    assert told.facts().get("terminal") == "none"
    assert told.facts("merchant").get("queue-lost") is True
    assert claim(told) == ("M0", False)


def test_a_sale_that_is_sent_as_a_new_one_is_seen_in_the_journal() -> None:
    told = stored().line("T1", NoticeResponse("victim", KEY, MID, "chip-offline-sale", 12_800, "00"),
                         Became("victim", KEY, "offline-unsent", "approved"))  # fmt: skip
    assert told.facts("merchant").get("resent") is False
    told.line(
        "T1",
        Connected("victim", "host"),
        announced(KEY_2),
        Became("victim", KEY_2, "none", "offline-unsent"),
        logged("notice-renumbered", key=KEY_2, original=KEY),
        after=60 * SECOND,
    )
    facts = told.facts("merchant")
    assert (facts.get("resent"), facts.get("attempts"), facts.get("repeated-while")) == (True, 2, "approved")


def test_one_that_may_not_be_stored_was_never_anything() -> None:
    told = Told().line("T1", KEYED, logged("offline-refused", why="over-limit"))
    assert (told.facts().get("keyed-unsent"), told.facts().get("blocked")) == (False, "floor-limit")


def test_an_ordinary_sale_is_not_asked_about_queues() -> None:
    facts = Told().keyed().sent().facts()
    assert [facts.get(name) for name in ("notices-sent", "queue-lost", "resent")] == [None, None, None]
