"""Hand-made histories for the judge: the lines that a healthy sale leaves, step by step, and whatever a story adds.

Every step is one line of one party; a story leaves a step out, says it twice, or puts other effects in its place.
"""

from bilingual import told_in_both
from msgspec import Struct

from poslab.checks import ALL
from poslab.checks.check import Judged
from poslab.checks.fees_half_up import fee
from poslab.checks.judge import Judge
from poslab.history.line import Line
from poslab.messages.card import (
    AdviceResponse,
    FinancialRequest,
    FinancialResponse,
    ReversalAdvice,
    ReversalRequest,
    ReversalResponse,
    key_of,
)
from poslab.messages.funding import (
    ClearingFile,
    ClearingLine,
    CreditOrder,
    PayoutOrder,
    PayoutStatus,
    TransferDone,
    TransferOrder,
    file_no_of,
    payout_no_of,
    transfer_in_no,
    transfer_out_no,
)
from poslab.messages.people import SaleKeyed, Slip, Sms
from poslab.party.contract import Became, Effect, Input, Kept, Logged, Posted, Posting, Send
from poslab.party.facts import Connected
from poslab.party.time import HOUR, MINUTE, SECOND, Instant, midnight
from poslab.world.presets import corner_shop
from poslab.world.world import World

SHOP = corner_shop()
MID = SHOP.merchants[0].mid
ACCOUNT = SHOP.merchants[0].account_no
TID = "90000001"
MONDAY = midnight(SHOP.calendar.first_day)
TODAY = "20260105"
PENDING = f"A.merchant_payable.{MID}.pending"
AVAILABLE = f"A.merchant_payable.{MID}.available"
PAYOUT = payout_no_of(MID, TODAY)


class Sale(Struct, frozen=True):
    """An attempt to pay, with every name it has."""

    order: str = "victim"
    stan: int = 17
    amount_fen: int = 12_800
    card: str = "good-debit"
    rrn: str = "260000000001"
    date: str = TODAY
    terminal: str = "T1"

    @property
    def key(self) -> str:
        return key_of(f"9000000{self.terminal[1:]}", "000001", f"{self.stan:06d}")

    def request(self, rrn: str = "") -> FinancialRequest:
        return FinancialRequest(self.order, self.key, MID, "sale", self.amount_fen, self.card, rrn=rrn)

    def answer(self, code: str = "00", at: Instant = 0) -> FinancialResponse:
        auth = self.rrn[-6:] if code == "00" else ""
        date = self.date if at else ""
        return FinancialResponse(
            self.order, self.key, MID, "sale", self.amount_fen, code, self.rrn, auth, date, at - at % SECOND
        )

    def advice(self) -> ReversalAdvice:
        return ReversalAdvice(self.order, self.key, MID, self.rrn, "sale", self.amount_fen, self.card, "98")

    def line(self) -> ClearingLine:
        merchant = SHOP.merchants[0]
        network = SHOP.network
        product = SHOP.cards[self.card].product
        amount = self.amount_fen
        if product == "debit":
            of_merchant = fee(amount, (merchant.debit_rate_ppm, 2_000))
            interchange = fee(amount, (network.debit_interchange_ppm, 1_300))
        else:
            of_merchant = fee(amount, (merchant.credit_rate_ppm, -1))
            interchange = fee(amount, (network.credit_interchange_ppm, -1))
        of_network = fee(amount, (network.network_fee_ppm, 325))
        return ClearingLine(
            self.order, self.key, self.rrn, MID, self.card, amount, of_merchant, interchange, of_network, of_network
        )


VICTIM = Sale()
OTHER = Sale("other", 18, 9_900, "good-credit", "260000000002")


