"""Judges one trial: what must hold of a run with a fault in it, of what is said about it, and of what is advised.

A finding is either *unnamed* (nobody could tell what happened) or *broken* (something that must hold does not). Each
one is a fault of poslab's own: of a party, a check, the diagnosis or the catalogue.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec import Struct

from poslab.checks.check import AT_THE_END
from poslab.checks.mirrors_agree import MirrorsAgree
from poslab.diagnosis.catalogue import IDS, causes
from poslab.faults.letters import LetterDelay
from poslab.party.time import DAY, HOUR, SECOND, Instant
from poslab.text import Text
from scenarios.experiments.ends import misfit
from scenarios.experiments.insertion import SELLS, acts, executable
from scenarios.experiments.ordering import Ending
from scenarios.experiments.passages import FUNDING
from scenarios.experiments.trials import Cell, Trial
from scenarios.experiments.trying import RESTS_US, Tried, bare, tried, watched_longer, with_faults
from scenarios.schema.story import Heal, Purchase, Scenario
from scenarios.stage.casting import Instead
from scenarios.stage.result import InvariantResult, Moment

TILL_US = 75 * SECOND
"""Nobody asks earlier than so long after the sale: the terminal's timer is over, and no reversal was sent yet."""
ASKS_US = 45 * SECOND
"""How long after the last thing went wrong somebody asks; a process that died is back by then."""
EVENING_US = 18 * HOUR
OVERDUE_US = HOUR
"""How long after the money was due somebody asks for it, where something on its way to the merchant was struck."""
ACTS_US = SECOND
"""How long after the answer somebody does as it says."""

UNNAMED, BROKEN = "unnamed", "broken"
WELL = ("none", "ok-slow", "ok-not-due", "ok-lump-sum")
"""Causes that are none: nothing needs to be explained."""


class Finding(Struct, frozen=True):
    """Something that must not be."""

    kind: str
    """``unnamed`` or ``broken``."""
    trial: str
    what: Text
    reproduce: str = ""


class Judged(Struct, frozen=True):
    """One trial: where it stands in the table, what came of it, what was said, and what was found."""

    id: str
    pair: bool
    cells: tuple[Cell, ...]
    verdict: str
    truth: str
    """At the end."""
    net: int
    cause: str
    """Named when somebody asked."""
    tie: tuple[str, ...]
    end_cause: str
    cancel: str
    """Whether it can be cancelled, when somebody asked, and how."""
    tried: tuple[str, ...]
    """Which acts were tried: ``cancel``, ``remedies``, and every *never* by its word."""
    met: bool
    """Every fault struck. In a pair the first may keep the second from meeting anything."""
    runs: int
    findings: tuple[Finding, ...]


def judged(
    scenario: Scenario, trial: Trial, *, seed: str, instead: Instead | None = None, advice: bool = True
) -> Judged:
    """Play a trial and judge it. ``scenario`` is bare; ``advice``: also carry out what is said when somebody asks."""
    return _Judging(scenario, trial, seed, instead, advice).judged()


class Advised(Struct, frozen=True):
    """What is advised in a story as it is, and what comes of it."""

    cause: str
    remedies: tuple[str, ...]
    nevers: tuple[str, ...]
    """Those that were done."""
    left: Ending
    """Nothing is done about it."""
    remedied: Ending
    findings: tuple[Finding, ...]


SETTLED_US = 40 * DAY
"""By then after somebody asked the last clock of a dispute has run out."""


def advised(scenario: Scenario, *, seed: str) -> Advised:
    """Ask in a story's complaint what to do about it, do that, and do each thing that is never to be done."""
    order, at = scenario.complaints[0].order, scenario.complaints[0].at
    purchases = tuple(sorted(scenario.purchases, key=lambda purchase: purchase.order != order))
    until = at + SETTLED_US
    heal = scenario.heal or Heal(until - RESTS_US, RESTS_US)
    story = msgspec.structs.replace(bare(scenario), purchases=purchases, until=until, heal=heal)
    nothing = Trial((Cell("", scenario.name, "none"),), (), at, leg=FUNDING)
    return _Judging(story, nothing, seed, None, True).advised(at)


