"""Keyed chance: a draw follows from who is meant, never from what was drawn before."""

from hypothesis import given
from hypothesis import strategies as st

from poslab.runtime.chance import Chance

words = st.text(alphabet="abcdefgh0123456789-", max_size=8)


def test_one_more_draw_changes_no_other_draw() -> None:
    quiet, busy = Chance("7"), Chance("7")
    identities = [("loss", "host->T1", f"order-{n}", "0210") for n in range(200)]
    alone = [quiet.draw(*identity) for identity in identities]
    with_an_inquiry_between = []
    for identity in identities:
        busy.draw("loss", "T1->host", "inquiry", "0200")
        with_an_inquiry_between.append(busy.draw(*identity))
    assert alone == with_an_inquiry_between


def test_another_seed_draws_otherwise() -> None:
    assert Chance("1").draw("loss", "a->b", "x", "0200") != Chance("2").draw("loss", "a->b", "x", "0200")


@given(words, words, words, words, st.integers(1, 9), st.integers(0, 3))
def test_equal_identities_draw_equally(domain: str, link: str, about: str, kind: str, attempt: int, copy: int) -> None:
    assert Chance("s").draw(domain, link, about, kind, attempt, copy) == Chance("s").draw(
        domain, link, about, kind, attempt, copy
    )


def test_a_chance_in_ppm_strikes_about_as_often_as_it_says() -> None:
    chance = Chance("3")
    struck = sum(chance.happens(100_000, "loss", "a->b", f"order-{n}", "0200") for n in range(20_000))
    assert 1_800 < struck < 2_200
    assert not any(chance.happens(0, "loss", "a->b", f"order-{n}", "0200") for n in range(100))
    assert all(chance.happens(1_000_000, "loss", "a->b", f"order-{n}", "0200") for n in range(100))
