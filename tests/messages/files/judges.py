"""What programs that others wrote read in a bank's statement: per day opening, entries and closing, in fen."""

from decimal import Decimal
from pathlib import Path

import mt940
from bankstatementparser import CamtParser, CsvStatementParser, Mt940Parser
from pycamt.parser import Camt053Parser

from poslab.messages.files.statement import Statement

Day = tuple[int, tuple[int, ...], int]


def ours(statements: tuple[Statement, ...]) -> list[Day]:
    return [
        (each.opening_fen, tuple(entry.amount_fen for entry in each.entries), each.closing_fen) for each in statements
    ]


def pycamt_reads(content: bytes) -> list[Day]:
    """Its transactions do not say of which statement they are: they are dealt out by their booking date."""
    parser = Camt053Parser(content)
    found = []
    for info in parser.get_statement_info():
        entries = tuple(
            fen(each["Amount"]) * (1 if each["CreditDebitIndicator"] == "CRDT" else -1)
            for each in parser.get_transactions()
            if each["BookingDate"] == info["ClosingBalanceDate"]
        )
        found.append((fen(info["OpeningBalance"]), entries, fen(info["ClosingBalance"])))
    return found


def references_of_pycamt(content: bytes) -> list[str]:
    return [each["EndToEndId"] for each in Camt053Parser(content).get_transactions()]


def mt940_reads(content: bytes) -> list[Day]:
    return [
        (
            fen(each.data["final_opening_balance"].amount.amount),
            tuple(fen(line.data["amount"].amount) for line in each),
            fen(each.data["final_closing_balance"].amount.amount),
        )
        for each in mt940.parse_statements(content.decode())
    ]


def bankstatementparser_reads_camt(content: bytes) -> list[Day]:
    parser = CamtParser.from_bytes(content)
    balances: dict[str, dict[str, int]] = {}
    for row in parser.get_account_balances().to_dict("records"):
        sign = -1 if row["DrCr"] == "DBIT" else 1
        balances.setdefault(row["Date"], {})[row["Code"]] = sign * abs(fen(row["Amount"]))
    entries: dict[str, list[int]] = {day: [] for day in balances}
    for row in parser.parse().to_dict("records"):
        entries[row["BookgDt"]].append(fen(row["Amount"]))
    return [(found["OPBD"], tuple(entries[day]), found["CLBD"]) for day, found in balances.items()]


def bankstatementparser_reads_mt940(content: bytes, folder: Path) -> list[tuple[int, int, int]]:
    """Per day opening, sum of the entries, and closing."""
    path = folder / "statement.mt940"
    path.write_bytes(content)
    return [
        (fen(each["opening_balance"]), fen(each["total_amount"]), fen(each["closing_balance"]))
        for each in Mt940Parser(path).get_summaries()
    ]


def bankstatementparser_reads_csv(content: bytes, folder: Path) -> tuple[list[int], int]:
    """The entries of all days (balance rows move nothing), and the last balance."""
    path = folder / "statement.csv"
    path.write_bytes(content)
    parser = CsvStatementParser(path)
    moved = [fen(amount) for amount in parser.parse()["amount"] if amount]
    return moved, fen(parser.get_summary()["closing_balance"])


def fen(amount: object) -> int:
    """Whatever a judge makes of an amount; fails if it is no whole number of fen."""
    exact = Decimal(str(amount)) * 100
    assert exact == exact.to_integral_value()
    return int(exact)
