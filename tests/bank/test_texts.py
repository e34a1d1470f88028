"""What the cardholder reads."""

import pytest

from bank.texts import SMS, sms_text
from poslab.messages.people import Sms
from poslab.party.time import HOUR, MINUTE, midnight
from poslab.text import Text
from poslab.world.calendar import Calendar
from poslab.world.cards import CARDS
from poslab.world.world import Issuer

AT = midnight(Calendar().first_day) + 10 * HOUR + 15 * MINUTE


def test_a_debit_reads_as_banks_write_it() -> None:
    text = sms_text(Sms("victim", "spent", "good-debit", 12_800, AT, 9_987_200), CARDS["good-debit"], Issuer().name)
    assert text == Text(
        "【模拟发卡行】您尾号0014的借记卡于01月05日10:15消费128.00元，余额99,872.00元。(模拟)",
        "[Simulated Issuer] Your debit card ending 0014 paid 128.00 yuan at 10:15 on 2026-01-05; "
        "balance 99,872.00 yuan. (simulated)",
    )


@pytest.mark.parametrize("word", ["spent", "returned", "refunded", "hold", "hold-released"])
@pytest.mark.parametrize("card", ["good-debit", "good-credit"])
def test_each_word_is_a_whole_sentence_in_both_languages(word: str, card: str) -> None:
    text = sms_text(Sms("", word, card, 100, AT, 5_000), CARDS[card], Issuer().name)
    for sentence in (text.zh, text.en):
        assert "1.00" in sentence
        assert "50.00" in sentence
        assert CARDS[card].masked[-4:] in sentence
        assert "{" not in sentence
    assert "可用额度" in text.zh or card == "good-debit"


def test_the_words_are_the_closed_list() -> None:
    assert set(SMS) == {"spent", "returned", "refunded", "hold", "hold-released"}
