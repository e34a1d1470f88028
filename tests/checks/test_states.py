"""The checks of states: legal moves, finality, ends that fit together, honest slips, everything at rest."""

import msgspec
import pytest
from witness import MID, NET, OTHER, PAYOUT, VICTIM, Sale, Witness

from poslab.checks.case import Case
from poslab.checks.compatible_ends import ENDS, fits
from poslab.checks.final_is_final import FINAL
from poslab.checks.findings import PLAIN
from poslab.checks.legal_transitions import ALLOWED
from poslab.messages.card import (
    VOID,
    AdviceResponse,
    FinancialRequest,
    FinancialResponse,
    OrderNotice,
    ReversalAdvice,
    ReversalRequest,
)
from poslab.party.contract import Became, Kept, Logged, Posted, Send
from poslab.party.facts import Connected
from poslab.party.time import HOUR
from poslab.world.presets import gateway_shop


def declined(told: Witness, sale: Sale = VICTIM, code: str = "51") -> Witness:
    """A sale that the issuer declines."""
    told.sent(sale).forwarded(sale).routed(sale)
    told.says("issuer", sale.request(sale.rrn), Became(sale.order, sale.rrn, "none", f"declined:{code}"))
    told.passed_back(sale)
    told.says("host", sale.answer(code), Became(sale.order, sale.key, "forwarded", f"declined:{code}"))
    return told.says(sale.terminal, sale.answer(code), Became(sale.order, sale.key, "sent", f"declined:{code}"))


# --- legal-transitions


def test_the_moves_of_a_sale_and_of_its_reversal_are_legal() -> None:
    Witness().approved().undone(OTHER).holds("legal-transitions")


def test_a_move_outside_the_table_is_seen() -> None:
    told = Witness().charged()
    told.says("host", VICTIM.answer(), Became("victim", VICTIM.key, "forwarded", "voided"))
    told.breaks("legal-transitions", "from forwarded to voided")


def test_a_party_must_have_been_where_it_says_it_was() -> None:
    told = Witness().charged().passed_back()
    told.says("host", VICTIM.answer(), Became("victim", VICTIM.key, "in-doubt:68", "reversed"))
    told.breaks("legal-transitions", "from in-doubt:68, and it was forwarded")


def test_a_payout_does_not_skip_a_state() -> None:
    told = Witness().approved().cleared().scheduled()
    told.says("host", Connected("", "rail"), Became("", PAYOUT, "scheduled", "credited"))
    told.breaks("legal-transitions", "from scheduled to credited")


def test_rail_and_account_bank_have_their_tables_too() -> None:
    told = Witness().approved().cleared().scheduled().settled().paid(NET)
    told.holds("legal-transitions")
    told.says("bank", Connected("", "x"), Became("", f"{PAYOUT}/1", "returned", "suspense"))
    told.breaks("legal-transitions", "the bank moved")


def test_what_passes_unseen_as_healthy_is_in_the_table_and_never_final() -> None:
    for role, moves in PLAIN.items():
        for before, after in moves:
            assert after in ALLOWED[role][before]
            assert before not in FINAL[role]


def test_nothing_leads_out_of_a_final_state_but_through_a_guarded_door() -> None:
    doors = {
        ("host", "voided"),
        ("issuer", "returned"),
        ("rail", "done"),
        ("payout", "credited"),
        ("rail", "delivered"),
        ("rail", "recalled"),
        ("rail", "owner-asked"),
        ("bank", "credited"),
    }
    for role, states in FINAL.items():
        for state in states:
            assert not ALLOWED[role].get(state) or (role, state) in doors, (role, state)


# --- final-is-final


def test_what_a_payer_asks_back_is_still_its_receiver_s_until_the_money_leaves_it() -> None:
    told = Witness().approved().cleared().scheduled().settled().paid(NET)
    of = f"{PAYOUT}/1"
    for before, after in (("delivered", "recalled"), ("recalled", "owner-asked"), ("owner-asked", "delivered")):
        told.says("rail", Connected("", "x"), Became("", of, before, after))
    told.holds("final-is-final")
    told.holds("legal-transitions")
    told.says("rail", Connected("", "x"), Became("", of, "owner-asked", "returned"))
    told.breaks("final-is-final", "owner-asked, which is final, to returned")


