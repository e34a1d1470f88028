"""ISO 20022 camt.053, the bank's statement in XML, versions .08 and .02; one ``Stmt`` a day."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from xml.etree import ElementTree as ET

from poslab.messages.files.bad_file import CUT_OFF, MISSING, BadFile, instead
from poslab.messages.files.figures import count_of, day_of, figure, figure_of, shown
from poslab.messages.files.statement import Entry, Pieces, Statement, proven, writable
from poslab.messages.files.xml_lines import Element, parsed, parsed_so_far
from poslab.text import Text

VERSIONS: Final = ("08", "02")

_STATEMENT = re.compile(rb"<Stmt>(?:(?!<Stmt>|</Stmt>).)*(?:</Stmt>)?", re.DOTALL)
_SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
_NO_CAMT = Text("这不是 camt.053 文件", "this is no camt.053 document")
_ZONE = "+08:00"
_CREDIT, _DEBIT = "CRDT", "DBIT"
_OPENING, _CLOSING = "OPBD", "CLBD"


def write(statements: Sequence[Statement], version: str = "08") -> bytes:
    """The document in UTF-8; ``ValueError`` for a version that is not of ``VERSIONS`` or for no statement at all."""
    if version not in VERSIONS:
        raise ValueError(f"camt.053 is written as {' or '.join(VERSIONS)}, not {version}")
    if not statements:
        raise ValueError("a document tells of one day at least")
    document = ET.Element("Document", {"xmlns": _SPACE + version})
    message = ET.SubElement(document, "BkToCstmrStmt")
    head = ET.SubElement(message, "GrpHdr")
    _put(head, "MsgId", _name(statements[-1]))
    _put(head, "CreDtTm", _made(statements[-1].day))
    for statement in statements:
        _write_statement(ET.SubElement(message, "Stmt"), writable(statement), version)
    ET.indent(document)
    written: bytes = ET.tostring(document, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"


def read(content: bytes) -> tuple[Statement, ...]:
    """Every ``Stmt`` of a document of any version; ``BadFile`` for what cannot be used."""
    document = parsed(content)
    if document.name != "Document" or not document.space.startswith(_SPACE):
        raise BadFile(document.line, document.name, _NO_CAMT)
    found = tuple(_statement(each) for each in document.need("BkToCstmrStmt").all("Stmt"))
    if not found:
        raise BadFile(document.line, "BkToCstmrStmt/Stmt", MISSING)
    return found


def salvage(content: bytes) -> Pieces:
    """What can be read of a document, statement by statement and entry by entry; ``BadFile`` if it is no camt.053."""
    document, wrong = parsed_so_far(content)
    if document is None or document.name != "Document" or not document.space.startswith(_SPACE):
        raise wrong or BadFile(1, "Document", _NO_CAMT)
    found = Pieces([], {}, [], [], [])
    if wrong is None:
        for each in document.need("BkToCstmrStmt").all("Stmt"):
            _salvage_statement(each, found)
        return found
    found.bad.append(wrong)
    found.cut = True
    for begun in _STATEMENT.finditer(content):  # those after the place where the document breaks are sound perhaps
        alone = b"\n" * content.count(b"\n", 0, begun.start()) + begun.group()
        element, _ = parsed_so_far(alone)
        if element is not None:
            _salvage_statement(element, found)
    return found


# --- writing


def _write_statement(to: ET.Element, statement: Statement, version: str) -> None:
    _put(to, "Id", _name(statement))
    _put(to, "ElctrncSeqNb", str(statement.number))
    _put(to, "CreDtTm", _made(statement.day))
    account = ET.SubElement(to, "Acct")
    _put(account, "Id/Othr/Id", statement.account_no)
    _put(account, "Ccy", statement.currency)
    if statement.owner:
        _put(account, "Ownr/Nm", statement.owner)
    if statement.bank:
        _put(account, "Svcr/FinInstnId/Nm", statement.bank)
    _write_balance(to, _OPENING, statement.opening_fen, statement)
    _write_balance(to, _CLOSING, statement.closing_fen, statement)
    for entry in statement.entries:
        _write_entry(ET.SubElement(to, "Ntry"), entry, statement.currency, version)


def _write_balance(to: ET.Element, code: str, amount_fen: int, statement: Statement) -> None:
    balance = ET.SubElement(to, "Bal")
    _put(balance, "Tp/CdOrPrtry/Cd", code)
    _write_amount(balance, amount_fen, statement.currency)
    _put(balance, "Dt/Dt", statement.day.isoformat())


def _write_amount(to: ET.Element, amount_fen: int, currency: str) -> None:
    _put(to, "Amt", figure(abs(amount_fen))).set("Ccy", currency)
    _put(to, "CdtDbtInd", _DEBIT if amount_fen < 0 else _CREDIT)


def _write_entry(to: ET.Element, entry: Entry, currency: str, version: str) -> None:
    _write_amount(to, entry.amount_fen, currency)
    _put(to, "Sts" if version == "02" else "Sts/Cd", "BOOK")
    _put(to, "BookgDt/Dt", entry.booked.isoformat())
    _put(to, "ValDt/Dt", entry.valued.isoformat())
    _put(to, "AcctSvcrRef", entry.bank_reference)
    code = ET.SubElement(ET.SubElement(to, "BkTxCd"), "Domn")
    _put(code, "Cd", "PMNT")
    family = ET.SubElement(code, "Fmly")
    _put(family, "Cd", "RCDT" if entry.amount_fen > 0 else "ICDT")
    _put(family, "SubFmlyCd", "DMCT")
    details = ET.SubElement(ET.SubElement(to, "NtryDtls"), "TxDtls")
    _put(details, "Refs/EndToEndId", entry.reference)
    if entry.purpose:
        _put(details, "RmtInf/Ustrd", entry.purpose)


def _put(to: ET.Element, way: str, text: str) -> ET.Element:
    for name in way.split("/"):
        to = ET.SubElement(to, name)
    to.text = text
    return to


def _name(statement: Statement) -> str:
    return f"{statement.account_no}-{statement.day:%Y%m%d}"


def _made(day: date) -> str:
    """A day's statement is made when the day is over."""
    return f"{day + timedelta(days=1)}T00:00:00{_ZONE}"