class _Judging:
    def __init__(self, scenario: Scenario, trial: Trial, seed: str, instead: Instead | None, advice: bool) -> None:
        self.scenario = with_faults(scenario, trial.injections)
        if trial.leg == FUNDING and trial.injections:
            self.scenario = watched_longer(self.scenario)
        self.trial = trial
        self.purchase: Purchase = scenario.purchases[0]
        self.happened = _happened(scenario)
        self.seed = seed
        self.instead = instead
        self.advice = advice
        self.runs = 0
        self.tries: list[str] = []
        self.found: dict[Finding, None] = {}

    def judged(self) -> Judged:
        at, again_at = self._asks_at()
        base = self._play((), (at, again_at))
        asked = base.asked[0]
        met = {injection.id for injection in self.trial.injections} <= base.struck
        self._verdict(base)
        for moment, said in ((_ASKED, asked), (_ASKED_AGAIN, base.asked[1]), (AT_THE_END, base.end)):
            self._named(moment, said)
        if self.advice and met and base.result.verdict in ("pass", "manual"):
            self._cancel(base, asked, at)
            self._advice(base, asked, at)
        assert asked.diagnosis is not None and base.end.diagnosis is not None and asked.cancel is not None
        return Judged(
            id=self.trial.id,
            pair=bool(self.trial.pair),
            cells=self.trial.cells,
            verdict=base.result.verdict,
            truth=base.end.truth,
            net=base.end.charged_net,
            cause=asked.diagnosis.cause,
            tie=asked.diagnosis.tie,
            end_cause=base.end.diagnosis.cause,
            cancel=f"{asked.cancel.possible}/{asked.cancel.how}",
            tried=tuple(self.tries),
            met=met,
            runs=self.runs,
            findings=tuple(self.found),
        )

    def advised(self, at: Instant) -> Advised:
        base = self._play((), (at,))
        asked = base.asked[0]
        remedied = self._advice(base, asked, at)
        assert asked.diagnosis is not None
        return Advised(
            asked.diagnosis.cause,
            tuple(executable([step.do for step in asked.remedies])),
            tuple(executable([step.do for step in asked.never])),
            base.ending,
            remedied.ending,
            tuple(self.found),
        )

    def _asks_at(self) -> tuple[Instant, Instant]:
        """When somebody asks, and asks again: at the till and in the evening, or when it is overdue and a day later."""
        at = max(self.purchase.at + TILL_US, self.trial.struck_at + ASKS_US)
        if self.trial.leg == FUNDING:
            calendar = self.scenario.world.calendar
            due = calendar.due(calendar.business_day(self.purchase.at))
            at = max(at, due + OVERDUE_US, self.happened + OVERDUE_US)
            return at, at + DAY
        return at, max(self.scenario.begins + EVENING_US, at + SECOND)

    def _play(self, words: Sequence[str], asked_at: Sequence[Instant] = (), at: Instant = 0) -> Tried:
        self.runs += 1
        done = acts(words, self.scenario, self.purchase, at) if words else ()
        return tried(self.scenario, self.purchase, seed=self.seed, asked_at=asked_at, acts=done, instead=self.instead)

    def _found(self, kind: str, what: Text) -> None:
        self.found[Finding(kind, self.trial.id, what)] = None

    # --- the run itself

    def _verdict(self, base: Tried) -> None:
        result = base.result
        if result.verdict == "invalid":
            self._found(BROKEN, _behind(Text("运行无效", "the run is invalid"), result.reason))
        for check in base.broken:
            if not self._is_alarm(check):
                self._found(BROKEN, _behind(Text(check.id, check.id), check.breaches[0]))
        if result.verdict not in ("pass", "manual", "invalid") and not base.broken:
            said = Text(f"运行的结论是 {result.verdict}", f"the run is {result.verdict}")
            self._found(BROKEN, _behind(said, result.reason))
        wrong = misfit(base.end)
        if wrong is not None:
            self._found(BROKEN, wrong)
        if not base.ending.good and not result.open_items:
            self._found(BROKEN, _NOWHERE)
        if base.end.charged_net < base.end.credited and not result.open_items:
            self._found(BROKEN, _PAID_TWICE)

    def _is_alarm(self, check: InvariantResult) -> bool:
        """Whether a check is right and nothing is wrong: a message is lost, the letter that would make good for it is
        kept back for more than a day, so cash and its mirror differ for as long, and agree in the end."""
        held = any(isinstance(one.fault, LetterDelay) and one.fault.by_us > DAY for one in self.trial.injections)
        mended = not any(breach.en.startswith(AT_THE_END.en) for breach in check.breaches)
        return check.id == MirrorsAgree.id and bool(self.trial.pair) and held and mended

    def _named(self, moment: Text, said: Moment) -> None:
        diagnosis = said.diagnosis
        assert diagnosis is not None
        named = (diagnosis.cause, *diagnosis.tie)
        if any(cause not in IDS and cause != "none" for cause in named):
            nothing = Text(f"{moment.zh}无法解释", f"{moment.en} nothing explains it")
            views = _views(said)
            self._found(
                UNNAMED,
                _behind(nothing, Text(f"{diagnosis.cause}，{views.zh}", f"{diagnosis.cause}, {views.en}")),
            )
        for cause in diagnosis.tie:
            page = causes().get(cause)
            others = {other for other in diagnosis.tie if other != cause}
            if page is not None and not others <= set(page.ties):
                missing = ", ".join(sorted(others - set(page.ties)))
                what = Text(
                    f"{moment.zh} {cause} 与 {missing} 不分，目录没有预见",
                    f"{moment.en} {cause} ties with {missing}, which the catalogue does not foresee",
                )
                self._found(UNNAMED, what)

    # --- can it be cancelled? Try.

    def _cancel(self, base: Tried, asked: Moment, at: Instant) -> None:
        cancel = asked.cancel
        assert cancel is not None
        answer = (cancel.possible, cancel.how)
        promise = PROMISES.get(answer)
        if promise is not None:
            after = self._did(promise.act, at)
            if not promise.kept(after.end):
                self._found(BROKEN, _tried(promise.said, after.end))
            return
        if answer == ("no", "wait") and asked.views.terminal == "offline-unsent":
            self._not_while_it_is_told(base, at)
            return
        if answer == ("no", "wait"):
            return  # it is being decided, and pressing cancel is one of the things never to do
        if cancel.how == "void-reversal":
            if not base.end.charged_net:
                undone = Text("据称撤销正在撤回，最后却是", "its void is being undone, it is said, and in the end")
                self._found(BROKEN, _behind(undone, _views(base.end)))
            return
        if cancel.how in ("refund", "claim", "cure-account", "credit-adjustment"):
            return  # clerks do that, and a sweep acts at the till
        after = self._did("void", at)
        if _money(after.end) != _money(base.end):
            said = Text(
                f"能否取消：{cancel.possible}，办法 {cancel.how}；仍试撤销",
                f"cancel is {cancel.possible} by {cancel.how}; a void tried all the same",
            )
            self._found(BROKEN, _behind(said, _views(after.end)))
        if cancel.possible in ("nothing-to-cancel", "is-being-cancelled") and base.end.charged_net:
            said = Text(f"能否取消：{cancel.possible}，最后却是", f"cancel is {cancel.possible}, and in the end")
            self._found(BROKEN, _behind(said, _views(base.end)))

    def _not_while_it_is_told(self, base: Tried, at: Instant) -> None:
        """A stored sale that was sent and not answered: a void is refused now, and carried out once it was heard."""
        now = self._did("void-before-reversal", at)
        if _money(now.end) != _money(base.end):
            said = Text("应答之前不能撤销", "it cannot be voided before it is answered")
            self._found(BROKEN, _tried(said, now.end))
        later = self._did("void", at)
        if later.end.charged_net:
            said = Text("应答之后可以撤销", "once answered it can be voided")
            self._found(BROKEN, _tried(said, later.end))

    def _did(self, word: str, at: Instant) -> Tried:
        self.tries.append("cancel")
        return self._play((word,), at=at + ACTS_US)

    # --- what now, and what never

    def _advice(self, base: Tried, asked: Moment, at: Instant) -> Tried:
        """The remedies, and each never. To pay again at once is held against paying again when the first is over."""
        remedied = base
        words = executable([step.do for step in asked.remedies])
        if words:
            self.tries.append("remedies")
            remedied = self._play(words, at=at + ACTS_US)
            done = ", ".join(words)
            result = remedied.result
            if result.verdict not in ("pass", "manual"):
                said = Text(f"照办（{done}）的结论是 {result.verdict}", f"the remedies ({done}) end {result.verdict}")
                self._found(BROKEN, _behind(said, result.reason))
            elif not remedied.ending.good and not result.open_items and remedied.ending.money != base.ending.money:
                said = Text(f"照办（{done}）结局不好", f"the remedies ({done}) do not end well")
                self._found(BROKEN, _behind(said, _views(remedied.end)))
            elif self.trial.leg == FUNDING and remedied.ending.money > base.ending.money:
                with_them, without = _ending(remedied), _ending(base)
                said = Text(f"照办（{done}）不如不办", f"the remedies ({done}) end worse than nothing")
                ends = Text(
                    f"{with_them.zh}；不办则 {without.zh}", f"{with_them.en}, and without them {without.en}"
                )
                self._found(BROKEN, _behind(said, ends))
        nevers = executable([step.do for step in asked.never])
        patient = remedied
        if any(word in SELLS for word in nevers) and not any(word in SELLS for word in words):
            patient = self._play([*words, "sell-again"], at=at + ACTS_US)
        for word in nevers:
            self.tries.append(word)
            after = self._play((word,), at=at + ACTS_US)
            better = patient if word in SELLS else remedied
            if after.ending < better.ending:
                advised = Text("、".join(words) or "什么也不做", ", ".join(words) or "nothing to be done")
                ends, else_ends = _ending(after), _ending(better)
                what = Text(
                    f"据称千万不要 {word}；做了，结局（{ends.zh}）却好于建议（{advised.zh}：{else_ends.zh}）",
                    f"never {word}, it is said; done, it ends better ({ends.en}) than what is advised "
                    f"({advised.en}: {else_ends.en})",
                )
                self._found(BROKEN, what)
        return remedied


