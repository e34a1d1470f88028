"""Facts of life as written → the input that a party is given, and the one that ends it."""

from collections.abc import Mapping
from typing import Any, NoReturn

import msgspec

from poslab.messages import disputes
from poslab.messages import facts as life
from poslab.messages.codes import CODES, Outcome, outcome_of
from poslab.money import fen
from poslab.party.contract import Address, Input
from poslab.party.facts import PowerCut, PowerRestored
from poslab.text import Text
from poslab.world.world import Merchant, World
from scenarios.schema import faults as written
from scenarios.schema.errors import BANK, MERCHANT, TERMINAL, USE_LEDGER, no_such, one_of, shown
from scenarios.schema.page import Page, Path, unknown_here, wanted_here

_KINDS = {str: Text("加引号的文本", "text in quotes"), bool: Text("true 或 false", "true or false")}

_GIVEN: Mapping[str, tuple[type[Input], tuple[str, ...]]] = {
    "PaperOut": (life.PaperOut, ("terminal",)),
    "PaperLoaded": (life.PaperLoaded, ("terminal",)),
    "StoreFailing": (life.StoreFailing, ("terminal",)),
    "TotalsDamaged": (life.TotalsDamaged, ("terminal",)),
    "StoreMended": (life.StoreMended, ("terminal",)),
    "CardRemoved": (life.CardRemoved, ("terminal",)),
    "ChipDeclined": (life.ChipDeclined, ("terminal",)),
    "PowerCut": (PowerCut, ("terminal",)),
    "KeyReplaced": (life.KeyReplaced, ("terminal", "host")),
    "KeyInjected": (life.KeyInjected, ("terminal", "host")),
    "BatchMovedOn": (life.BatchMovedOn, ("host",)),
    "ParametersChanged": (life.ParametersChanged, ("host",)),
    "AnswersWith": (life.AnswersWith, ("host",)),
    "RecordLost": (life.RecordLost, ("host",)),
    "CorrectionOrdered": (life.CorrectionOrdered, ("host",)),
    "AdjustmentStopped": (life.AdjustmentStopped, ("host",)),
    "ClaimFiled": (life.ClaimFiled, ("host",)),
    "JobFailed": (life.JobFailed, ("host",)),
    "JobRerun": (life.JobRerun, ("host",)),
    "AccountChangeRequested": (life.AccountChangeRequested, ("host",)),
    "RecallRequested": (life.RecallRequested, ("host",)),
    "RecallAnswered": (life.RecallAnswered, ("bank",)),
    "WriteOffApproved": (life.WriteOffApproved, ("host",)),
    "RepayoutApplied": (life.RepayoutApplied, ("host", "platform")),
    "InquiryRaised": (disputes.InquiryRaised, ("issuer",)),
    "RetrievalRaised": (disputes.RetrievalRaised, ("issuer",)),
    "ChargebackRaised": (disputes.ChargebackRaised, ("issuer",)),
    "SecondChargebackRaised": (disputes.SecondChargebackRaised, ("issuer",)),
    "ComplaintDropped": (disputes.ComplaintDropped, ("issuer",)),
    "DisputeAnswered": (disputes.DisputeAnswered, ("host",)),
    "ArbitrationRuled": (disputes.ArbitrationRuled, ("host",)),
    "ReviewOpened": (life.ReviewOpened, ("host",)),
    "ReviewPassed": (life.ReviewPassed, ("host",)),
    "HoldReviewed": (life.HoldReviewed, ("host",)),
    "FreezeOrdered": (life.FreezeOrdered, ("host", "bank")),
    "FreezeLifted": (life.FreezeLifted, ("host", "bank")),
    "LedgerLineLost": (life.LedgerLineLost, ("platform",)),
    "LedgerLineBooked": (life.LedgerLineBooked, ("platform",)),
    "WithdrawalPressed": (life.WithdrawalPressed, ("platform",)),
    "DayEnd": (life.DayEnd, ("issuer",)),
    "CreditBooked": (life.CreditBooked, ("issuer",)),
    "AccountSet": (life.AccountSet, ("bank",)),
    "CreditsParked": (life.CreditsParked, ("bank",)),
    "BankMaintenance": (life.BankMaintenance, ("rail", "bank")),
}
"""Name in a file → the input, and the roles of those who understand it."""

_OF_A_TERMINAL = (life.KeyReplaced, life.KeyInjected, life.BatchMovedOn, life.ParametersChanged)

_OF_A_CASE = (
    disputes.InquiryRaised, disputes.RetrievalRaised, disputes.ChargebackRaised, disputes.SecondChargebackRaised,
    disputes.ComplaintDropped,
)  # fmt: skip
"""A card's bank knows a payment by its reference number alone; the order tells whose card it is."""