def test_a_late_answer_does_not_revive_a_reversed_sale() -> None:
    told = Witness().undone()
    told.holds("final-is-final")
    told.says("host", VICTIM.answer(), Became("victim", VICTIM.key, "reversed", "approved"))
    told.breaks("final-is-final", VICTIM.key, "from reversed, which is final, to approved")


def test_it_does_not_help_to_say_that_it_was_not_reversed() -> None:
    told = Witness().undone()
    told.says("host", VICTIM.answer(), Became("victim", VICTIM.key, "forwarded", "approved"))
    told.breaks("final-is-final", "from reversed, which is final, to approved")


def test_a_declined_sale_stays_declined_at_the_terminal() -> None:
    told = declined(Witness())
    told.holds("final-is-final")
    told.says("T1", VICTIM.answer(), Became("victim", VICTIM.key, "declined:51", "approved-unprinted"))
    told.breaks("final-is-final", "declined:51")


def voided(told: Witness) -> Sale:
    """A good sale, and a void of it that everybody carried out; answers the void."""
    void = Sale(stan=18, rrn="260000000002")
    told.approved()
    told.says(
        "T1",
        Connected("victim", "host"),
        Logged("victim", "attempt", {"key": void.key, "what": "void"}),
        Kept("victim", "reversal-record"),
        Became("victim", void.key, "none", "sent"),
    )
    told.says("host", void.request(), Became("victim", VICTIM.key, "approved", "voiding"))
    told.says(
        "issuer", void.request(void.rrn), Became("victim", VICTIM.rrn, "debited", "returned"), told.p7_of_issuer()
    )
    told.says("host", void.answer(), Became("victim", VICTIM.key, "voiding", "voided"))
    told.says(
        "T1",
        void.answer(),
        Became("victim", void.key, "sent", "approved"),
        Became("victim", VICTIM.key, "approved", "voided"),
        Posted("victim", f"P6/{VICTIM.key}", (("M.sales", "M.card_receivable", 12_800),)),
    )
    return void


def test_the_reversal_of_a_void_lets_the_sale_stand_again() -> None:
    told = Witness()
    void = voided(told)
    told.breaks_nothing()
    undoing = ReversalRequest("victim", void.key, MID, VOID, 12_800, "good-debit", "98")
    told.says("host", undoing, Became("victim", VICTIM.key, "voided", "approved"))
    advice = ReversalAdvice("victim", void.key, MID, void.rrn, VOID, 12_800, "good-debit", "98")
    told.says("issuer", advice, Became("victim", VICTIM.rrn, "returned", "debited"), told.p1_of_issuer(entry="P7b"))
    told.holds("final-is-final")
    told.holds("one-charge-per-attempt")


def test_and_nothing_else_does() -> None:
    told = Witness()
    void = voided(told)
    told.says("host", void.answer(), Became("victim", VICTIM.key, "voided", "approved"))
    told.breaks("final-is-final", "from voided, which is final, to approved")


def test_a_credited_payout_is_final() -> None:
    told = Witness().approved().cleared().scheduled().settled().paid(NET)
    told.says("host", Connected("", "rail"), Became("", PAYOUT, "credited", "instructed"))
    told.breaks("final-is-final", f"the payout {PAYOUT} left credited")


# --- compatible-ends


def test_reversed_here_and_debited_there_is_no_end() -> None:
    told = (
        Witness()
        .charged()
        .passed_back()
        .booked()
        .silent()
        .reversal_sent()
        .reversed_at_host(advice=False)
        .told_reversed()
    )
    told.breaks("compatible-ends", "reversed at the terminal, reversed at the host, debited at the issuer")


def test_an_undoing_on_its_way_is_no_end_yet() -> None:
    told = Witness().charged().passed_back().booked().silent().reversal_sent().reversed_at_host().told_reversed()
    assert told.judged("compatible-ends").verdict == "no evidence"
    told.breaks("all-final", "until the issuer confirms its undoing")
    told.returned().confirmed()
    told.holds("compatible-ends")
    told.holds("all-final")


def test_a_confirmed_undoing_that_never_happened_is_seen() -> None:
    told = Witness().charged().passed_back().booked().silent().reversal_sent().reversed_at_host().told_reversed()
    told.says("host", AdviceResponse("victim", VICTIM.key, VICTIM.rrn, "00"))
    told.breaks("compatible-ends", "debited at the issuer")


