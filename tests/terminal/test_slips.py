"""Slips as they come out of the printer."""

import re

import msgspec
import pytest

from poslab.messages.batch import EQUAL, UNEQUAL, Totals
from poslab.messages.people import SLIPS, SettlementSlip, Slip
from poslab.party.time import HOUR, MINUTE, SECOND
from poslab.world.presets import corner_shop, two_acquirers
from terminal.slips import lines, settlement_lines
from terminal.texts import COMPARED, QUERY_RESULTS, SCREENS, SETTLE_REFUSALS, TITLES, VOID_REFUSALS

AT = 4 * 24 * HOUR + 10 * HOUR + 15 * MINUTE + 30 * SECOND
KEY = "90000001-000001-000017"
SOLD = Slip(
    "victim", "T1", "sale", KEY, "999000054110001", "good-debit", "chip", 100_000, "260000000017", "123456", AT,
    expected_date="20260106",
)  # fmt: skip


def slip(kind: str, **changes: object) -> str:
    values = {name: getattr(SOLD, name) for name in SOLD.__struct_fields__}
    return "\n".join(lines(Slip(**{**values, "slip": kind, **changes}), corner_shop()))


def test_a_slip_names_the_acquirer_and_the_bank_that_it_is_of():
    world = two_acquirers()
    theirs = msgspec.structs.replace(
        SOLD, terminal="T2", key=KEY.replace("90000001", "90000002"), mid=world.merchants[1].mid, card="good-credit"
    )
    told = lines(theirs, world)
    assert "收单行(ACQ): 模拟收单机构乙 Simulated Acquirer B" in told
    assert "发卡行(ISSUER): 模拟发卡行乙 Simulated Issuer B" in told
    assert "商户编号(MERCHANT NO): 999000054110002" in told


def test_a_sale_as_it_looks():
    assert lines(SOLD, corner_shop()) == [
        "POS签购单  POS SALES SLIP",
        "模拟/SIMULATED 非真实交易 NOT A REAL TRANSACTION",
        "商户存根 MERCHANT COPY",
        "商户名称(MERCHANT NAME): 示例小店 Example Corner Shop",
        "商户编号(MERCHANT NO): 999000054110001",
        "终端编号(TERMINAL NO): 90000001",
        "操作员号(OPERATOR NO): 01",
        "发卡行(ISSUER): 模拟发卡行 Simulated Issuer",
        "收单行(ACQ): 模拟收单机构 Simulated Acquirer",
        "卡号(CARD NO): 999999******0014 /C",
        "交易类型(TXN. TYPE): 消费 SALE",
        "批次号(BATCH NO): 000001",
        "凭证号(VOUCHER NO): 000017",
        "授权码(AUTH NO): 123456",
        "参考号(REF. NO): 260000000017",
        "日期/时间(DATE/TIME): 2026/01/05 10:15:30",
        "金额(AMOUNT): RMB 1,000.00",
        "预计到账(EXPECTED): 2026/01/06",
        "持卡人签名(CARDHOLDER SIGNATURE) ______",
        "本人确认以上交易，同意将其记入本卡账户 I ACCEPT THE ABOVE TRANSACTION",
        "模拟/SIMULATED 非真实交易 NOT A REAL TRANSACTION",
    ]


def test_a_duplicate_says_so():
    assert "****重打印/DUPLICATED****" in slip("sale", duplicate=True)
    assert "DUPLICATED" not in slip("sale")


@pytest.mark.parametrize("kind", ["sale", "void"])
def test_without_a_printer_the_same_slip_is_signed_on_the_screen(kind):
    world = corner_shop()
    device = msgspec.structs.replace(world.terminals[0], kind="e-signature")
    there = msgspec.structs.replace(world, terminals=(device,))
    sold = msgspec.structs.replace(SOLD, slip=kind)
    paper, screen = lines(sold, world), lines(sold, there)
    assert [line for line in screen if line not in paper] == [
        "电子签购单 E-SLIP",
        "持卡人签名(CARDHOLDER SIGNATURE): 屏幕电子签名 SIGNED ON SCREEN",
    ]
    assert [line for line in paper if line not in screen] == ["持卡人签名(CARDHOLDER SIGNATURE) ______"]


def test_a_small_contactless_payment_needs_no_signature():
    small = slip("sale", entry="contactless")
    assert "免密免签" in small
    assert "SIGNATURE) ___" not in small
    assert "免密免签" not in slip("sale", entry="contactless", amount_fen=100_001)
    assert "挥卡" in small


