"""The papers that banks, acquirers and networks hand out, as files: bytes here, structs there, both ways, all pure.

One fold of a history makes the structs, so that all papers of a day agree to the fen. Each module has one pair::

    camt053.write(statements, version="08") -> bytes      camt053.read(content) -> tuple[Statement, ...]
    mt940.write(statements) -> bytes                      mt940.read(content) -> tuple[Statement, ...]
    statement_csv.write(statements) -> bytes              statement_csv.read(content) -> tuple[Statement, ...]
    settlement.write(rows) -> bytes                       settlement.read(content) -> tuple[SettlementRow, ...]
    clearing.write(papers) -> bytes                       clearing.read(content) -> tuple[ClearingPaper, ...]
    journal.write(rows) -> bytes                          journal.read(content) -> tuple[JournalRow, ...]

``Statement`` (in ``statement``) is one account on one day: opening balance, entries, closing balance; ``Entry`` is what
was credited (``amount_fen`` above zero) or debited (below), with the payout number as ``reference`` and the bank's own
number as ``bank_reference``. What a format has no room for (the owner's name in MT940) is read as ``""``.

``SettlementRow`` (in ``settlement``) is one line of the acquirer's settlement detail: a sale, a refund, a payout …, its
gross, fee and net seen from the merchant (above zero: in its favour), and ``payout_no``, the payout that it belongs to.
The rows of one payout, the payout itself among them, add up to nothing.

``ClearingPaper`` (in ``clearing``) is the acquirer's clearing file of one business date: header, lines, trailer.

``JournalRow`` (in ``journal``) is one posting of a merchant's own book, ``SlipRow`` (in ``slips``) one of her slips.

Every reader raises ``BadFile`` for what it cannot use, naming line and field. A paper that contradicts itself, with a
trailer that counts otherwise or a closing balance that does not follow, is none.

Card numbers are never whole: first six, last four. Dates are calendar days of the world's zone.
"""