_OF_A_LEDGER = (life.LedgerLineLost, life.LedgerLineBooked, life.WithdrawalPressed)
_AT_A_LEDGER = (life.RepayoutApplied,)
"""What a platform understands only if it keeps a ledger, and others too."""

_CLOSED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("PaperOut", "how"): ("out", "jam"),
    ("StoreFailing", "how"): ("full", "io-error"),
    ("CardRemoved", "when"): ("now", "at-answer"),
    ("RecordLost", "record"): life.RECORDS,
    ("JobFailed", "job"): life.JOBS,
    ("JobRerun", "job"): life.JOBS,
    ("DayEnd", "code"): ("90", "91"),
    ("KeyReplaced", "key"): life.KEYS,
    ("ReviewOpened", "why"): life.REVIEWS,
    ("InquiryRaised", "reason"): disputes.REASONS,
    ("RetrievalRaised", "reason"): disputes.REASONS,
    ("ChargebackRaised", "reason"): disputes.REASONS,
    ("DisputeAnswered", "answer"): disputes.ANSWERS,
    ("AccountSet", "state"): life.ACCOUNT_STATES,
    ("AccountSet", "direction"): ("in", "out", "both"),
}

AnyFact = (
    written.Fact
    | written.PaperOut
    | written.StoreFailing
    | written.TotalsDamaged
    | written.AnswersWith
    | written.RecordLost
    | written.JobFailed
    | written.LedgerLineLost
    | written.DayEnd
    | written.AccountFrozen
    | written.CreditsParked
    | written.BankMaintenance
    | written.MerchantReview
    | written.AuthorityFreeze
    | written.KeyReplaced
    | written.BatchMovedOn
)


_OfAMerchant = written.AccountFrozen | written.CreditsParked | written.MerchantReview | written.AuthorityFreeze


def given_by(
    fault: written.AnyFault, world: World, party: Address, page: Page, path: Path
) -> tuple[Input, Input | None]:
    """What is handed over when the fault begins and when it ends; ``BadInput`` if the party would not understand."""
    given: Input
    if isinstance(fault, written.Fact):
        given = _freely(fault, party, world, page, path)
    elif isinstance(fault, written.PaperOut):
        given = life.PaperOut(how=fault.how)
    elif isinstance(fault, written.StoreFailing):
        given = life.StoreFailing(how=fault.how)
    elif isinstance(fault, written.TotalsDamaged):
        given = life.TotalsDamaged(by_fen=fen(fault.by))
    elif isinstance(fault, written.AnswersWith):
        _refuse_code(fault.code, page, (*path, "code"))
        given = life.AnswersWith(code=fault.code, not_forwarded=fault.marked)
    elif isinstance(fault, written.RecordLost):
        given = life.RecordLost(about=fault.order, record=fault.record)
    elif isinstance(fault, written.JobFailed):
        given = life.JobFailed(job=fault.job)
    elif isinstance(fault, written.LedgerLineLost):
        given = life.LedgerLineLost(about=fault.order)
    elif isinstance(fault, written.DayEnd):
        given = life.DayEnd(code=fault.code)
    elif isinstance(fault, written.KeyReplaced):
        given = life.KeyReplaced(tid=_tid(fault.terminal, party, world, page, path), key=fault.key)
    elif isinstance(fault, written.BatchMovedOn):
        given = life.BatchMovedOn(tid=_tid(fault.terminal, party, world, page, path))
    elif isinstance(fault, written.BankMaintenance):
        given = life.BankMaintenance(bank=fault.bank or world.banks[0].address)
    else:
        assert isinstance(fault, _OfAMerchant)
        given = _about_a_merchant(fault, party, world, page, path)
    _refuse_deaf(given, party, world, page, path)
    lasting = fault.for_ is not None or fault.until is not None
    return given, _ending(given, lasting)


def _refuse_deaf(given: Input, party: Address, world: World, page: Page, path: Path) -> None:
    """``BadInput`` for a party to whom such a fact means nothing."""
    roles = next(roles for kind, roles in _GIVEN.values() if kind is type(given))
    if world.roles()[party] not in roles:
        others = [address for address, is_a in world.roles().items() if is_a in roles]
        name = type(given).__name__
        what = Text(f"{party} 不接受 {name}", f"{party} does not understand {name}")
        page.refuse((*path, "party"), what, one_of(party, others))
    if isinstance(given, life.PaperOut | life.PaperLoaded) and not world.terminal(party).prints:
        _refuse_paper(party, world, page, (*path, "party"))
    for_a_ledger = world.roles()[party] == "platform" and isinstance(given, _AT_A_LEDGER)
    keeps_one = world.platform is not None and world.platform.keeps_ledger
    if (for_a_ledger or isinstance(given, _OF_A_LEDGER)) and not keeps_one:
        page.refuse((*path, "party"), Text(f"{party} 不记账", f"{party} keeps no ledger"), USE_LEDGER)