def test_a_void_names_its_sale():
    text = slip("void", original="90000001-000001-000009")
    assert "消费撤销 VOID" in text
    assert "原凭证号 ORIGINAL VOUCHER NO 000009" in text
    assert "预计到账" not in text


def test_a_decline_says_code_text_and_what_to_do():
    text = slip("decline", code="51", auth="")
    assert "[51] 可用余额不足 insufficient funds" in text
    assert "SIGNATURE" not in text
    assert "AUTH NO" not in text


def test_a_reversal_slip_says_what_stands():
    assert "THIS SALE DOES NOT STAND" in slip("reversal-done", code="00")
    assert "THE SALE STANDS AGAIN" in slip("reversal-done", code="00", original="90000001-000001-000009")


def test_a_closed_reversal_says_what_the_host_knows():
    assert "unknown to the host" in slip("reversal-closed", code="25", state="unknown")
    assert "REVERSAL ANSWER): 12" in slip("reversal-closed", code="12", state="cleared")
    assert "could not be asked" in slip("reversal-closed", code="25", state="")


def test_the_warning_names_whom_to_phone():
    text = slip("reversal-warning")
    assert "冲正不成功，请与客服联系" in text
    assert "400-000-0001" in text
    assert "000017" in text


def test_a_sign_on_needs_no_card():
    assert "CARD NO" not in slip("sign-on", card="")


@pytest.mark.parametrize("kind", SLIPS)
def test_every_slip_is_marked_as_simulated_in_both_languages_and_shows_no_card_number(kind):
    text = slip(kind, code="51")
    assert "模拟" in text
    assert "SIMULATED" in text
    assert not re.search(r"999999\d{7,}", text)
    assert TITLES[kind].zh in text
    assert TITLES[kind].en in text


def test_a_settlement_slip_has_both_sides_and_the_hosts_where_they_differ():
    mine, theirs = Totals(38_400, 3, 12_800, 1), Totals(25_600, 2, 12_800, 1)
    equal = SettlementSlip("", "T1", KEY, SOLD.mid, mine, mine, EQUAL, AT)
    assert settlement_lines(equal, corner_shop()) == [
        "结算单  SETTLEMENT SLIP",
        "模拟/SIMULATED 非真实交易 NOT A REAL TRANSACTION",
        "商户名称(MERCHANT NAME): 示例小店 Example Corner Shop",
        "商户编号(MERCHANT NO): 999000054110001",
        "终端编号(TERMINAL NO): 90000001",
        "操作员号(OPERATOR NO): 01",
        "批次号(BATCH NO): 000001",
        "日期/时间(DATE/TIME): 2026/01/05 10:15:30",
        "类型/TYPE  笔数/COUNT  金额/AMOUNT",
        "借记 DEBIT  3  RMB 384.00",
        "贷记 CREDIT  1  RMB 128.00",
        "对账平 TOTALS EQUAL",
        "模拟/SIMULATED 非真实交易 NOT A REAL TRANSACTION",
    ]
    unequal = "\n".join(
        settlement_lines(SettlementSlip("", "T1", KEY, SOLD.mid, mine, theirs, UNEQUAL, AT), corner_shop())
    )
    assert "对账不平 TOTALS UNEQUAL" in unequal
    assert "主机 HOST\n借记 DEBIT  2  RMB 256.00" in unequal


@pytest.mark.parametrize("texts", [SCREENS, TITLES, QUERY_RESULTS, VOID_REFUSALS, SETTLE_REFUSALS, COMPARED])
def test_both_languages_everywhere(texts):
    for word, text in texts.items():
        assert text.zh, word
        assert text.en, word
        assert text.en.isascii(), word


def test_an_offline_slip_says_whether_it_was_sent():
    unsent = slip("offline", rrn="", auth="")
    assert "离线消费 OFFLINE SALE" in unsent
    assert "STORED OFFLINE, TO BE SENT" in unsent
    assert "REF. NO" not in unsent
    assert "CARDHOLDER SIGNATURE" in unsent
    sent = slip("offline")
    assert "已上送 SENT" in sent
    assert "REF. NO): 260000000017" in sent


def test_an_adjustment_names_the_sale_that_it_changes():
    changed = slip("adjustment", original=KEY)
    assert "结算调整 ADJUSTMENT" in changed
    assert "ORIGINAL VOUCHER NO 000017" in changed
    assert "RMB 1,000.00" in changed
