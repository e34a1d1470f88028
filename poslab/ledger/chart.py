"""The chart of accounts: whose each account is, what it means, and which side it stands on.

Accounts are written ``BOOK.name`` or ``BOOK.name.<detail>``; the letter names the institution's book: ``I`` issuer,
``N`` network, ``A`` acquirer, ``R`` rail, ``P`` platform, ``B`` account bank, ``M`` merchant.
"""

from collections.abc import Mapping

from msgspec import Struct

from poslab.text import Text

ASSET = "asset"
LIABILITY = "liability"
INCOME = "income"
EXPENSE = "expense"
SUSPENSE = "suspense"


class Account(Struct, frozen=True):
    """An account of the chart. ``name`` may hold ``<detail>`` marks; ``kind`` tells the natural side."""

    name: str
    kind: str
    meaning: Text

    @property
    def debit_side(self) -> bool:
        """Whether the account normally stands on the debit side."""
        return self.kind in (ASSET, EXPENSE)


_CHART = (
    Account("I.cardholder.<card>", LIABILITY, Text("持卡人账户", "the cardholder's money or credit line")),
    Account("I.clearing_payable", LIABILITY, Text("应付清算款", "owed to the network")),
    Account("I.interchange_income", INCOME, Text("发卡行服务费收入", "the issuer's share of the fee")),
    Account("I.network_fee", EXPENSE, Text("网络服务费支出", "the issuer's network fee")),
    Account("I.cash", ASSET, Text("央行存款(发卡行)", "the issuer's central-bank money")),
    Account("N.due_from_issuer", ASSET, Text("应收发卡行", "net position against the issuer")),
    Account("N.due_to_acquirer", LIABILITY, Text("应付收单机构", "net position owed to the acquirer")),
    Account("N.fee_income", INCOME, Text("网络服务费收入", "both sides' network fee")),
    Account("N.cash", ASSET, Text("央行存款(卡组织)", "the network's central-bank money")),
    Account("A.scheme_receivable", ASSET, Text("应收卡组织", "due to the acquirer from the network")),
    Account(
        "A.merchant_payable.<mid>.pending", LIABILITY, Text("应付商户款(待清算)", "owed to the merchant, not cleared")
    ),
    Account(
        "A.merchant_payable.<mid>.available", LIABILITY, Text("应付商户款(可结算)", "owed to the merchant, cleared")
    ),
    Account("A.merchant_payable.<mid>.held", LIABILITY, Text("应付商户款(冻结)", "owed to the merchant, held")),
    Account("A.merchant_advance.<mid>", ASSET, Text("垫付商户款", "paid out of own money before the network has paid")),
    Account("A.fee_income", INCOME, Text("商户手续费收入", "merchant fees")),
    Account("A.interchange_expense", EXPENSE, Text("发卡行服务费支出", "interchange paid")),
    Account("A.network_fee_expense", EXPENSE, Text("网络服务费支出", "the acquirer's network fee")),
    Account("A.instant_fee_income", INCOME, Text("秒到手续费收入", "instant-payout fees")),
    Account("A.writeoff", EXPENSE, Text("核销", "written off")),
    Account("A.payout_in_transit", LIABILITY, Text("出款在途", "payout instructed, not confirmed")),
    Account("A.payout_returned", LIABILITY, Text("退汇待处理", "payout returned, waiting for a sound account")),
    Account("A.reserve_cash", ASSET, Text("备付金", "clients' money at the central bank")),
    Account("A.own_cash", ASSET, Text("自有资金", "the acquirer's own money")),
    Account("A.dispute_suspense", SUSPENSE, Text("争议挂账", "disputed amounts")),
    Account("A.long_suspense", SUSPENSE, Text("长款挂账", "money whose owner is not settled")),
    Account("A.short_suspense", SUSPENSE, Text("短款挂账", "money missing, claimed from somebody")),
    Account("R.account.I", LIABILITY, Text("发卡行清算账户", "the issuer's account at the rail")),
    Account("R.account.I.<issuer>", LIABILITY, Text("发卡行清算账户", "another issuer's account at the rail")),
    Account("R.account.N", LIABILITY, Text("卡组织清算账户", "the network's account at the rail")),
    Account("R.account.B", LIABILITY, Text("收款行清算账户", "the account bank's account at the rail")),
    Account("R.account.B.<bank>", LIABILITY, Text("收款行清算账户", "another account bank's account at the rail")),
    Account("R.account.P", LIABILITY, Text("平台备付金账户", "the platform's account at the rail")),
    Account("R.account.A.reserve", LIABILITY, Text("收单机构备付金账户", "the acquirer's reserve account at the rail")),
    Account("R.account.A.own", LIABILITY, Text("收单机构自有账户", "the acquirer's own account at the rail")),
    Account(
        "R.account.A.<acquirer>.reserve",
        LIABILITY,
        Text("收单机构备付金账户", "another acquirer's reserve account at the rail"),
    ),
    Account(
        "R.account.A.<acquirer>.own", LIABILITY, Text("收单机构自有账户", "another acquirer's own account at the rail")
    ),
    Account("R.in_flight.<payout>", LIABILITY, Text("跨行在途", "taken from the payer, not yet with the receiver")),
    Account("P.cash", ASSET, Text("平台备付金", "the platform's reserve")),
    Account("P.wallet.<mid>", LIABILITY, Text("商户钱包", "owed to the merchant by the platform")),
    Account("P.unallocated", LIABILITY, Text("未分配款", "received, without a ledger line yet")),
    Account("P.fee_income", INCOME, Text("平台手续费收入", "the platform's own fee")),
    Account("B.account.<no>", LIABILITY, Text("收款账户", "the merchant's account")),
    Account("B.interbank_cash", ASSET, Text("央行存款(收款行)", "the account bank's central-bank money")),
    Account("B.suspense", LIABILITY, Text("来账挂账", "received, not applied to an account")),
    Account("M.card_receivable", ASSET, Text("应收刷卡款", "card sales not yet paid to the merchant")),
    Account("M.bank", ASSET, Text("银行存款", "the merchant's bank account as it keeps it")),
    Account("M.sales", INCOME, Text("销售收入", "sales")),
    Account("M.fee_expense", EXPENSE, Text("手续费支出", "fees paid")),
    Account("M.refunds", EXPENSE, Text("退货", "refunds")),
    Account("M.chargebacks", EXPENSE, Text("退单", "chargebacks")),
    Account("M.writeoff", INCOME, Text("收单机构核销", "written off by the acquirer")),
)