def _happened(scenario: Scenario) -> Instant:
    """When the last thing happens that the story itself tells of: a refund, a chargeback, a cure."""
    told = [each.at for each in scenario.told]
    return max([*told, *(each.start for each in scenario.injections if each.start is not None)], default=0)


class Promise(Struct, frozen=True):
    """What an answer promises of an act: what is done, whether the end is as promised, and the promise in words."""

    act: str
    kept: Callable[[Moment], bool]
    said: Text


def _given_back(end: Moment) -> bool:
    return not end.charged_net and end.views.issuer == "debited-back"


PROMISES: Mapping[tuple[str, str], Promise] = {
    ("yes", "void"): Promise("void", _given_back, Text("可以撤销", "it can be voided")),
    ("yes", "completion-void"): Promise(
        "void",
        lambda end: not end.charged_net and end.views.issuer in ("held", "debited-back"),
        Text("预授权完成可以撤销", "the completion can be voided"),
    ),
    ("yes", "preauth-void"): Promise(
        "void",
        lambda end: not end.charged_net and end.views.issuer != "held",
        Text("预授权可以撤销", "the hold can be voided"),
    ),
    ("yes", "local-void"): Promise(
        "void",
        lambda end: end.views.terminal in ("voided", "preauth") and not end.charged_net,
        Text("发送之前可以撤销", "it can be voided before it is sent"),
    ),
    ("yes", "cancel-key"): Promise(
        "press-cancel", lambda end: not end.charged_net, Text("按取消键即可结束", "the cancel key ends it")
    ),
    ("query-decides", "query"): Promise(
        "query",
        lambda end: not end.views.terminal.startswith("in-doubt"),
        Text("由查询决定", "the query decides"),
    ),
}
"""Possible and how → what must come of it."""


