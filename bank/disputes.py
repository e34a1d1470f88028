"""The issuer's dispute desk: what a cardholder complains about, by the payment's RRN.

A step of the bank is carried out when the acquirer has heard it and taken it: only then a chargeback credits the
cardholder (P10a), with what the acquirer says was left to take back. Refunds and corrections that are under way the
bank cannot know. Representment that is accepted, or won before the network, debits her again (P10c), even where her
funds are gone. The bank's entries meet the acquirer's in the clearing lines of the case.
"""

from typing import ClassVar

import msgspec

from bank.card_accounts import CARDHOLDER, CLEARING_PAYABLE, CardAccounts
from bank.dispute_records import (
    REACHED,
    DecisionDue,
    DisputeCase,
    HeldDisputes,
    IssuerStepOverdue,
    Untold,
)
from bank.dispute_steps import CASES, HEARD, OnDesk
from poslab.messages.disputes import (
    ChargebackRaised,
    ComplaintDropped,
    DisputeStep,
    DisputeStepHeard,
    InquiryRaised,
    RetrievalRaised,
    SecondChargebackRaised,
    case_no_of,
)
from poslab.messages.people import Sms
from poslab.party.contract import Became, Effect, Input, Kept, Logged, Posted, Posting, Remind, Reminder, Send
from poslab.party.time import Duration, Instant

ISSUER = "issuer"
ACQUIRER = "acquirer"
TAKEN = "00"