def test_a_reversal_that_the_issuer_refuses_is_an_open_item_and_no_contradiction() -> None:
    told = Witness().charged().passed_back().booked().silent().reversal_sent().reversed_at_host().told_reversed()
    told.says("issuer", VICTIM.advice(), Logged("victim", "reversal-refused", {"rrn": VICTIM.rrn, "code": "96"}))
    told.holds("compatible-ends")
    told.breaks("all-final", "its advice was refused")


def test_an_end_is_judged_when_the_purchase_is_forgotten_too() -> None:
    told = Witness().charged().passed_back().booked()
    told.silent().reversal_sent().reversed_at_host().returned().confirmed()
    told.says("T1", Connected("victim", "x"), Became("victim", VICTIM.key, "unknown", "closed:25"))
    told.says("host", Connected("", "x"), after=2 * HOUR).approved(OTHER)
    assert "victim" not in told.judge.checks[0].evidence.docket.open
    told.breaks("compatible-ends", "line", "closed:25")


@pytest.mark.parametrize(
    "terminal", ["approved", "voided", "declined:51", "reversed", "closed:25", "closed:12", "dropped"]
)
def test_the_table_never_lets_a_debit_stand_behind_a_final_no(terminal: str) -> None:
    for host, issuers in ENDS.get(terminal.replace(":51", ""), {}).items():
        if "debited" in issuers:
            assert host == "approved", (terminal, host)


def test_a_slip_that_says_paid_and_a_void_that_was_dropped() -> None:
    sale = Case("a", "k", terminal="approved", host="voided", issuer="returned")
    void = Case("a", "v", what="void", terminal="dropped", host="approved")
    assert fits(sale, (void, sale))
    assert not fits(sale, (sale,))


# --- slip-honesty


def test_a_sale_slip_tells_of_a_stored_approval() -> None:
    told = Witness().approved()
    told.says("T1", Connected("victim", "x"), Send("cashier", told.slip(duplicate=True)))
    told.holds("slip-honesty")


def test_a_sale_slip_for_a_decline_is_a_lie() -> None:
    told = declined(Witness())
    told.says("T1", Connected("victim", "x"), Send("cashier", told.slip()))
    told.breaks("slip-honesty", "a sale slip was printed", "declined:51")


def test_a_sale_slip_for_silence_is_a_lie() -> None:
    told = Witness().charged().silent()
    told.says("T1", Connected("victim", "x"), Send("cashier", told.slip()))
    told.breaks("slip-honesty", "which is unknown")


def test_a_slip_of_another_attempt_is_no_lie_about_the_good_one() -> None:
    told = Witness().approved()
    other = msgspec.structs.replace(told.slip(kind="decline"), key=OTHER.key, duplicate=True)
    told.says("T1", Connected("victim", "x"), Send("cashier", other))
    told.holds("slip-honesty")


def test_reversed_is_said_only_when_the_host_answered_so() -> None:
    told = Witness().charged().silent().reversal_sent()
    told.says(
        "T1",
        Connected("victim", "x"),
        Became("victim", VICTIM.key, "unknown", "reversed"),
        Send("cashier", told.slip(kind="reversal-done")),
    )
    told.breaks("slip-honesty", "a reversal-done slip")


def test_a_decline_slip_for_a_good_sale_is_a_lie() -> None:
    told = Witness().approved()
    told.says("T1", Connected("victim", "x"), Send("cashier", told.slip(kind="decline")))
    told.breaks("slip-honesty", "a decline slip")


def test_an_order_is_a_success_after_the_approval_and_not_before() -> None:
    told = Witness(gateway_shop()).sent().forwarded()
    notice = OrderNotice("victim", VICTIM.key, "success", 12_800, VICTIM.rrn)
    told.says("host", Connected("victim", "x"), Send("platform", notice))
    told.breaks("slip-honesty", "called a success while it is forwarded")


# --- all-final


@pytest.mark.parametrize(
    ("party", "move", "words"),
    [
        ("T1", None, "waits for an answer"),
        ("T1", ("sent", "unknown"), "a reversal waiting at the terminal"),
        ("T1", ("sent", "in-doubt:98"), "waits for a query"),
    ],
)
def test_what_is_not_at_rest_says_what_it_waits_for(party: str, move: tuple[str, str] | None, words: str) -> None:
    told = Witness().charged().passed_back().booked()
    if move is not None:
        told.says(party, Connected("victim", "x"), Became("victim", VICTIM.key, *move))
    told.breaks("all-final", words)


