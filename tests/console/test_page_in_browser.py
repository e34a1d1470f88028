"""The page in a real browser: no sideways scrolling on a phone, the language switch works, nothing is fetched."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from poslab.console.report.page import page
from poslab.console.story import story
from scenarios.schema.load import load
from scenarios.stage.play import play

QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")


@pytest.fixture(scope="module")
def browser(program: Callable[[str], Path]) -> Iterator[Browser]:
    chromium = program("chromium")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=str(chromium), args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with everything on it: two attempts, a returned payout would be less wide than this one."""
    run = play(load("op-double-swipe/no-paper", world="gateway-shop"), keep=True)
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page(story(run.world, run.pairs, run.truth, run.result)), encoding="utf-8")
    return path


@pytest.fixture(params=[(390, "light"), (1280, "light"), (390, "dark")], ids=["phone", "desk", "phone-dark"])
def opened(browser: Browser, report: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Page, list[str]]]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    tab = context.new_page()
    noticed: list[str] = []
    tab.on("request", lambda asked: noticed.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None)
    tab.on("console", lambda said: noticed.append(said.text))
    tab.on("pageerror", lambda error: noticed.append(str(error)))
    tab.goto(report.as_uri())
    yield tab, noticed
    context.close()


def sideways(tab: Page) -> int:
    wide: int = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return wide


def test_the_page_fits_and_both_languages_show(opened: tuple[Page, list[str]]) -> None:
    tab, noticed = opened
    for code, title, other in (("zh", "重复刷卡", "Swiped twice"), ("en", "Swiped twice", "重复刷卡")):
        tab.click(f".langs button[value={code}]")
        assert tab.locator("h1 span:visible").all_inner_texts() == [title]
        assert other not in tab.locator("h1").inner_text()
        assert tab.evaluate("document.documentElement.lang") == code
        assert tab.title().startswith(title)
        assert tab.locator(f".langs button[value={code}]").get_attribute("aria-pressed") == "true"
        assert sideways(tab) <= 0
        drawn = tab.locator("#sequence svg text:visible").all_text_contents()
        assert any("0200" in text for text in drawn)
    assert noticed == []


def test_everything_fits_when_all_is_unfolded(opened: tuple[Page, list[str]]) -> None:
    tab, _ = opened
    tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert sideways(tab) <= 0
    assert tab.locator("#books table:visible").count() > 4


def test_the_keyboard_reaches_languages_and_drawings(opened: tuple[Page, list[str]]) -> None:
    tab, _ = opened
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.locator(".langs button[value=zh]").focus()
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.documentElement.dataset.lang") == "zh"
    assert tab.locator("#sequence .wide[tabindex='0']").count() == 1


def test_a_run_can_be_scrubbed_through(opened: tuple[Page, list[str]]) -> None:
    """One moment, one board and its row of the drawing at a time; a message shows its bytes, masked."""
    tab, noticed = opened
    tab.click(".langs button[value=en]")
    moment, board = tab.locator(".moment:visible"), tab.locator(".board:visible")
    assert moment.count() == board.count() == 1 and "where is the money" in moment.inner_text()

    tab.locator("#sequence [data-row]", has_text="0200 sale request").first.dispatch_event("click")
    assert moment.count() == 1 and "0200 sale request" in moment.inner_text()
    assert tab.locator("#sequence .now").count() == 1
    at_first = board.inner_text()
    frame = tab.locator(".replay details:visible")
    frame.locator("summary").click()
    shown = frame.inner_text()
    assert "ISO 8583" in shown and "0200" in shown and "··" in shown and "(hidden)" in shown
    assert sideways(tab) <= 0

    tab.locator(".scrub input").focus()
    tab.keyboard.press("End")
    assert board.count() == 1 and board.inner_text() != at_first
    tab.click(".scrub [data-step='-1']")
    assert tab.locator(".scrub input").input_value() == str(int(tab.locator(".scrub input").get_attribute("max")) - 1)
    assert noticed == []