class DisputeDesk:
    """Hears clerks and the acquirer; posted in the book of the card accounts."""

    HEARS: ClassVar[tuple[type[Input], ...]] = (
        InquiryRaised, RetrievalRaised, ChargebackRaised, SecondChargebackRaised, ComplaintDropped, DisputeStep,
        DisputeStepHeard,
    )  # fmt: skip
    REMINDERS: ClassVar[tuple[type[Reminder], ...]] = (IssuerStepOverdue, DecisionDue)

    def __init__(self, accounts: CardAccounts, repeat_us: Duration) -> None:
        self.accounts = accounts
        self._address = accounts.settings.address
        self._repeat_us = repeat_us
        self.cases: dict[str, DisputeCase] = {}
        self._untold: dict[str, Untold] = {}

    def handle(self, given: Input, at: Instant, out: list[Effect]) -> None:
        """Hear an input of ``HEARS`` or ``REMINDERS``."""
        if isinstance(given, IssuerStepOverdue):
            untold = self._untold[f"{given.rrn}/{given.step}"]
            self._say(untold.step, untold.attempt + 1, out)
            return
        if not isinstance(given, HEARD):
            return
        rrn = given.rrn
        if isinstance(given, DisputeStepHeard):
            awaited = self._untold.pop(f"{rrn}/{given.step}", None) is not None
            if not awaited and given.code != TAKEN:
                return  # what was refused once may be taken later, and that is heard however it was asked for
        known = self.cases.get(rrn, DisputeCase())
        after = CASES.step(OnDesk(self, rrn), known.state, given, at, out)
        if isinstance(given, DisputeStep) and after in REACHED[given.step]:
            # What comes before our own step was answered is not heard yet: the acquirer says it again.
            heard = DisputeStepHeard(given.about, ACQUIRER, rrn, given.step, self._address)
            out.append(Send(self.accounts.switch, heard))

    def restarted(self, at: Instant, out: list[Effect]) -> None:
        """Arm what was lost, and say again what was not heard."""
        for rrn, case in sorted(self.cases.items()):
            if case.due:
                out.append(Remind(max(0, case.due - at), DecisionDue(case.about, rrn, case.state)))
        for _, untold in sorted(self._untold.items()):
            self._say(untold.step, untold.attempt + 1, out)

    def awaits(self, of: Reminder) -> bool:
        """Whether a letter of ``REMINDERS`` would still be heard."""
        if isinstance(of, IssuerStepOverdue):
            untold = self._untold.get(f"{of.rrn}/{of.step}")
            return untold is not None and untold.attempt == of.attempt
        if isinstance(of, DecisionDue):
            case = self.cases.get(of.rrn)
            return case is not None and case.due > 0 and case.state == of.state
        return False

    def held(self) -> HeldDisputes:
        """The state."""
        return HeldDisputes(self.cases, self._untold)

    def restore(self, held: HeldDisputes) -> None:
        """Take a state."""
        self.cases, self._untold = held.cases, held.untold

    # --- what the rows of the table ask for

    def learn(self, rrn: str, heard: DisputeStepHeard) -> None:
        """The acquirer's word about the payment."""
        case = self.cases.get(rrn, DisputeCase())
        self.cases[rrn] = msgspec.structs.replace(
            case, about=heard.about, key=heard.key, card=heard.card, amount_fen=heard.amount_fen,
            charged_fen=heard.charged_fen,
        )  # fmt: skip

    def move(self, rrn: str, state: str, out: list[Effect]) -> str:
        """Bring a case into a state."""
        case = self.cases[rrn]
        self.cases[rrn] = msgspec.structs.replace(case, state=state, due=0)
        out.append(Kept(case.about, "dispute"))
        out.append(Became(case.about, case_no_of(rrn), case.state, state))
        out.append(Logged(case.about, "dispute", {"case_no": case_no_of(rrn), "rrn": rrn, "state": state}))
        return state

    def decide_later(self, rrn: str, after_us: Duration, at: Instant, out: list[Effect]) -> None:
        """Give clerks time to say something else."""
        case = self.cases[rrn] = msgspec.structs.replace(self.cases[rrn], due=at + after_us)
        out.append(Remind(after_us, DecisionDue(case.about, rrn, case.state)))

    def tell(self, rrn: str, step: str, out: list[Effect], reason: str = "", amount_fen: int = 0) -> None:
        """Tell the acquirer of a step, until it has heard it; of a chargeback with its amount, 0 for all."""
        about = self.cases.get(rrn, DisputeCase()).about
        out.append(Kept(about, "dispute"))
        self._say(DisputeStep(about, ISSUER, rrn, step, self._address, reason, amount_fen), 1, out)

    def note(self, rrn: str, word: str, out: list[Effect], **details: str | int) -> None:
        """Write about a case into the log."""
        about = self.cases.get(rrn, DisputeCase()).about
        out.append(Logged(about, word, {"case_no": case_no_of(rrn), "rrn": rrn, **details}))

    def credit(self, rrn: str, at: Instant, out: list[Effect]) -> None:
        """The cardholder has the money back (P10a)."""
        case = self.cases[rrn]
        posting = (CLEARING_PAYABLE, self.accounts.names[case.card], case.charged_fen)
        self._post(rrn, "P10a", posting, case.charged_fen, out)
        out.append(self._sms(case, "refunded", at))

    def debit_again(self, rrn: str, at: Instant, out: list[Effect]) -> None:
        """The cardholder pays after all (P10c)."""
        case = self.cases[rrn]
        posting = (self.accounts.names[case.card], CLEARING_PAYABLE, case.charged_fen)
        self._post(rrn, "P10c", posting, -case.charged_fen, out)
        out.append(self._sms(case, "spent", at))

    def _post(self, rrn: str, kind: str, posting: Posting, free_fen: int, out: list[Effect]) -> None:
        case = self.cases[rrn]
        self.accounts.free_fen[case.card] += free_fen
        entry = f"{kind}/{case.key}/{case_no_of(rrn)}"
        self.accounts.enter(entry, (posting,))
        out.append(Posted(case.about, entry, (posting,)))

    def _sms(self, case: DisputeCase, word: str, at: Instant) -> Send:
        free_fen = self.accounts.free_fen[case.card]
        return Send(CARDHOLDER, Sms(case.about, word, case.card, case.charged_fen, at, free_fen))

    def _say(self, step: DisputeStep, attempt: int, out: list[Effect]) -> None:
        self._untold[f"{step.rrn}/{step.step}"] = Untold(step, attempt)
        out.append(Send(self.accounts.switch, step, attempt))
        out.append(Remind(self._repeat_us, IssuerStepOverdue(step.about, step.rrn, step.step, attempt)))