def test_a_doubt_at_the_host_waits_for_its_undoing() -> None:
    told = Witness().charged()
    told.says("T1", Connected("victim", "x"), Became("victim", VICTIM.key, "sent", "unknown"))
    told.says("T1", Connected("victim", "x"), Became("victim", VICTIM.key, "unknown", "dropped"))
    told.says("host", Connected("victim", "x"), Became("victim", VICTIM.key, "forwarded", "in-doubt:68"))
    told.breaks("all-final", "in doubt at the host")


def test_a_payout_on_its_way_waits_for_somebodys_word() -> None:
    told = Witness().approved().cleared().scheduled().settled().instructed(NET).taken(NET)
    told.breaks("all-final", PAYOUT, "account bank")


def test_a_returned_payout_is_somebodys_and_at_rest() -> None:
    told = Witness().approved().cleared().scheduled().settled().instructed(NET)
    told.says("host", Connected("", "rail"), Became("", PAYOUT, "instructed", "returned:ACCOUNT_FROZEN"))
    told.holds("all-final")


def test_a_sale_that_waits_for_its_clearing_day_is_at_rest() -> None:
    Witness().approved().holds("all-final")


def test_a_decline_is_a_good_end() -> None:
    told = declined(Witness())
    told.breaks_nothing()
    for check in ("all-final", "compatible-ends", "legal-transitions"):
        told.holds(check)


def test_a_world_in_which_nothing_happens_is_no_evidence() -> None:
    told = Witness()
    told.says("host", FinancialResponse("", "", MID, "sale", 0, "00"))
    assert {found.verdict for found in told.judge.end(told.at)} == {"no evidence"}


def orphaned(told: Witness) -> Witness:
    """A reversal that came before its original."""
    told.sent().silent().reversal_sent()
    given = ReversalRequest("victim", VICTIM.key, MID, "sale", 12_800, "good-debit", "98")
    return told.says("host", given, Became("victim", VICTIM.key, "none", "reversal-only"))


def test_a_reversal_without_an_original_is_remembered_for_a_day() -> None:
    told = orphaned(Witness())
    told.forwarded()
    told.breaks("final-is-final", "from reversal-only, which is final, to forwarded")
    told = orphaned(Witness())
    told.at_the_hour(35).forwarded()
    told.holds("legal-transitions")
    assert told.judged("final-is-final").count == 0


def test_what_the_account_bank_credited_stays_credited() -> None:
    told = Witness().approved().cleared().scheduled().settled().paid(NET)
    told.holds("final-is-final")
    told.says("bank", Connected("", "x"), Became("", f"{PAYOUT}/1", "credited", "suspense"))
    told.breaks("final-is-final", "the bank moved", "from credited, which is final")


def test_a_payout_must_have_been_where_the_host_says_it_was() -> None:
    told = Witness().approved().cleared().scheduled()
    told.says("host", Connected("", "rail"), Became("", PAYOUT, "taken", "credited"))
    told.breaks("legal-transitions", "moved from taken, and it was scheduled")


def test_an_inquiry_is_over_with_its_answer() -> None:
    asked = FinancialRequest("victim", VICTIM.key, MID, "balance", 0, "good-debit")
    told = Witness().says("host", asked, Became("victim", VICTIM.key, "none", "forwarded"))
    told.breaks("all-final", "waits at the host for the network's answer")
    answer = FinancialResponse("victim", VICTIM.key, MID, "balance", 0, "00")
    told.says("host", answer, Became("victim", VICTIM.key, "forwarded", "approved"))
    told.holds("all-final")
    assert not told.judge.checks[0].evidence.docket.open


def test_a_sale_whose_clearing_hour_is_over_waits_for_it() -> None:
    told = Witness().approved()
    told.at_the_hour(23).holds("all-final")
    told.at_the_hour(26).breaks("all-final", "waits for the clearing of 20260105")


def test_many_that_wait_for_one_clearing_are_counted() -> None:
    told = Witness()
    for number in range(8):
        told.approved(Sale(f"order-{number}", 20 + number, rrn=f"2600000000{20 + number}"))
    told.at_the_hour(26).breaks("all-final", "8 sales in all")


def test_a_payout_whose_run_is_over_waits_for_it() -> None:
    told = Witness().approved().cleared().scheduled().settled()
    told.at_the_hour(34).holds("all-final")
    told.at_the_hour(36).breaks("all-final", PAYOUT, "it was due")