# --- reading


def _statement(element: Element) -> Statement:
    opening, closing = _balance(element, _OPENING), _balance(element, _CLOSING)
    currency = element.said("Acct/Ccy") or opening.need("Amt").attributes.get("Ccy", "")
    entries = tuple(_entry(each, currency) for each in element.all("Ntry"))
    number = element.find("ElctrncSeqNb") or element.find("LglSeqNb")
    statement = Statement(
        account_no=_account(element),
        number=0 if number is None else count_of(number.text.strip(), number.line, number.name),
        day=_day(closing, "Dt"),
        opening_fen=_amount(opening, currency),
        entries=entries,
        closing_fen=_amount(closing, currency),
        currency=currency,
        owner=element.said("Acct/Ownr/Nm"),
        bank=element.said("Acct/Svcr/FinInstnId/Nm"),
    )
    return proven(statement, element.line)


def _salvage_statement(element: Element, found: Pieces) -> None:
    try:
        whole = _statement(element)
        name, account_no, currency = _name(whole), whole.account_no, whole.currency
        found.days.append(whole.day)
    except BadFile as wrong:
        if element.whole:
            found.bad.append(wrong)
        account_no = element.said("Acct/Id/Othr/Id") or element.said("Acct/Id/IBAN")
        name = element.said("Id")
        amount = element.find("Ntry/Amt")
        currency = element.said("Acct/Ccy") or ("" if amount is None else amount.attributes.get("Ccy", ""))
    found.accounts[name] = account_no
    for each in element.all("Ntry"):
        reference = each.said("NtryDtls/TxDtls/Refs/EndToEndId")
        if not each.whole:
            found.torn.append((BadFile(each.line, "Ntry", CUT_OFF), reference))
            continue
        try:
            found.entries.append((each.line, name, _entry(each, currency)))
        except BadFile as wrong:
            found.torn.append((wrong, reference))


def _account(element: Element) -> str:
    account = element.need("Acct/Id")
    found = account.find("Othr/Id") or account.find("IBAN")
    if found is None:
        raise BadFile(account.line, "Acct/Id", Text("没有账号", "it names no account"))
    return found.text.strip()


def _balance(element: Element, code: str) -> Element:
    for balance in element.all("Bal"):
        if balance.said("Tp/CdOrPrtry/Cd") == code:
            return balance
    raise BadFile(element.line, "Stmt/Bal", Text(f"没有余额 {code}", f"there is no balance {code}"))


def _entry(element: Element, currency: str) -> Entry:
    details = element.find("NtryDtls/TxDtls")
    booked = _day(element, "BookgDt")
    valued = _day(element, "ValDt") if element.find("ValDt") is not None else booked
    return Entry(
        booked=booked,
        valued=valued,
        amount_fen=_amount(element, currency),
        reference="" if details is None else details.said("Refs/EndToEndId"),
        bank_reference=element.said("AcctSvcrRef"),
        purpose="" if details is None else details.said("RmtInf/Ustrd"),
    )


def _amount(element: Element, currency: str) -> int:
    amount = element.need("Amt")
    if amount.attributes.get("Ccy") != currency:
        why = Text(f"币种与账户的 {currency} 不同", f"its currency is not the account's, {currency}")
        raise BadFile(amount.line, f"{element.name}/Amt", why)
    amount_fen = figure_of(amount.text.strip(), amount.line, f"{element.name}/Amt")
    direction = element.need("CdtDbtInd")
    said = direction.text.strip()
    if said not in (_CREDIT, _DEBIT):
        why = instead(Text("应为 CRDT 或 DBIT", "it is CRDT or DBIT"), shown(said))
        raise BadFile(direction.line, f"{element.name}/CdtDbtInd", why)
    return -amount_fen if said == _DEBIT else amount_fen


def _day(element: Element, name: str) -> date:
    holder = element.need(name)
    found = holder.find("Dt") or holder.find("DtTm")
    if found is None:
        raise BadFile(holder.line, f"{element.name}/{name}", Text("没有日期", "it holds no date"))
    return day_of(found.text.strip(), found.line, f"{element.name}/{name}")
