"""A lost answer, told by hand: what a run leaves behind, without a run."""

from poslab.history.line import Heard, Line
from poslab.history.places import Place
from poslab.history.truth import Band, Struck, Truth
from poslab.history.views import Views
from poslab.messages.card import (
    AdviceResponse,
    FinancialRequest,
    FinancialResponse,
    ReversalAdvice,
    ReversalRequest,
    ReversalResponse,
)
from poslab.messages.people import CustomerAtTill, SaleKeyed, Screen, Slip, Sms
from poslab.party.contract import Became, Effect, Input, Kept, Logged, Posted, Reminder, Send
from poslab.party.facts import Connected, Started
from poslab.party.time import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Instant
from poslab.text import Text
from poslab.world.presets import corner_shop
from poslab.world.world import World
from scenarios.stage.result import (
    AttemptKey,
    CancelResult,
    DiagnosisResult,
    ExpectationResult,
    InvariantResult,
    Moment,
    PurchaseResult,
    Result,
    Step,
)

KEY = "90000001-000001-000017"
MID = "999000054110001"
RRN = "260000000017"
SALE_AT = 4 * DAY + 10 * HOUR + 15 * MINUTE + 30 * SECOND
LINK, TRUNK = 120 * MILLISECOND, 35 * MILLISECOND


