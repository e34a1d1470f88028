"""Which ends of a purchase fit together: all eight views, and the truth of the money with them.

``compatible-ends`` judges terminal, host and issuer attempt by attempt. Here the whole row must be one that the trade
knows: what the platform says, whether a file claims it, who is paid, and which SMS came.
"""

from collections.abc import Mapping

from msgspec import Struct

from poslab.history.views import Views
from poslab.text import Text
from scenarios.stage.result import Moment


class End(Struct, frozen=True):
    """Words that may stand together at the end of a purchase with one attempt."""

    truth: str
    terminal: tuple[str, ...]
    host: str
    issuer: str
    platform: str
    file: str = "no"
    payout: str = "none"
    merchant: str = "not-credited"
    cardholder: tuple[str, ...] = ()


_BACK = ("spent", "returned")
_FREED = ("hold", "hold-released")
_COMPLETED_AND_BACK = ("hold", "spent", "returned", "hold")

ENDS: tuple[End, ...] = (
    End("M0", ("none", "declined", "offline-unsent", "voided"), "none", "none", "created"),
    End("M0", ("declined", "reversed", "reversal-failed"), "declined", "none", "failed"),
    End("M0", ("reversal-closed:25", "reversal-failed"), "reversal-only", "none", "created"),
    End("M0", ("reversal-failed",), "none", "none", "created"),
    End("M0", ("reversed", "declined", "reversal-failed"), "reversed", "none", "failed"),
    End("M1", ("reversed", "declined", "reversal-failed"), "reversed", "debited-back", "failed", cardholder=_BACK),
    End("M1", ("voided",), "voided", "debited-back", "refunded", cardholder=_BACK),
    End("M2", ("approved",), "approved", "debited", "success", "yes", "success", "credited", ("spent",)),
    End(
        "M2",
        ("approved",),
        "approved",
        "debited",
        "success",
        "yes",
        "success",
        "credited",
        ("spent", "returned", "spent"),
    ),  # a void that was undone
    # Holds, and what became of them; a void of a completion lets the hold stand again, and may be undone itself.
    End("M0", ("preauth", "offline-unsent"), "approved", "held", "created", cardholder=("hold",)),
    End("M0", ("reversed", "declined", "reversal-failed"), "reversed", "none", "created", cardholder=_FREED),
    End("M0", ("voided",), "voided", "none", "created", cardholder=_FREED),
    End("M1", ("preauth",), "approved", "held", "created", cardholder=_COMPLETED_AND_BACK),
    End(
        "M2", ("approved",), "approved", "debited", "success", "yes", "success", "credited",
        (*_COMPLETED_AND_BACK, "spent"),
    ),
    # Given back by refund, or by the card's bank; and what was charged back and won again. It was paid, and where no
    # payout came after it the merchant owes it; or it was kept back, and never paid.
    *(
        End("M1", terminal, host, "credited-back", platform, "yes", payout, merchant, ("spent", "refunded"))
        for terminal, host, platform in (
            (("refunded",), "refunded", "refunded"),
            (("approved",), "approved", "success"),
        )
        for payout, merchant in (("success", "debited"), ("success", "credited"), ("none", "not-credited"))
    ),
    End(
        "M2", ("approved",), "approved", "debited", "success", "yes", "success", "credited",
        ("spent", "refunded", "spent"),
    ),
    End("M3", ("reversed", "declined"), "reversed", "debited", "failed", cardholder=("spent",)),
)
"""Every end of a purchase with one attempt. *M3* has an open item that names who settles it."""

_LATE: Mapping[str, tuple[str, ...]] = {"yes": ("late",)}
"""A file that was made late, by a job that was late, ends as well as one that was made in time."""
_IN_ONE_SUM: Mapping[str, tuple[str, ...]] = {"credited": ("credited-net",)}
"""A payout that was late and came with the next one's in one sum is paid as well."""
_NO_ORDER: Mapping[str, tuple[str, ...]] = {"created": ("none",)}
"""A platform that never heard of a request has no order. Whatever it did hear of it knows the end of: notices of its
acquirer are repeated. An SMS that a bank forgot when it died is no contradiction."""


def misfit(moment: Moment) -> Text | None:
    """What does not fit at the end of a purchase; ``None`` where everything does. Later attempts are not looked at."""
    views = moment.views
    if any(_fits(end, moment.truth, views) for end in ENDS):
        return None
    said = [moment.truth, *(f"{view} {word}" for view, word in _said(views).items())]
    return Text(f"各方结局不相容：{'，'.join(said)}", f"these ends do not fit together: {', '.join(said)}")


def _fits(end: End, truth: str, views: Views) -> bool:
    word = views.terminal
    return (
        truth == end.truth
        and (word in end.terminal or word.partition(":")[0] in end.terminal)
        and views.host == end.host
        and views.issuer == end.issuer
        and views.platform in ("absent", end.platform, *_NO_ORDER.get(end.platform, ()))
        and views.file in (end.file, *_LATE.get(end.file, ()))
        and views.payout == end.payout
        and views.merchant in (end.merchant, *_IN_ONE_SUM.get(end.merchant, ()))
        and all(views.cardholder.count(notice) <= end.cardholder.count(notice) for notice in views.cardholder)
    )


def _said(views: Views) -> Mapping[str, str]:
    words = {view: str(getattr(views, view)) for view in views.__struct_fields__ if view != "cardholder"}
    return {**words, "cardholder": "/".join(views.cardholder) or "–"}