def _about_a_merchant(fault: _OfAMerchant, party: Address, world: World, page: Page, path: Path) -> Input:
    """A fact about a merchant, its account, or a sale of it."""
    if isinstance(fault, written.AuthorityFreeze) and fault.rrn:
        return life.FreezeOrdered(order_no=fault.order_no, rrn=fault.rrn)
    merchant = _merchant(fault.merchant, party, world, page, path)
    if isinstance(fault, written.AuthorityFreeze):
        return life.FreezeOrdered(order_no=fault.order_no, account_no=merchant.account_no)
    if isinstance(fault, written.MerchantReview):
        return life.ReviewOpened(mid=merchant.mid, why=fault.why, blocks=fault.blocks)
    if isinstance(fault, written.CreditsParked):
        return life.CreditsParked(account_no=merchant.account_no)
    return life.AccountSet(account_no=merchant.account_no, state="frozen", direction=fault.direction)


def _merchant(name: Address | None, party: Address, world: World, page: Page, path: Path) -> Merchant:
    """The merchant of an address, or the only one there is: of several contracts, the one that the party knows."""
    merchants = {merchant.address: merchant for merchant in reversed(_known_to(party, world))}
    if name is None and len(merchants) == 1:
        return next(iter(merchants.values()))
    if name not in merchants:
        unsaid = Text("未说明是哪家商户", "nothing says which merchant")
        what = unsaid if name is None else no_such(MERCHANT, name)
        page.refuse((*path, "merchant"), what, one_of(name or "", merchants))
    return merchants[name]


def _known_to(party: Address, world: World) -> list[Merchant]:
    """The contracts with an acquirer, or those whose accounts a bank keeps; of anybody else all there are."""
    mine = [m for m in world.merchants if party in (world.acquirer_of(m.mid).address, m.bank)]
    return mine or list(world.merchants)


def _refuse_paper(party: Address, world: World, page: Page, path: Path) -> NoReturn:
    printing = [terminal.address for terminal in world.terminals if terminal.prints]
    what = Text(
        f"{party} 没有打印机：在屏幕上签名，与纸无关",
        f"{party} has no printer: its slips are signed on the screen, and paper is nothing to it",
    )
    remedy = Text("请给某台终端写 kind: counter", "give a terminal kind: counter")
    page.refuse(path, what, one_of(party, printing) if printing else remedy)


def _tid(name: Address | None, party: Address, world: World, page: Page, path: Path) -> str:
    """The terminal that is told, or that the host is told of."""
    terminals = {terminal.address: terminal.tid for terminal in world.terminals}
    if party in terminals:
        if name not in (None, party):
            what = Text(f"{party} 只有自己的密钥", f"{party} knows its own keys only")
            page.refuse((*path, "terminal"), what, Text("请删去 terminal", "take terminal away"))
        return terminals[party]
    if name is None and len(terminals) == 1:
        return world.terminals[0].tid
    if name not in terminals:
        unsaid = Text("未说明是哪台终端", "nothing says which terminal")
        what = unsaid if name is None else no_such(TERMINAL, name)
        page.refuse((*path, "terminal"), what, one_of(name or "", terminals))
    return terminals[name]


def _ending(given: Input, lasting: bool) -> Input | None:
    if isinstance(given, life.PaperOut):
        return life.PaperLoaded()
    if isinstance(given, life.StoreFailing):
        return life.StoreMended()
    if isinstance(given, PowerCut):
        return PowerRestored()
    if isinstance(given, life.AnswersWith):
        return life.AnswersWith(code="") if given.code else None
    if isinstance(given, life.KeyReplaced) and given.key == "master":
        return life.KeyInjected(tid=given.tid)
    if isinstance(given, life.JobFailed):
        return life.JobRerun(job=given.job)
    if isinstance(given, life.DayEnd):
        return life.DayEnd(running=False) if given.running else None
    if isinstance(given, life.ReviewOpened) and lasting:
        return life.ReviewPassed(mid=given.mid)
    if isinstance(given, life.FreezeOrdered) and lasting:
        return life.FreezeLifted(order_no=given.order_no, rrn=given.rrn, account_no=given.account_no)
    if isinstance(given, life.AccountSet) and given.state == "frozen" and lasting:
        return life.AccountSet(account_no=given.account_no, state="open")
    if isinstance(given, life.CreditsParked) and given.parked:
        return life.CreditsParked(account_no=given.account_no, parked=False)
    if isinstance(given, life.BankMaintenance) and given.running:
        return life.BankMaintenance(running=False, bank=given.bank)
    return None