class Witness:
    """A history in the making. ``judged`` gives one check's verdict as things stand."""

    def __init__(self, world: World = SHOP, at: Instant = MONDAY + 10 * HOUR) -> None:
        self.world = world
        self.at = at
        self.n = 0
        self.judge = Judge(world)

    def says(self, party: str, given: Input, *effects: Effect, after: int = SECOND) -> "Witness":
        """One more line, a second after the last one."""
        self.n += 1
        self.at += after
        self.judge.see(Line(self.n, self.at, party, given, list(effects)), given)
        return self

    def at_the_hour(self, hours: int) -> "Witness":
        """Go on so many hours after Monday's midnight."""
        self.at = MONDAY + hours * HOUR
        return self

    def judged(self, check: str) -> Judged:
        """The verdict of one check."""
        return next(found for found in self.judge.end(self.at) if found.id == check)

    def holds(self, check: str) -> None:
        """Want a check to have been evaluated and not broken."""
        found = self.judged(check)
        assert found.verdict == "holds", (check, found.verdict, [str(breach) for breach in found.breaches])

    def breaks(self, check: str, *words: str) -> None:
        """Want a check to be broken, its breaches saying all these words."""
        found = self.judged(check)
        for breach in found.breaches:
            told_in_both(breach.text)
        told = " | ".join(map(str, found.breaches))
        assert found.verdict == "broken", (check, found.verdict)
        missing = [word for word in words if word not in told]
        assert not missing, (missing, told)

    def breaks_nothing(self, *but: str) -> None:
        """Want every check to hold or to have seen nothing, but for those named."""
        broken = {f.id: [str(b) for b in f.breaches] for f in self.judge.end(self.at) if f.verdict == "broken"}
        assert set(broken) == set(but), broken

    # --- the card leg, a step each

    def keyed(self, sale: Sale = VICTIM) -> "Witness":
        return self.says(
            "cashier", sale.request(), Send(sale.terminal, SaleKeyed(sale.order, sale.amount_fen, sale.card))
        )

    def sent(self, sale: Sale = VICTIM) -> "Witness":
        details: dict[str, str | int] = {"key": sale.key, "what": "sale", "stan": sale.key[-6:], "mid": MID}
        return self.says(
            sale.terminal,
            Connected(sale.order, "host"),
            Logged(sale.order, "attempt", details),
            Kept(sale.order, "reversal-record"),
            Became(sale.order, sale.key, "none", "sent"),
            Send("host", sale.request()),
        )

    def forwarded(self, sale: Sale = VICTIM) -> "Witness":
        return self.says(
            "host",
            sale.request(),
            Logged(sale.order, "business-date", {"date": sale.date, "rrn": sale.rrn}),
            Became(sale.order, sale.key, "none", "forwarded"),
            Kept(sale.order, "request"),
            Send("switch", sale.request(sale.rrn)),
        )

    def routed(self, sale: Sale = VICTIM) -> "Witness":
        request = sale.request(sale.rrn)
        moved = Became(sale.order, sale.rrn, "none", "forwarded")
        return self.says("switch", request, moved, Kept(sale.order, "request"), Send("issuer", request))

    def debited(self, sale: Sale = VICTIM) -> "Witness":
        return self.says(
            "issuer",
            sale.request(sale.rrn),
            Kept(sale.order, "debit"),
            Became(sale.order, sale.rrn, "none", "debited"),
            self.p1_of_issuer(sale),
            Send("cardholder", Sms(sale.order, "spent", sale.card, sale.amount_fen, self.at)),
            Send("switch", sale.answer()),
        )

    def passed_back(self, sale: Sale = VICTIM) -> "Witness":
        moved = Became(sale.order, sale.rrn, "forwarded", "answered")
        return self.says("switch", sale.answer(), moved, Kept(sale.order, "answer"), Send("host", sale.answer()))

    def booked(self, sale: Sale = VICTIM) -> "Witness":
        return self.says(
            "host",
            sale.answer(),
            Posted(sale.order, f"P1/{sale.key}", (("A.scheme_receivable", PENDING, sale.amount_fen),)),
            Became(sale.order, sale.key, "forwarded", "approved"),
            Kept(sale.order, "answer"),
            Send(sale.terminal, sale.answer(at=self.at)),
        )

    def stored(self, sale: Sale = VICTIM) -> "Witness":
        moved = Became(sale.order, sale.key, "sent", "approved-unprinted")
        sold = Posted(sale.order, f"P1/{sale.key}", (("M.card_receivable", "M.sales", sale.amount_fen),))
        return self.says(sale.terminal, sale.answer(at=self.at), Kept(sale.order, "approval"), moved, sold)

    def printed(self, sale: Sale = VICTIM) -> "Witness":
        return self.says(
            sale.terminal,
            Connected(sale.order, "printer"),
            Send("cashier", self.slip(sale)),
            Became(sale.order, sale.key, "approved-unprinted", "approved"),
        )

    def charged(self, sale: Sale = VICTIM) -> "Witness":
        """All that leads to a debit; the answer is on its way back."""
        return self.sent(sale).forwarded(sale).routed(sale).debited(sale)

    def approved(self, sale: Sale = VICTIM) -> "Witness":
        """A whole healthy sale."""
        return self.charged(sale).passed_back(sale).booked(sale).stored(sale).printed(sale)

    # --- the reversal

    def silent(self, sale: Sale = VICTIM) -> "Witness":
        moved = Became(sale.order, sale.key, "sent", "unknown")
        return self.says(sale.terminal, Connected(sale.order, "timer"), Kept(sale.order, "reversal-reason"), moved)

    def reversal_sent(self, sale: Sale = VICTIM) -> "Witness":
        request = ReversalRequest(sale.order, sale.key, MID, "sale", sale.amount_fen, sale.card, "98")
        return self.says(sale.terminal, Connected(sale.order, "host"), Send("host", request))

    def reversed_at_host(self, sale: Sale = VICTIM, advice: bool = True) -> "Witness":
        given = ReversalRequest(sale.order, sale.key, MID, "sale", sale.amount_fen, sale.card, "98")
        stored: tuple[Effect, ...] = (
            Logged(sale.order, "advice-stored", {"rrn": sale.rrn}),
            Kept(sale.order, "advice"),
            Send("switch", sale.advice()),
        )
        return self.says(
            "host",
            given,
            Posted(sale.order, f"P7/{sale.key}", ((PENDING, "A.scheme_receivable", sale.amount_fen),)),
            Became(sale.order, sale.key, "approved", "reversed"),
            *(stored if advice else ()),
            Send(sale.terminal, ReversalResponse(sale.order, sale.key, MID, "00", sale.rrn)),
        )

    def returned(self, sale: Sale = VICTIM) -> "Witness":
        return self.says(
            "issuer",
            sale.advice(),
            Kept(sale.order, "reversal"),
            Became(sale.order, sale.rrn, "debited", "returned"),
            self.p7_of_issuer(sale),
            Send("switch", AdviceResponse(sale.order, sale.key, sale.rrn, "00")),
        )

    def confirmed(self, sale: Sale = VICTIM) -> "Witness":
        answer = AdviceResponse(sale.order, sale.key, sale.rrn, "00")
        self.says("switch", answer, Became(sale.order, sale.rrn, "answered", "undone"), Send("host", answer))
        return self.says("host", answer)

    def told_reversed(self, sale: Sale = VICTIM) -> "Witness":
        return self.says(
            sale.terminal,
            ReversalResponse(sale.order, sale.key, MID, "00", sale.rrn),
            Kept(sale.order, "reversal-settled"),
            Became(sale.order, sale.key, "unknown", "reversed"),
            Send("cashier", self.slip(sale, "reversal-done")),
        )

    def undone(self, sale: Sale = VICTIM) -> "Witness":
        """A debit whose answer was lost, reversed everywhere."""
        self.charged(sale).passed_back(sale).booked(sale).silent(sale)
        return self.reversal_sent(sale).reversed_at_host(sale).returned(sale).confirmed(sale).told_reversed(sale)

    # --- the funding leg

    def cleared(self, *lines: ClearingLine, part: int = 1, date: str = TODAY) -> "Witness":
        claimed = lines or (VICTIM.line(),)
        return self.says("host", Connected("", "clearing"), Send("switch", self.file(*claimed, part=part, date=date)))

    def settled(self, *lines: ClearingLine) -> "Witness":
        claimed = lines or (VICTIM.line(),)
        owed_in = sum(line.amount_fen - line.interchange_fen + line.issuer_fee_fen for line in claimed)
        owed_out = sum(line.amount_fen - line.interchange_fen - line.acquirer_fee_fen for line in claimed)
        self.transferred(transfer_in_no(TODAY, "issuer"), "R.account.I", "R.account.N", owed_in)
        self.transferred(transfer_out_no(TODAY, "host"), "R.account.N", "R.account.A.reserve", owed_out)
        self.posted("issuer", f"P3/{transfer_in_no(TODAY, 'issuer')}", ("I.clearing_payable", "I.cash", owed_in))
        self.posted("switch", "P3/in", ("N.cash", "N.due_from_issuer", owed_in))
        self.posted("switch", "P3/out", ("N.due_to_acquirer", "N.cash", owed_out))
        return self.posted(
            "host", f"P3/{transfer_out_no(TODAY, 'host')}", ("A.reserve_cash", "A.scheme_receivable", owed_out)
        )

    def transferred(self, number: str, payer: str, payee: str, amount_fen: int) -> "Witness":
        order = TransferOrder("", number, payer, payee, amount_fen)
        return self.says(
            "rail",
            order,
            Became("", number, "none", "done"),
            Posted("", f"P3/{number}", ((payer, payee, amount_fen),)),
            Send("switch", TransferDone("", number, payer, payee, amount_fen)),
        )

    def scheduled(self, number: str = PAYOUT) -> "Witness":
        return self.says("host", Connected("", "clearing"), Became("", number, "none", "scheduled"))

    def order(self, amount_fen: int, number: str = PAYOUT, try_no: int = 1) -> PayoutOrder:
        merchant = SHOP.merchants[0]
        return PayoutOrder("", number, try_no, MID, "bank", ACCOUNT, merchant.account_name, amount_fen)

    def instructed(self, amount_fen: int, number: str = PAYOUT, try_no: int = 1) -> "Witness":
        before = "scheduled" if try_no == 1 else "returned:ACCOUNT_FROZEN"
        return self.says(
            "host",
            Connected("", "payouts"),
            Kept("", "payout-order"),
            Became("", number, before, "instructed"),
            Posted("", f"P4a/{number}/{try_no}", ((AVAILABLE, "A.payout_in_transit", amount_fen),)),
            Send("rail", self.order(amount_fen, number, try_no)),
        )

    def taken(self, amount_fen: int, number: str = PAYOUT, try_no: int = 1) -> "Witness":
        name = f"{number}/{try_no}"
        self.says(
            "rail",
            self.order(amount_fen, number, try_no),
            Became("", name, "none", "taken"),
            Posted("", f"P4b/{name}", (("R.account.A.reserve", f"R.in_flight.{number}", amount_fen),)),
        )
        return self.says(
            "host",
            PayoutStatus("", number, try_no, "taken"),
            Became("", number, "instructed", "taken"),
            Posted("", f"P4b/{name}", (("A.payout_in_transit", "A.reserve_cash", amount_fen),)),
        )

    def credited(self, amount_fen: int, number: str = PAYOUT, try_no: int = 1, entry: str = "P4c") -> "Witness":
        name = f"{number}/{try_no}"
        return self.says(
            "bank",
            CreditOrder("", number, try_no, ACCOUNT, SHOP.merchants[0].account_name, amount_fen),
            Became("", name, "none", "credited"),
            Posted("", f"{entry}/{name}", (("B.interbank_cash", f"B.account.{ACCOUNT}", amount_fen),)),
        )

    def delivered(self, amount_fen: int, number: str = PAYOUT, try_no: int = 1) -> "Witness":
        name = f"{number}/{try_no}"
        self.says(
            "rail",
            Connected("", "bank"),
            Became("", name, "taken", "delivered"),
            Posted("", f"P4c/{name}", ((f"R.in_flight.{number}", "R.account.B", amount_fen),)),
        )
        moved = Became("", number, "taken", "credited")
        return self.says("host", PayoutStatus("", number, try_no, "credited"), moved)

    def paid(self, amount_fen: int) -> "Witness":
        """A payout from its order to the merchant's account."""
        return self.instructed(amount_fen).taken(amount_fen).credited(amount_fen).delivered(amount_fen)

    # --- parts of lines

    def posted(self, party: str, entry: str, *postings: Posting, about: str = "") -> "Witness":
        return self.says(party, Connected(about, "desk"), Posted(about, entry, postings))

    def p1_of_issuer(self, sale: Sale = VICTIM, entry: str = "P1") -> Posted:
        postings = ((f"I.cardholder.{sale.card}", "I.clearing_payable", sale.amount_fen),)
        return Posted(sale.order, f"{entry}/{sale.key}/{sale.rrn}", postings)

    def p7_of_issuer(self, sale: Sale = VICTIM, entry: str = "P7") -> Posted:
        postings = (("I.clearing_payable", f"I.cardholder.{sale.card}", sale.amount_fen),)
        return Posted(sale.order, f"{entry}/{sale.key}/{sale.rrn}", postings)

    def slip(self, sale: Sale = VICTIM, kind: str = "sale", duplicate: bool = False) -> Slip:
        return Slip(
            sale.order, sale.terminal, kind, sale.key, MID, sale.card, "chip", sale.amount_fen, duplicate=duplicate
        )

    def file(self, *lines: ClearingLine, part: int = 1, date: str = TODAY) -> ClearingFile:
        return ClearingFile("", file_no_of("host", date), part, True, date, "20260106", lines)


NET = VICTIM.line().amount_fen - VICTIM.line().merchant_fee_fen
"""What the victim's sale leaves the merchant."""

IDS = tuple(check.id for check in ALL)
LATER = 5 * MINUTE
