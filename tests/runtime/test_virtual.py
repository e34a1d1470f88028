"""The virtual runtime, with two toy parties: an asker who repeats until heard, and a teller who answers once."""

import io
from collections.abc import Sequence
from typing import ClassVar

import msgspec
import pytest

from poslab.faults.clocks import ClockDrift, ClockOffset
from poslab.faults.corruption import Corruption
from poslab.faults.delay import Delay
from poslab.faults.duplicate import Duplicate
from poslab.faults.facts import Fact
from poslab.faults.hold import Hold
from poslab.faults.injection import Injection, Match
from poslab.faults.letters import LetterLoss
from poslab.faults.loss import Loss
from poslab.faults.overtaken import Overtaken
from poslab.faults.partition import Partition
from poslab.faults.process import AFTER_JOURNAL, AFTER_SEND, BEFORE_JOURNAL, DURING_RECOVERY, Crash, Pause, Stop
from poslab.faults.stores import StoreFull, StoreLostTail, StoreOldCopy
from poslab.history.line import Garbled, Line
from poslab.party.contract import Connect, Effect, Input, Logged, Party, Remind, Reminder, Send
from poslab.party.facts import Connected, ConnectFailed, Disconnected, Recovered, Restarted
from poslab.party.time import SECOND
from poslab.runtime.recorder import Recorder
from poslab.runtime.seats import LinkSpec
from poslab.runtime.virtual import NoSuchLink, Virtual

START = 1_000 * SECOND
HOP = 1_000


class Ask(Input, frozen=True, gc=False, array_like=True, tag=True):
    kind: ClassVar[str] = "ask"


class Answer(Input, frozen=True, gc=False, array_like=True, tag=True):
    kind: ClassVar[str] = "answer"
    whole: bool = True

    def garbled(self) -> "Answer":
        return Answer(self.about, whole=False)


class Begin(Input, frozen=True, gc=False, array_like=True, tag=True):
    kind: ClassVar[str] = "begin"


class Overdue(Reminder, frozen=True, gc=False, array_like=True, tag=True):
    kind: ClassVar[str] = "overdue"
    attempt: int


class Asker:
    """Asks, and asks again every ten seconds until it is answered."""

    def __init__(self) -> None:
        self.waiting: dict[str, int] = {}
        self.told: list[str] = []
        self.times: list[int] = []

    def handle(self, given: Input, at: int) -> Sequence[Effect] | None:
        self.told.append(given.kind)
        self.times.append(at)
        if isinstance(given, Begin):
            return [Connect("teller", given.about)]
        if isinstance(given, Connected) and given.about:
            self.waiting[given.about] = 1
            return [Send("teller", Ask(given.about)), Remind(10 * SECOND, Overdue(given.about, 1))]
        if isinstance(given, Overdue):
            attempt = self.waiting[given.about] = given.attempt + 1
            return [Send("teller", Ask(given.about), attempt), Remind(10 * SECOND, Overdue(given.about, attempt))]
        if isinstance(given, Answer):
            if self.waiting.pop(given.about, None) is None:
                return None
            return [Logged(given.about, "answered")]
        return []

    def awaits(self, of: Reminder) -> bool:
        return isinstance(of, Overdue) and self.waiting.get(of.about) == of.attempt

    def snapshot(self) -> bytes:
        return msgspec.json.encode(sorted(self.waiting.items()))

    def restore(self, kept: bytes) -> None:
        self.waiting = dict(msgspec.json.decode(kept))