def _freely(fault: written.Fact, party: Address, world: World, page: Page, path: Path) -> Input:
    kind, _ = _GIVEN[fault.give]
    values: dict[str, Any] = dict(fault.with_)
    merchants = _known_to(party, world)
    if fault.order is not None and "about" not in kind.__struct_fields__:
        what = Text(f"{fault.give} 不属于任何单个订单", f"{fault.give} is about no single order")
        page.refuse((*path, "order"), what, Text("请删去 order", "take order away"))
    _refuse_strange(fault, kind, page, path)
    _refuse_empty(kind, values, page, (*path, "with"))
    if kind in (life.AccountSet, life.CreditsParked, life.RecallAnswered):
        values.setdefault("account_no", merchants[0].account_no)
        accounts = [merchant.account_no for merchant in world.merchants]
        accounts += [account.account_no for bank in world.banks for account in bank.accounts]
        if values["account_no"] not in accounts:
            account_no = shown(values["account_no"])
            what = Text(f"没有商户使用账号 {account_no}", f"no merchant has the account {account_no}")
            page.refuse((*path, "with", "account_no"), what, one_of(str(values["account_no"]), accounts))
    of_a_merchant = (life.RepayoutApplied, life.AccountChangeRequested, life.RecallRequested, life.WithdrawalPressed)
    if kind in (*of_a_merchant, life.ReviewOpened, life.ReviewPassed):
        values.setdefault("mid", merchants[0].mid)
        if values["mid"] not in [merchant.mid for merchant in world.merchants]:
            what = Text("没有商户使用此商户号", "no merchant has this number")
            remedy = Text("请写世界中某个商户的商户号", "name the number of a merchant of the world")
            page.refuse((*path, "with", "mid"), what, remedy)
    banks = [bank.address for bank in world.banks]
    if kind in (life.AccountChangeRequested, life.BankMaintenance) and values.get("bank", banks[0]) not in banks:
        page.refuse((*path, "with", "bank"), no_such(BANK, values["bank"]), one_of(str(values["bank"]), banks))
    if kind in _OF_A_TERMINAL:
        tids = [terminal.tid for terminal in world.terminals]
        mids = {merchant.mid for merchant in merchants}
        values.setdefault("tid", next((t.tid for t in world.terminals if t.mid in mids), tids[0]))
        if values["tid"] not in tids:
            what = Text("没有终端使用此终端号", "no terminal has this number")
            page.refuse((*path, "with", "tid"), what, one_of(str(values["tid"]), tids))
    types = {field.name: field.type for field in msgspec.structs.fields(kind)}
    for name, value in values.items():
        if type(value) is not types[name]:
            wanted = _KINDS.get(types[name], Text("整数", "a whole number"))
            page.refuse((*path, "with", name), wanted_here(wanted, shown(value)), Text("请照此写", "write it so"))
    if fault.order is None or kind in _OF_A_CASE:
        return kind(**values)
    return kind(about=fault.order, **values)


def _refuse_strange(fault: written.Fact, kind: type[Input], page: Page, path: Path) -> None:
    """``BadInput`` for a key that the fact does not have, and for a word that is not known there."""
    fields = [field for field in kind.__struct_fields__ if field != "about"]
    for name, value in fault.with_.items():
        where = (*path, "with", name)
        if name not in fields:
            what = Text(f"{fault.give} 没有 {shown(name)}", f"{fault.give} has no {shown(name)}")
            page.refuse(where, what, one_of(name, fields) if fields else Text("请删去 with", "take with away"))
        closed = _CLOSED.get((fault.give, name))
        if closed is not None and value not in closed:
            remedy = Text(f"可用的有 {'、'.join(closed)}", f"use one of {', '.join(closed)}")
            page.refuse(where, unknown_here(shown(value)), remedy)


def _refuse_empty(kind: type[Input], values: Mapping[str, Any], page: Page, path: Path) -> None:
    """``BadInput`` for a code that is none, and for an approval of nothing, or by nobody."""
    if kind is life.AnswersWith and values.get("code"):
        _refuse_code(str(values["code"]), page, (*path, "code"))
    if kind is life.WriteOffApproved and not (values.get("item") and values.get("by")):
        what = Text("核销须说明核销什么、由谁批准", "an approval says what is written off, and who approves")
        remedy = Text("请补上 item（差错编号或退货的键）与 by", "add item, a case's number or a refund's key, and by")
        page.refuse(path, what, remedy)


def _refuse_code(code: str, page: Page, path: Path) -> None:
    """``BadInput`` for a code that nobody knows, and for an approval: what approves must have decided and posted."""
    failing = [each for each in CODES if outcome_of(each) is not Outcome.APPROVED]
    if code in failing:
        return
    what = Text(f"{shown(code)} 不是应答码", f"{shown(code)} is no response code")
    if code in CODES:
        what = Text(
            f"{shown(code)} 是批准，而故障中的系统不批准任何交易",
            f"{shown(code)} approves, and a system that is out of order approves nothing",
        )
    page.refuse(path, what, one_of(code, failing))
