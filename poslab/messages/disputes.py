"""Messages of a dispute 差错与争议 between the card's bank and the acquirer, and the facts that move one.

A dispute is about one payment, named by its RRN; its case has one number at everybody. Each side tells the other of its
steps, end to end through the network, and repeats a step until it is heard. A side's step is heard once.
"""

from typing import ClassVar, Final

from poslab.party.contract import Input

REASONS: Final = (
    "not-received", "duplicate", "amount-differs", "not-authorised", "refund-missing", "goods", "late-presentment",
)  # fmt: skip
"""Why a cardholder complains: reason classes of chargebacks."""

ANSWERS: Final = ("confirm", "slip", "accept", "represent")
"""What is answered: to an inquiry that the payment is as booked; to a retrieval slip and evidence; to a chargeback that
it is right, or evidence against."""


class DisputeStep(Input, frozen=True, gc=False, array_like=True, tag=True):
    """One side tells the other of a step.

    By the ``issuer``: ``inquiry`` 确认查询, ``retrieval`` 调单, ``closed``, ``chargeback`` 一次退单, ``second-chargeback`` 二次退单,
    ``representment-accepted``. By the ``acquirer``: ``confirmed``, ``no-answer`` (to an inquiry, in time), ``slip``,
    ``no-slip`` (it came too late), ``refunded`` 协商退款,
    ``accepted``, ``representment`` 再请款, ``ruled-won`` and ``ruled-lost`` (what the network has ruled).
    """

    kind: ClassVar[str] = "dispute-step"

    by: str
    rrn: str
    step: str
    bank: str = ""
    """The card's bank, by which the network finds it."""
    reason: str = ""
    amount_fen: int = 0
    """Of a chargeback: how much of the payment is taken back; 0 for all that is left of it."""


class DisputeStepHeard(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Whoever was told of a step has heard it. The acquirer's answer has what its record says of the payment.

    ``code``: 00 taken, 25 no such payment, 22 too late, 12 not in this state of the case or given back already, 64 more
    than is left of it.
    """

    kind: ClassVar[str] = "dispute-step-heard"

    by: str
    """Whose step it was."""
    rrn: str
    step: str
    bank: str = ""
    code: str = "00"
    key: str = ""
    card: str = ""
    amount_fen: int = 0
    charged_fen: int = 0
    """How much of it a chargeback has taken back."""


class DisputeNotice(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Host → merchant: a case about its sale is in a state; what is wanted of it, it must hand in by ``answer_by``."""

    kind: ClassVar[str] = "dispute-notice"

    case_no: str
    rrn: str
    state: str
    reason: str = ""
    amount_fen: int = 0
    answer_by: int = 0
    """Until then; 0: nothing is wanted."""


class InquiryRaised(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the card's bank: a cardholder does not know a payment, and the bank asks whether it is as booked."""

    kind: ClassVar[str] = "inquiry-raised"
    about: str = ""
    rrn: str = ""
    reason: str = "not-authorised"


class RetrievalRaised(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the card's bank: a cardholder has complained, and the bank wants to see the signed slip."""

    kind: ClassVar[str] = "retrieval-raised"
    about: str = ""
    rrn: str = ""
    reason: str = "goods"


class ChargebackRaised(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the card's bank: its clerk takes the money back, or ``amount_fen`` of it."""

    kind: ClassVar[str] = "chargeback-raised"
    about: str = ""
    rrn: str = ""
    reason: str = "goods"
    amount_fen: int = 0
    """0 for all that is left of it."""


class SecondChargebackRaised(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the card's bank: its clerk does not accept the representment."""

    kind: ClassVar[str] = "second-chargeback-raised"
    about: str = ""
    rrn: str = ""


class ComplaintDropped(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the card's bank: the parties have agreed, and the cardholder no longer complains."""

    kind: ClassVar[str] = "complaint-dropped"
    about: str = ""
    rrn: str = ""


class DisputeAnswered(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: the merchant has answered, one of ``ANSWERS``."""

    kind: ClassVar[str] = "dispute-answered"
    about: str = ""
    rrn: str = ""
    answer: str = "slip"


class ArbitrationRuled(Input, frozen=True, gc=False, array_like=True, tag=True):
    """Told to the host: the network has ruled, for the merchant or against it."""

    kind: ClassVar[str] = "arbitration-ruled"
    about: str = ""
    rrn: str = ""
    won: bool = False


def case_no_of(rrn: str) -> str:
    """The number of the case about a payment."""
    return f"D{rrn}"


def rrn_of_case(case_no: str) -> str:
    """The payment's RRN in the number of its case."""
    return case_no[1:]


def is_case(number: str) -> bool:
    """Whether a number is that of a case, or of one of its clearing lines; no key, RRN or payout begins so."""
    return number.startswith("D")


def line_no_of(rrn: str, number: int) -> str:
    """The number of a case's clearing line, of three parts as keys have: 1 chargeback, 2 representment that was won."""
    return f"{case_no_of(rrn)}-000000-{number:06d}"