CHART: Mapping[str, Account] = {account.name: account for account in _CHART}

BOOKS: Mapping[str, Text] = {
    "I": Text("发卡行账簿", "issuer's book"),
    "N": Text("卡组织账簿", "network's book"),
    "A": Text("收单机构账簿", "acquirer's book"),
    "R": Text("跨行系统账簿", "rail's book"),
    "P": Text("平台账簿", "platform's book"),
    "B": Text("收款行账簿", "account bank's book"),
    "M": Text("商户账簿", "merchant's book"),
}


def _patterns() -> dict[str, list[tuple[list[str], Account]]]:
    """Accounts that there are many of, by what all of them begin with: ``A.merchant_payable``."""
    found: dict[str, list[tuple[list[str], Account]]] = {}
    for name, account in CHART.items():
        parts = name.split(".")
        if "<" in name:
            found.setdefault(".".join(parts[:2]), []).append((parts, account))
    return found


_PATTERNS = _patterns()


def account_of(written: str) -> Account | None:
    """The account of the chart that a written name belongs to (``A.merchant_payable.9990.pending``), or ``None``."""
    exact = CHART.get(written)
    if exact is not None:
        return exact
    parts = written.split(".")
    for pattern, account in _PATTERNS.get(".".join(parts[:2]), ()):
        if len(pattern) == len(parts) and all(p[0] == "<" or p == w for p, w in zip(pattern, parts, strict=True)):
            return account
    return None


def label(written: str) -> Text:
    """What people call an account, with its detail: ``应付商户款(待清算) 9990``; unknown ones keep their written name."""
    account = account_of(written)
    if account is None:
        return Text(written, written)
    details = [w for p, w in zip(account.name.split("."), written.split("."), strict=True) if p[0] == "<"]
    tail = "".join(f" {detail}" for detail in details)
    return Text(account.meaning.zh + tail, account.meaning.en + tail)