class Teller:
    """Answers every question."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.told: list[Input] = []

    def handle(self, given: Input, at: int) -> Sequence[Effect] | None:
        self.told.append(given)
        if isinstance(given, Ask):
            self.heard.append(given.about)
            return [Logged(given.about, "heard"), Send("asker", Answer(given.about))]
        return []

    def awaits(self, of: Reminder) -> bool:
        return False

    def snapshot(self) -> bytes:
        return msgspec.json.encode(self.heard)

    def restore(self, kept: bytes) -> None:
        self.heard = msgspec.json.decode(kept)


class Kept:
    def __init__(self) -> None:
        self.lines: list[tuple[Line, Input]] = []

    def see(self, line: Line, given: Input) -> None:
        self.lines.append((line, given))


BOTH = (("asker", "teller"), ("teller", "asker"))


class Stage:
    def __init__(self, *injections: Injection, permanent: bool = False, seed: str = "1") -> None:
        self.parties: dict[str, Party] = {"asker": Asker(), "teller": Teller()}
        self.kept = Kept()
        self.recorder = Recorder(b"{}")
        links = [LinkSpec(sender, to, HOP, permanent) for sender, to in BOTH]
        self.world = Virtual(
            self.parties,
            links,
            start=START,
            seed=seed,
            sinks=[self.recorder, self.kept],
            injections=injections,
            fresh=lambda address: Asker() if address == "asker" else Teller(),
        )

    def ask(self, *abouts: str, at: int = START + SECOND, until: int = 60) -> "Stage":
        self.world.feed([(at, "asker", Begin(about)) for about in abouts])
        self.world.run(START + until * SECOND)
        return self

    def heard(self) -> list[str]:
        return [given.about for line, given in self.kept.lines if line.party == "teller" and type(given) is Ask]

    def answered_at(self) -> list[int]:
        return [
            line.at - START
            for line, _ in self.kept.lines
            for effect in line.effects
            if type(effect) is Logged and effect.word == "answered"
        ]


def test_a_question_is_answered_two_hops_later_and_its_reminder_leaves_no_trace() -> None:
    stage = Stage().ask("q")
    assert stage.answered_at() == [SECOND + 2 * HOP]
    assert "overdue" not in [given.kind for _, given in stage.kept.lines]


def test_a_lost_answer_makes_the_asker_repeat_and_only_the_named_one_is_lost() -> None:
    lost = Injection("lost", Loss(), links=(("teller", "asker"),), match=Match("answer", "q"), nth=1)
    stage = Stage(lost).ask("q", "other")
    assert sorted(stage.heard()) == ["other", "q", "q"]
    assert stage.answered_at() == [SECOND + 2 * HOP, 11 * SECOND + 2 * HOP]
    truth = stage.world.truth()
    assert [(strike.fault, strike.where, strike.about) for strike in truth.strikes] == [("lost", "teller->asker", "q")]
    assert truth.never_struck == ()


def test_a_fault_that_met_nothing_is_named_unless_it_is_optional() -> None:
    for optional, named in ((False, ("idle",)), (True, ())):
        idle = Injection("idle", Loss(), links=(("teller", "asker"),), match=Match("no-such"), optional=optional)
        assert Stage(idle).ask("q").world.truth().never_struck == named


def test_late_twice_and_held_messages_come_late_twice_and_together() -> None:
    late = Injection("late", Delay(5 * SECOND), links=(("teller", "asker"),))
    assert Stage(late).ask("q").answered_at() == [6 * SECOND + 2 * HOP]
    twice = Injection("twice", Duplicate(7), links=(("asker", "teller"),))
    assert Stage(twice).ask("q").heard() == ["q", "q"]
    held = Injection("held", Hold(), links=(("asker", "teller"),), lasts=5 * SECOND)
    stage = Stage(held).ask("one", "two")
    assert stage.heard() == ["two", "one"]
    assert all(line.at == START + 5 * SECOND + HOP + n for n, (line, given) in enumerate(
        [pair for pair in stage.kept.lines if type(pair[1]) is Ask]))  # fmt: skip


def test_an_overtaken_message_comes_right_behind_the_next_one_or_at_last_alone() -> None:
    behind = Injection("behind", Overtaken(30 * SECOND), links=(("asker", "teller"),), match=Match("ask"), nth=1)
    stage = Stage(behind).ask("first", "second")
    assert stage.heard() == ["second", "first"]
    assert [line.at - START for line, given in stage.kept.lines if type(given) is Ask] == [
        SECOND + HOP, SECOND + HOP + 1,
    ]  # fmt: skip
    of_the_answer = Injection("behind", Overtaken(5 * SECOND), links=(("teller", "asker"),))
    alone = Stage(of_the_answer).ask("q")
    assert alone.answered_at() == [6 * SECOND + 2 * HOP]


def test_a_garbled_message_is_what_it_leaves_of_itself_or_nothing() -> None:
    garbled = Injection("garbled", Corruption(), links=BOTH, match=Match("answer"))
    stage = Stage(garbled).ask("q")
    heard = [(type(line.given), given) for line, given in stage.kept.lines if type(given) is Answer]
    assert heard == [(Garbled, Answer("q", whole=False))]
    unread = Injection("garbled", Corruption(), links=BOTH, match=Match("ask"), nth=1)
    stage = Stage(unread).ask("q")
    assert stage.heard() == ["q"]  # of the first nothing was left; the reminder brought another one
    assert stage.answered_at() == [11 * SECOND + 2 * HOP]


def test_what_one_fault_did_to_a_message_the_next_one_does_not_undo() -> None:
    garbled = Injection("garbled", Corruption(), links=(("teller", "asker"),))
    late = Injection("late", Delay(5 * SECOND), links=(("teller", "asker"),))
    stage = Stage(garbled, late).ask("q")
    assert stage.answered_at() == [6 * SECOND + 2 * HOP]
    assert [given for _, given in stage.kept.lines if type(given) is Answer] == [Answer("q", whole=False)]


def test_on_a_closed_link_no_connection_is_made_and_when_it_opens_the_next_one_is() -> None:
    down = Injection("down", Partition(), links=BOTH, lasts=10 * SECOND)
    stage = Stage(down)
    stage.world.feed([(START + SECOND, "asker", Begin("early")), (START + 20 * SECOND, "asker", Begin("later"))])
    stage.world.run(START + 60 * SECOND)
    failures = [given for _, given in stage.kept.lines if type(given) is ConnectFailed]
    assert failures == [ConnectFailed("early", "teller", "unreachable")]
    assert stage.heard() == ["later"]


def test_both_ends_of_a_permanent_line_are_told_when_it_breaks_and_when_it_is_back() -> None:
    down = Injection("down", Partition(), links=BOTH, start=START + SECOND, lasts=SECOND)
    stage = Stage(down, permanent=True)
    stage.world.run(START + 5 * SECOND)
    told = [(line.party, given) for line, given in stage.kept.lines]
    assert told == [
        ("asker", Disconnected("", "teller", "unreachable")),
        ("teller", Disconnected("", "asker", "unreachable")),
        ("asker", Connected("", "teller")),
        ("teller", Connected("", "asker")),
    ]


def test_a_partition_of_one_direction_is_noticed_by_nobody() -> None:
    deaf = Injection("deaf", Partition(), links=(("teller", "asker"),), lasts=15 * SECOND)
    stage = Stage(deaf, permanent=True).ask("q")
    assert not [given for _, given in stage.kept.lines if type(given) is Disconnected]
    assert stage.heard() == ["q", "q", "q"]


def test_a_stopped_process_refuses_and_comes_back_in_the_state_in_which_it_died() -> None:
    stop = Injection("stop", Stop(), party="teller", start=START + 5 * SECOND, lasts=10 * SECOND)
    stage = Stage(stop)
    stage.world.feed([(START + SECOND, "asker", Begin("before")), (START + 6 * SECOND, "asker", Begin("during"))])
    stage.world.run(START + 60 * SECOND)
    assert [given for _, given in stage.kept.lines if type(given) is ConnectFailed] == [
        ConnectFailed("during", "teller", "refused")
    ]
    recovered = [given for _, given in stage.kept.lines if type(given) is Recovered]
    assert len(recovered) == 1 and recovered[0].died_as == recovered[0].came_back_as
    assert [given for line, given in stage.kept.lines if line.party == "teller"][-1] == Restarted()


@pytest.mark.parametrize(
    ("point", "heard", "logged"),
    [(BEFORE_JOURNAL, ["q"], 1), (AFTER_JOURNAL, ["q", "q"], 2), (AFTER_SEND, ["q"], 1)],
)
def test_where_a_process_dies_decides_what_is_left_of_an_input(point: str, heard: list[str], logged: int) -> None:
    crash = Injection("crash", Crash(point, 3 * SECOND), party="teller", match=Match("ask", "q"), nth=1)
    stage = Stage(crash).ask("q")
    assert stage.heard() == heard
    words = [effect.word for line, _ in stage.kept.lines for effect in line.effects if type(effect) is Logged]
    assert words.count("heard") == logged
    assert len(stage.answered_at()) == 1


def test_a_process_may_die_again_while_it_is_coming_back() -> None:
    stop = Injection("stop", Stop(), party="teller", start=START + 2 * SECOND, lasts=3 * SECOND)
    again = Injection("again", Crash(DURING_RECOVERY, 4 * SECOND), party="teller", nth=1)
    meanwhile = Injection("meanwhile", Fact(Begin("it befell")), party="teller", start=START + 3 * SECOND)
    stage = Stage(stop, again, meanwhile)
    stage.world.feed([(START + SECOND, "asker", Begin("before")), (START + 20 * SECOND, "asker", Begin("after"))])
    stage.world.run(START + 60 * SECOND)
    teller = [(line.at - START, given.kind) for line, given in stage.kept.lines if line.party == "teller"]
    assert teller[1:] == [
        (5 * SECOND, "recovered"),
        (5 * SECOND, "restarted"),
        (9 * SECOND, "recovered"),
        (9 * SECOND, "restarted"),
        (9 * SECOND, "begin"),
        (20 * SECOND + HOP, "ask"),
    ]
    assert all(given.died_as == given.came_back_as for _, given in stage.kept.lines if type(given) is Recovered)


def test_nobody_dies_while_coming_back_who_never_died() -> None:
    again = Injection("again", Crash(DURING_RECOVERY, SECOND), party="teller")
    stage = Stage(again).ask("q")
    assert stage.world.truth().never_struck == ("again",)


def test_a_dead_process_has_lost_its_reminders() -> None:
    stop = Injection("stop", Stop(), party="asker", start=START + 2 * SECOND, lasts=SECOND)
    lost = Injection("lost", Loss(), links=(("teller", "asker"),), match=Match("answer"), nth=1)
    stage = Stage(stop, lost).ask("q")
    assert stage.heard() == ["q"]


def test_a_paused_process_hears_everything_afterwards_in_its_order() -> None:
    pause = Injection("pause", Pause(), party="teller", lasts=5 * SECOND)
    stage = Stage(pause).ask("a", "b")
    assert sorted(stage.heard()) == ["a", "b"]
    assert {line.at for line, given in stage.kept.lines if type(given) is Ask} == {START + 5 * SECOND}


def test_a_process_goes_on_when_the_last_fault_that_pauses_it_ends() -> None:
    long = Injection("long", Pause(), party="teller", lasts=8 * SECOND)
    short = Injection("short", Pause(), party="teller", start=START + 2 * SECOND, lasts=SECOND)
    stage = Stage(long, short).ask("a")
    assert {line.at for line, given in stage.kept.lines if type(given) is Ask} == {START + 8 * SECOND}


def test_a_lost_letter_to_oneself_leaves_the_asker_waiting() -> None:
    lost = Injection("lost", Loss(), links=(("teller", "asker"),), match=Match("answer"), nth=1)
    letter = Injection("letter", LetterLoss(), party="asker", match=Match("overdue"), nth=1)
    assert Stage(lost, letter).ask("q").heard() == ["q"]


def test_a_party_reads_its_own_clock_and_a_step_leaves_elapsed_time_alone() -> None:
    lost = Injection("lost", Loss(), links=(("teller", "asker"),), match=Match("answer"), nth=1)
    ahead = Injection("ahead", ClockOffset(100 * SECOND), party="asker")
    stage = Stage(lost, ahead).ask("q")
    asker = stage.parties["asker"]
    assert isinstance(asker, Asker)
    assert asker.times[0] == START + 101 * SECOND
    assert stage.answered_at() == [11 * SECOND + 2 * HOP]


def test_a_fast_clock_shortens_what_it_measures() -> None:
    lost = Injection("lost", Loss(), links=(("teller", "asker"),), match=Match("answer"), nth=1)
    fast = Injection("fast", ClockDrift(250_000), party="asker")
    assert Stage(lost, fast).ask("q").answered_at() == [9 * SECOND + 2 * HOP]


def test_a_fault_may_wait_for_another_one_or_for_a_word_in_a_log() -> None:
    first = Injection("first", Loss(), links=(("asker", "teller"),), match=Match("ask", "q"), nth=1)
    then = Injection("then", Loss(), links=(("teller", "asker"),), match=Match("answer", "q"), after="first", nth=1)
    assert Stage(first, then).ask("q").heard() == ["q", "q"]
    word = Injection("word", Fact(Begin("prompted")), party="asker", on_word="heard", on_about="q")
    assert Stage(word).ask("q").heard() == ["q", "prompted"]


def test_healing_ends_everything_and_lets_nothing_begin() -> None:
    down = Injection("down", Loss(), links=(("asker", "teller"),))
    stage = Stage(down)
    stage.world.feed([(START + SECOND, "asker", Begin("q"))])
    stage.world.run(START + 15 * SECOND)
    assert stage.heard() == []
    stage.world.heal()
    stage.world.run(START + 60 * SECOND)
    assert stage.heard() == ["q"]


def test_what_is_added_after_healing_begins_and_what_was_listed_before_does_not() -> None:
    waits = Injection("waits", Loss(), links=(("asker", "teller"),), start=START + 20 * SECOND)
    stage = Stage(waits)
    stage.world.run(START + SECOND)
    stage.world.heal()
    stage.world.injector.add(Injection("new", Loss(), links=(("teller", "asker"),), nth=1))
    stage.world.feed([(START + 30 * SECOND, "asker", Begin("q"))])
    stage.world.run(START + 60 * SECOND)
    states = {fault.id: (fault.state, fault.struck) for fault in stage.world.injector.faults()}
    assert states == {"waits": ("over", 0), "new": ("used-up", 1)}


def test_one_that_died_after_healing_comes_back_when_its_own_time_is_over() -> None:
    first = Injection("first", Crash(BEFORE_JOURNAL, 100 * SECOND), party="teller", match=Match("ask"), nth=1)
    stage = Stage(first).ask("q", until=10)
    stage.world.heal()
    stage.world.injector.add(Injection("second", Stop(), party="teller", start=START + 20 * SECOND, lasts=300 * SECOND))
    stage.world.run(START + 1_000 * SECOND)
    back = [line.at - START for line, given in stage.kept.lines if type(given) is Restarted]
    assert back == [10 * SECOND, 320 * SECOND], "the first one's way back is over with it"


def test_what_is_on_its_way_when_a_link_goes_down_is_lost() -> None:
    late = Injection("late", Delay(5 * SECOND), links=(("teller", "asker"),), nth=1)
    down = Injection("down", Partition(), links=BOTH, start=START + 3 * SECOND, lasts=5 * SECOND)
    assert Stage(late, down).ask("q").answered_at() == [11 * SECOND + 2 * HOP]


def test_a_link_opens_when_the_last_fault_that_closes_it_ends() -> None:
    long = Injection("long", Partition(), links=BOTH, lasts=30 * SECOND)
    short = Injection("short", Partition(), links=BOTH, start=START + 2 * SECOND, lasts=SECOND)
    stage = Stage(long, short)
    stage.world.feed([(START + 10 * SECOND, "asker", Begin("during")), (START + 40 * SECOND, "asker", Begin("after"))])
    stage.world.run(START + 60 * SECOND)
    assert stage.heard() == ["after"]


@pytest.mark.parametrize("lasts", [None, 50 * SECOND])
def test_a_fault_is_over_with_the_strike_that_uses_it_up(lasts: int | None) -> None:
    first = Injection("first", Loss(), links=(("teller", "asker"),), nth=1, lasts=lasts)
    third = Injection("third", Loss(), links=(("teller", "asker"),), nth=3, lasts=lasts)
    truth = Stage(first, third).ask("q").world.truth()
    ends = {band.fault: band.end for band in truth.bands}
    assert [strike.fault for strike in truth.strikes] == ["first"]
    assert ends == {"first": truth.strikes[0].at, "third": None if lasts is None else START + lasts}


def test_a_hold_is_over_when_it_lets_go_of_the_one_that_it_was_to_hold() -> None:
    held = Injection("held", Hold(), links=(("asker", "teller"),), nth=1, lasts=5 * SECOND)
    stage = Stage(held).ask("q")
    assert stage.answered_at() == [5 * SECOND + 2 * HOP]
    assert [band.end for band in stage.world.truth().bands] == [START + 5 * SECOND]


def test_what_is_held_waits_for_the_end_of_the_hold_and_not_of_another_fault() -> None:
    held = Injection("held", Hold(), links=(("asker", "teller"),), lasts=5 * SECOND)
    other = Injection("other", Delay(1), links=(("asker", "teller"),), match=Match("no-such"), lasts=3 * SECOND)
    assert Stage(held, other).ask("q").answered_at() == [5 * SECOND + 2 * HOP]


def test_a_process_is_back_when_the_last_fault_that_keeps_it_dead_ends() -> None:
    crash = Injection("crash", Crash(AFTER_SEND, 3 * SECOND), party="teller", match=Match("ask"), nth=1)
    stop = Injection("stop", Stop(), party="teller", start=START + 2 * SECOND, lasts=20 * SECOND)
    stage = Stage(crash, stop).ask("q")
    back = [line.at - START for line, given in stage.kept.lines if type(given) is Restarted]
    assert back == [22 * SECOND]


def test_healing_brings_the_dead_back_at_once() -> None:
    crash = Injection("crash", Crash(BEFORE_JOURNAL, 3_600 * SECOND), party="teller", match=Match("ask"), nth=1)
    stage = Stage(crash).ask("q", until=30)
    stage.world.heal()
    stage.world.run(START + 4_000 * SECOND)
    back = [line.at - START for line, given in stage.kept.lines if type(given) is Restarted]
    assert back == [30 * SECOND]
    assert len(stage.answered_at()) == 1


def test_a_fact_of_life_waits_for_a_dead_process() -> None:
    stop = Injection("stop", Stop(), party="asker", start=START + SECOND, lasts=10 * SECOND)
    fact = Injection("fact", Fact(Begin("meanwhile")), party="asker", start=START + 5 * SECOND)
    stage = Stage(stop, fact)
    stage.world.run(START + 60 * SECOND)
    told = [(line.at - START, given) for line, given in stage.kept.lines if line.party == "asker"]
    assert (11 * SECOND, Begin("meanwhile")) in told
    assert stage.heard() == ["meanwhile"]


def test_facts_befall_a_paused_process_in_their_order_whatever_ends_first() -> None:
    fact = Injection("fact", Fact(Begin("begun"), Begin("over")), party="asker", start=START + 5 * SECOND)
    pause = Injection("pause", Pause(), party="asker", start=START + SECOND)
    stage = Stage(fact, pause)
    stage.world.run(START + 10 * SECOND)
    stage.world.heal()
    assert [given.about for _, given in stage.kept.lines if type(given) is Begin] == ["begun", "over"]


def test_a_paused_process_hears_of_its_lines_in_their_order_whatever_ends_first() -> None:
    down = Injection("down", Partition(), links=BOTH, start=START + 5 * SECOND)
    pause = Injection("pause", Pause(), party="asker", start=START + SECOND)
    stage = Stage(down, pause, permanent=True)
    stage.world.run(START + 10 * SECOND)
    stage.world.heal()
    told = [type(given) for line, given in stage.kept.lines if line.party == "asker"]
    assert told == [Disconnected, Connected]


def test_each_of_several_messages_about_no_purchase_has_a_chance_of_its_own() -> None:
    some = Injection("some", Loss(), links=(("asker", "teller"),), chance_ppm=500_000)
    world = Stage(some).world
    link = world.seats["asker"].links["teller"]
    passed = [bool(list(world.injector.through_link(link, Send("teller", Ask(""))))) for _ in range(40)]
    assert 10 < passed.count(True) < 30
    again = [bool(list(world.injector.through_link(link, Send("teller", Ask("q"))))) for _ in range(40)]
    assert len(set(again)) == 1, "the same message of a purchase meets the same fate"


def test_speaking_to_nobody_is_our_own_bug() -> None:
    stage = Stage()
    stage.world.feed([(START, "asker", Begin("q"))])
    del stage.world.seats["asker"].links["teller"]
    with pytest.raises(NoSuchLink, match="asker connects to teller"):
        stage.world.run(START + SECOND)


def test_the_same_seed_writes_the_same_bytes_and_the_order_of_asking_does_not_matter_to_ties() -> None:
    def digest(seed: str, *abouts: str) -> tuple[str, list[str]]:
        stage = Stage(seed=seed).ask(*abouts)
        return stage.recorder.digest(), stage.heard()

    assert digest("1", "a", "b", "c") == digest("1", "a", "b", "c")
    orders = {tuple(digest(str(seed), *abouts)[1]) for seed in range(12) for abouts in ("abc", "cba")}
    assert len(orders) > 1, "ties are always broken the same way"
    for seed in range(6):
        assert digest(str(seed), "a", "b", "c")[1] == digest(str(seed), "c", "b", "a")[1]


def test_reminders_come_after_messages_of_the_same_instant() -> None:
    exactly = Injection("late", Delay(10 * SECOND - 2 * HOP), links=(("teller", "asker"),))
    stage = Stage(exactly).ask("q")
    assert stage.answered_at() == [11 * SECOND]
    assert stage.heard() == ["q"]


def test_a_sampled_history_keeps_whole_purchases_and_hashes_everything() -> None:
    written = io.BytesIO()
    full, sampled = Recorder(b"{}"), Recorder(b"{}", written, keep="sample")
    for n in range(500):
        line = Line(n + 1, START, "asker", Begin(f"order-{n}"), [])
        full.see(line, line.given)  # type: ignore[arg-type]
        sampled.see(line, line.given)  # type: ignore[arg-type]
    assert full.digest() == sampled.digest()
    assert 1 <= written.getvalue().count(b"order-") < 20


def test_a_full_store_hears_nothing_of_others_and_keeps_its_own_for_later() -> None:
    full = Injection("full", StoreFull(), party="teller", lasts=15 * SECOND)
    stage = Stage(full).ask("q")
    assert stage.heard() == ["q"], "the first two, at 1 s and at 11 s, were never heard"
    assert stage.answered_at() == [21 * SECOND + 2 * HOP]
    own = Injection("full", StoreFull(), party="asker", start=START + 5 * SECOND, lasts=30 * SECOND)
    lost = Injection("lost", Loss(), links=(("teller", "asker"),), nth=1)
    stage = Stage(own, lost).ask("q")
    assert stage.answered_at() == [35 * SECOND + 2 * HOP], "its reminder of 11 s waited until the store took it"


def test_what_waits_for_a_full_store_dies_with_the_process_but_for_facts_of_life() -> None:
    full = Injection("full", StoreFull(), party="asker", start=START + 5 * SECOND, lasts=30 * SECOND)
    lost = Injection("lost", Loss(), links=(("teller", "asker"),))
    stop = Injection("stop", Stop(), party="asker", start=START + 15 * SECOND, lasts=SECOND)
    stage = Stage(full, lost, stop).ask("q")
    told = [given.kind for line, given in stage.kept.lines if line.party == "asker"]
    assert told == ["begin", "connected", "recovered", "restarted"]
    assert [line.at - START for line, given in stage.kept.lines if type(given) is Restarted] == [35 * SECOND]


@pytest.mark.parametrize(("records", "left"), [(1, ["a", "b"]), (2, ["a"]), (9, [])])
def test_a_lost_tail_is_gone_with_all_that_was_answered(records: int, left: list[str]) -> None:
    tail = Injection("tail", StoreLostTail(records, 3 * SECOND), party="teller", match=Match("ask", "c"), nth=1)
    stage = Stage(tail)
    at = {"a": 1, "b": 2, "c": 3, "d": 8}
    stage.world.feed([(START + n * SECOND, "asker", Begin(about)) for about, n in at.items()])
    stage.world.run(START + 60 * SECOND)
    assert stage.answered_at()[:3] == [n * SECOND + 2 * HOP for n in (1, 2, 3)], "it had answered"
    (back,) = [given for _, given in stage.kept.lines if type(given) is Recovered]
    assert back.died_as != back.came_back_as
    assert msgspec.json.decode(stage.world.seats["teller"].party.snapshot()) == [*left, "d"]


def test_nothing_from_before_the_fault_began_is_lost() -> None:
    tail = Injection(
        "tail", StoreLostTail(100, SECOND), party="teller", match=Match("ask", "c"), start=START + 2 * SECOND
    )
    stage = Stage(tail)
    stage.world.feed([(START + n * SECOND, "asker", Begin(about)) for n, about in enumerate("abc", start=1)])
    stage.world.run(START + 60 * SECOND)
    assert msgspec.json.decode(stage.world.seats["teller"].party.snapshot()) == ["a"]


def test_an_old_copy_is_of_when_the_fault_began_and_comes_when_it_ends() -> None:
    copy = Injection(
        "copy", StoreOldCopy(2 * SECOND), party="teller", start=START + 2 * SECOND + 2 * HOP + 1, lasts=5 * SECOND
    )
    stage = Stage(copy)
    stage.world.feed([(START + n * SECOND, "asker", Begin(about)) for n, about in enumerate("abcd", start=1)])
    stage.world.run(START + 60 * SECOND)
    assert msgspec.json.decode(stage.world.seats["teller"].party.snapshot()) == ["a", "b"]
    assert [strike.what for strike in stage.world.truth().strikes] == ["old-copy"]


def test_a_healed_store_is_whole_from_then_on() -> None:
    tail = Injection("tail", StoreLostTail(1, 3 * SECOND), party="teller", match=Match("ask", "b"))
    full = Injection("full", StoreFull(), party="teller", start=START + 20 * SECOND)
    stage = Stage(tail, full)
    stage.world.feed([(START + n * SECOND, "asker", Begin(about)) for n, about in ((1, "a"), (30, "b"))])
    stage.world.run(START + 25 * SECOND)
    stage.world.heal()
    stage.world.run(START + 60 * SECOND)
    assert msgspec.json.decode(stage.world.seats["teller"].party.snapshot()) == ["a", "b"]
