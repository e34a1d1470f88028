"""What is worth telling of a run with many days or many purchases."""

from msgspec import Struct

from poslab.diagnosis.catalogue import causes
from poslab.text import Text
from scenarios.stage.result import PurchaseResult, Result

DAYS_WORTH_A_DRAWING = 4
NO_TROUBLE = Text("无异常", "nothing wrong")


class Uncredited(Struct, frozen=True):
    """A purchase that was not credited exactly once by the end, and what explains it."""

    purchase: PurchaseResult
    title: Text
    """What its cause is called."""
    number: int = 0
    """Its place among the purchases that are told at length; 0 where it is not one of them."""


def several_days(result: Result) -> bool:
    """Whether money on its way and at risk is worth drawing: several days, and something charged."""
    return len(result.days) >= DAYS_WORTH_A_DRAWING and any(day.on_its_way or day.at_risk for day in result.days)


def uncredited(result: Result, told: tuple[str, ...] = ()) -> list[Uncredited]:
    """Every purchase that was not credited exactly once, in the order of the run; ``told`` have pages of their own."""
    places = {order: number for number, order in enumerate(told, start=1)}
    return [
        Uncredited(purchase, _title(purchase), places.get(purchase.order, 0))
        for purchase in result.purchases
        if purchase.end.credited != 1 or purchase.end.truth in ("M3", "M4")
    ]


def _title(purchase: PurchaseResult) -> Text:
    diagnosis = purchase.end.diagnosis
    cause = None if diagnosis is None else causes().get(diagnosis.cause)
    return NO_TROUBLE if cause is None else cause.title