_ASKED, _ASKED_AGAIN = Text("询问时", "when asked"), Text("再问时", "asked again")
_NOWHERE = Text(
    "钱既不在商户处也不在持卡人处，没有未结事项说明",
    "money is neither with the merchant nor with the cardholder, and no open item says so",
)
_PAID_TWICE = Text(
    "商户拿着已退给持卡人的钱，没有未结事项说明",
    "the merchant has what the cardholder got back, and no open item says so",
)
_ENDS = {
    "overcharged": "多扣",
    "adrift": "悬空",
    "unpaid": "未付",
    "twice_meanwhile": "期间重复扣",
    "hours_at_risk": "风险小时",
    "hours_to_final": "到终局小时",
}


def _ending(tried: Tried) -> Text:
    numbers = {what: number for what, number in tried.ending._asdict().items() if number}
    zh = "，".join(f"{_ENDS[what]} {number}" for what, number in numbers.items())
    en = ", ".join(f"{what} {number}" for what, number in numbers.items()).replace("_", " ")
    return Text(zh, en)


def _behind(said: Text, what: Text) -> Text:
    return Text(f"{said.zh}：{what.zh}", f"{said.en}: {what.en}")


def _tried(promised: Text, end: Moment) -> Text:
    """What was said, and what came of it when it was tried."""
    views = _views(end)
    return Text(f"据称{promised.zh}；一试，{views.zh}", f"{promised.en}, it is said; tried, {views.en}")


def _money(moment: Moment) -> tuple[str, int, int]:
    return moment.views.issuer, moment.charged_net, moment.credited


def _views(moment: Moment) -> Text:
    views = moment.views
    sms = "/".join(views.cardholder) or "–"
    return Text(
        f"{moment.truth}：终端 {views.terminal}，收单主机 {views.host}，发卡行 {views.issuer}，"
        f"商户 {views.merchant}，短信 {sms}",
        f"{moment.truth}: terminal {views.terminal}, host {views.host}, issuer {views.issuer}, "
        f"merchant {views.merchant}, SMS {sms}",
    )