class _Timer(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    key: str


class Scribe:
    """Writes lines down and remembers which one sent what."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Line, Input]] = []

    def told(self, at: Instant, party: str, given: Input, *effects: Effect) -> int:
        """A party is told something from outside, or by itself."""
        return self._write(at, party, given, given, effects)

    def heard(self, at: Instant, party: str, of: int, *effects: Effect) -> int:
        """A party hears the last message of line ``of``."""
        sender = self.pairs[of - 1][0]
        index = max(i for i, effect in enumerate(sender.effects) if type(effect) is Send and effect.to == party)
        sent = sender.effects[index]
        assert type(sent) is Send
        return self._write(at, party, Heard(of, index), sent.message, effects)

    def _write(self, at: Instant, party: str, written: Heard | Input, given: Input, effects: tuple[Effect, ...]) -> int:
        n = len(self.pairs) + 1
        self.pairs.append((Line(n, at, party, written, effects), given))
        return n


def lost_answer(hostile: str = "") -> tuple[World, list[tuple[Line, Input]], Truth, Result]:
    """World, lines, truth and result of a sale whose answer was lost; ``hostile`` is put into texts of the result."""
    world = corner_shop()
    scribe = Scribe()
    order, amount, card = "victim", 12_800, "good-debit"
    p1 = (("I.cardholder.good-debit", "I.clearing_payable", amount),)
    p1_host = (("A.scheme_receivable", f"A.merchant_payable.{MID}.pending", amount),)
    request = FinancialRequest(order, KEY, MID, "sale", amount, card)
    upstream = FinancialRequest(order, KEY, MID, "sale", amount, card, rrn=RRN)
    answer = FinancialResponse(order, KEY, MID, "sale", amount, "00", RRN, "123456")
    advice = ReversalAdvice(order, KEY, MID, RRN, "sale", amount, card, "98")
    scribe.told(SALE_AT - 2 * HOUR, "host", Started())
    t = SALE_AT
    n = scribe.told(t, "cashier", CustomerAtTill(order, "T1", amount, card), Send("T1", SaleKeyed(order, amount, card)))
    scribe.heard(t, "T1", n)
    attempt = {"key": KEY, "what": "sale", "stan": "000017", "batch": "000001", "tid": "90000001", "mid": MID}
    n = scribe.told(
        t, "T1", Connected(order, "host"),
        Logged(order, "attempt", attempt), Kept(order, "reversal-record"), Became(order, KEY, "none", "sent"),
        Send("host", request), Send("cashier", Screen(order, "T1", "processing")),
    )  # fmt: skip
    scribe.heard(t, "cashier", n)
    t += LINK
    n = scribe.heard(
        t, "host", n, Kept(order, "request"), Became(order, KEY, "none", "forwarded"),
        Logged(order, "business-date", {"key": KEY, "date": "20260105", "rrn": RRN, "amount": amount}),
        Send("switch", upstream),
    )  # fmt: skip
    n = scribe.heard(t + TRUNK, "switch", n, Logged(order, "routed", {"to": "issuer"}), Send("issuer", upstream))
    t += 2 * TRUNK
    n = scribe.heard(
        t, "issuer", n, Posted(order, f"P1/{KEY}", p1), Became(order, RRN, "none", "debited"),
        Logged(order, "debited"), Send("cardholder", Sms(order, "spent", card, amount, t, 9_987_200)),
        Send("switch", answer),
    )  # fmt: skip
    debited = n
    n = scribe.heard(t + TRUNK, "switch", n, Send("host", answer))
    t += 2 * TRUNK
    scribe.heard(
        t, "host", n, Posted(order, f"P1/{KEY}", p1_host), Kept(order, "answer"),
        Became(order, KEY, "forwarded", "approved"), Send("T1", answer),
    )  # fmt: skip
    lost_at = t
    scribe.heard(SALE_AT + LINK + 2 * TRUNK + 3 * SECOND, "cardholder", debited)
    t = SALE_AT + 60 * SECOND
    n = scribe.told(
        t, "T1", _Timer(order, KEY), Logged(order, "no-answer"), Logged(order, "reversal-stored", {"reason": "98"}),
        Kept(order, "reversal-record"), Became(order, KEY, "sent", "unknown"),
        Send("cashier", Screen(order, "T1", "no-answer")),
    )  # fmt: skip
    scribe.heard(t, "cashier", n)
    t += 30 * SECOND
    n = scribe.told(
        t, "T1", Connected("", "host"), Logged(order, "reversal-sent", {"attempt": 1}),
        Send("host", ReversalRequest(order, KEY, MID, "sale", amount, card, "98")),
    )  # fmt: skip
    t += LINK
    n = scribe.heard(
        t, "host", n, Logged(order, "reversal-received", {"reason": "98"}),
        Posted(order, f"P7/{KEY}", ((p1_host[0][1], p1_host[0][0], amount),)),
        Became(order, KEY, "approved", "reversed"), Kept(order, "advice"),
        Send("T1", ReversalResponse(order, KEY, MID, "00", RRN)), Send("switch", advice),
    )  # fmt: skip
    m = scribe.heard(t + TRUNK, "switch", n, Send("issuer", advice))
    undone = t + 2 * TRUNK
    sms = Sms(order, "returned", card, amount, undone, 10_000_000)
    returned = scribe.heard(
        undone, "issuer", m, Posted(order, f"P7/{KEY}", ((p1[0][1], p1[0][0], amount),)),
        Became(order, RRN, "debited", "returned"), Send("cardholder", sms),
        Send("switch", AdviceResponse(order, KEY, RRN, "00")),
    )  # fmt: skip
    m = scribe.heard(t + 3 * TRUNK, "switch", returned, Send("host", AdviceResponse(order, KEY, RRN, "00")))
    printed = scribe.heard(
        t + LINK, "T1", n, Logged(order, "reversal-answered", {"code": "00"}),
        Became(order, KEY, "unknown", "reversed"),
        Send("cashier", Slip(order, "T1", "reversal-done", KEY, MID, card, "chip", amount, at=t + LINK)),
    )  # fmt: skip
    scribe.heard(t + LINK, "cashier", printed)
    scribe.heard(t + 4 * TRUNK, "host", m, Logged(order, "reversed-upstream"))
    scribe.heard(undone + 3 * SECOND, "cardholder", returned)
    truth = Truth(
        (Struck("lost", lost_at, "host->T1", "0210", order),),
        (Band("lost", "host->T1", SALE_AT - 2 * HOUR, SALE_AT + 10 * MINUTE),),
        (),
    )
    return world, scribe.pairs, truth, _result(order, amount, hostile)


def _result(order: str, amount: int, hostile: str) -> Result:
    at_complaint = Moment(
        at="2026-01-05 10:16:45.000", truth="M1", claim_open=False,
        views=Views("unknown", "absent", "approved", "debited", "no", "none", "not-credited", ("spent",)),
        places=(Place("I.clearing_payable", amount),), charged_peak=1, charged_net=1, credited=0,
        diagnosis=DiagnosisResult("net-response-lost", (), (), (), "all", "certain", ("debit SMS, no slip",), ()),
        cancel=CancelResult(
            "is-being-cancelled", "terminal", "reversal", "answered", Text("正在自动取消", "it is being cancelled" + hostile)
        ),
        why=Text("应答丢失", "The answer was lost" + hostile),
        remedies=(Step("wait", Text("等待", "Wait")),),
        never=(Step("pay-again-elsewhere", Text("不要换终端再付", "Never pay again elsewhere" + hostile)),),
        prevention=(Text("保持网络稳定。", "Keep the network stable."),),
    )  # fmt: skip
    end = Moment(
        at="2026-01-06 12:00:00.000", truth="M1", claim_open=False,
        views=Views(
            "reversed", "absent", "reversed", "debited-back", "no", "none", "not-credited", ("spent", "returned")
        ),
        places=(), charged_peak=1, charged_net=0, credited=0,
    )  # fmt: skip
    return Result(
        version="0.1.0", scenario="net-response-lost", variant=None, seed="1", runtime="virtual", world="corner-shop",
        verdict="pass", reason=Text("1 项预期全部满足", "all 1 expectations met" + hostile),
        history_sha256="0" * 64, history_lines=25,
        reproduce="poslab run net-response-lost --seed 1", simulated_s=93_600, wall_s=0.02,
        title=Text("应答报文丢失", "The answer was lost on its way back" + hostile),
        teaches=Text("钱在退回持卡人。", "The money is going back." + hostile),
        purchases=(
            PurchaseResult(
                order, amount, "CNY", ("net-response-lost",), (AttemptKey("sale", "T1", "000001", "000017", RRN),),
                at_complaint, end,
            ),
        ),
        invariants=(InvariantResult("money-conserved", "holds", 12, True),),
        expectations=(
            ExpectationResult(
                Text("最后：victim：terminal 应为 reversed", "end: victim: terminal is reversed" + hostile), True
            ),
        ),
    )  # fmt: skip
