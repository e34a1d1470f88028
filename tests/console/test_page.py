"""The page of a run: one file, both languages, nothing from outside, nothing unescaped, nothing secret."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from console.sample import lost_answer

from poslab.console.report.page import page
from poslab.console.story import story
from scenarios.schema.load import load
from scenarios.schema.sources import library_ids
from scenarios.stage.play import play

VOID = {"meta", "link", "br", "hr", "img", "input"}
_BAND_OF_LOST = re.compile(
    r'<rect class="band faint" x="(\d+)"[^>]* width="(\d+)"[^>]*><title>lost host-&gt;T1</title></rect>'
    r'<path class="strike" d="M(\d+) '
)
HOSTILE = "<script>alert(1)</script>\"'&<b>"


class Reader(HTMLParser):
    """Reads a page as a browser would, and is strict about what is left open."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.seen = {"zh": "", "en": ""}
        self._language: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.tags.append(tag)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found[name] or "" for name in ("href", "src", "action", "xlink:href") if name in found]
        assert not any(name.startswith("on") for name in found), found
        if tag not in VOID:
            self.open.append(tag)
            classes = (found.get("class") or "").split()
            own = next((language for language in ("zh", "en") if language in classes), "")
            self._language.append(own or (self._language[-1] if self._language else ""))

    def handle_endtag(self, tag: str) -> None:
        assert tag not in VOID
        assert self.open.pop() == tag
        self._language.pop()

    def handle_data(self, data: str) -> None:
        if self._language and self._language[-1]:
            self.seen[self._language[-1]] += data + "\n"


@cache
def page_of(name: str) -> str:
    run = play(load(name), keep=True)
    return page(story(run.world, run.pairs, run.truth, run.result))


@pytest.mark.parametrize("name", library_ids())
def test_every_scenario_makes_a_sound_page_of_its_own(name: str) -> None:
    text = page_of(name)
    read = Reader(text)
    assert text.startswith("<!doctype html>")
    assert len(read.ids) == len(set(read.ids))
    anchors = [link[1:] for link in read.links if link.startswith("#")]
    assert set(anchors) <= set(read.ids)
    assert read.tags.count("svg") >= 1
    assert read.tags.count("h1") == 1


@pytest.mark.parametrize("name", library_ids())
def test_nothing_is_fetched_from_anywhere(name: str) -> None:
    text = page_of(name)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", text.replace("http-equiv", ""))
    assert all(link.startswith("#") or link == "data:," for link in Reader(text).links)


@pytest.mark.parametrize("name", library_ids())
def test_no_card_number_is_on_it(name: str) -> None:
    shown = re.sub(r"<(style|script)>.*?</\1>", "", page_of(name), flags=re.DOTALL)
    numbers = [found for found in re.findall(r"(?<!\d)\d{13,19}(?!\d)", shown) if not found.startswith("9990000")]
    assert numbers == []


@pytest.mark.parametrize("name", library_ids())
def test_both_languages_are_there_and_neither_stands_in_the_other(name: str) -> None:
    seen = Reader(page_of(name)).seen
    assert len(re.findall(r"[\u4e00-\u9fff]", seen["zh"])) > 400
    assert len(seen["en"]) > 2_000
    strangers = [line for line in seen["en"].splitlines() if re.search(r"[\u4e00-\u9fff]", line)]
    assert strangers == []


def test_the_four_answers_stand_before_everything_else() -> None:
    text = page_of("net-response-lost")
    places = [text.index(f'id="{part}"') for part in ("answers", "seen", "timeline", "sequence", "papers", "books")]
    assert places == sorted(places)
    for question in ("Why?", "Can it be cancelled?", "What now, and what never?", "What prevents it?"):
        assert question in text
    for question in ("为什么？", "能取消吗？", "现在怎么办？什么绝不能做？", "如何预防？"):
        assert question in text


def test_the_lost_message_is_crossed_out_and_its_fault_named() -> None:
    text = page(story(*lost_answer()))
    assert text.count('class="cross"') == 1
    assert "0210 sale answer 00 — lost (fault lost)" in text
    assert "0210 消费应答 00 — 丢失（故障 lost）" in text
    assert "timer 60 s" in text


def test_a_band_on_the_time_line_ends_with_the_strike_that_uses_its_fault_up() -> None:
    text = page_of("net-response-lost")
    begins, wide, strikes = map(int, re.search(_BAND_OF_LOST, text).groups())  # type: ignore[union-attr]
    assert begins + wide == strikes


def test_slips_look_like_slips() -> None:
    text = page(story(*lost_answer()))
    assert text.count('class="slip"') == 1
    assert "冲正成功单" in text
    assert "999999******0014" in text


def test_hostile_text_stays_text() -> None:
    text = page(story(*lost_answer(HOSTILE)))
    Reader(text)
    assert "<script>alert" not in text
    assert HOSTILE not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;&lt;b&gt;" in text


def test_several_purchases_have_places_of_their_own() -> None:
    from msgspec.structs import replace

    world, pairs, truth, result = lost_answer()
    second = replace(result.purchases[0], order="second", at_complaint=None)
    text = page(story(world, pairs, truth, replace(result, purchases=(*result.purchases, second))))
    read = Reader(text)
    assert {"answers-1", "answers-2", "sequence-1", "sequence-2"} <= set(read.ids)
    assert len(read.ids) == len(set(read.ids))


MANY = """
schema: poslab/1
id: many
world: corner-shop
workload:
  - {order: a, at: "10:15:30", terminal: T1, amount: "100.00", card: good-debit, every: 1d, count: 5}
faults:
  - {id: frozen, fault: account-frozen, at: "T+2 09:00", direction: both}
complaint: {order: a-3, at: overdue}
"""


def test_many_days_and_purchases_are_drawn_and_every_uncredited_one_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    path.write_text(MANY, encoding="utf-8")
    run = play(load(path), keep=True)
    written = page(story(run.world, run.pairs, run.truth, run.result))
    read = Reader(written)
    assert "overview" in read.ids
    assert "#answers-1" in read.links
    assert re.search(r"at risk \d+\.\d\d \(a-1, a-2\)", written)
    assert "5 purchases: 0 were credited, once and for use; 5 were not, and this is why:" in read.seen["en"]
    assert read.seen["en"].count("The merchant's account is frozen") >= 5


def test_one_purchase_of_two_days_needs_no_overview() -> None:
    assert "overview" not in Reader(page_of("net-response-lost")).ids


def test_the_page_shows_what_reconciliation_found_with_its_owner() -> None:
    text = page_of("net-duplicate-delivery")
    section = text[text.index('id="reconciliation"') :]
    for said in ("重复", "duplicate", "owed once", "128.00", "acquirer", "2026-01-06", "[0-1]"):
        assert said in section, said
    assert "The lists agree." in page_of("ok-not-due")
