"""How Chinese is broken into lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from poslab.console.speaker import chinese_lines

SAID = "发卡行已经批准并扣款，但应答丢了（原因码 98）。看到“冲正成功”为止；查询 net-response-lost 的说明。"


@pytest.mark.parametrize("room", range(20, 60))
def test_no_line_begins_with_a_full_stop_or_breaks_a_word(room: int) -> None:
    lines = chinese_lines(SAID, room)
    assert all(cell_len(line) <= room for line in lines)
    assert not any(line[0] in "，。；）”" for line in lines)
    assert any("net-response-lost" in line for line in lines)


@given(st.text(alphabet="钱在发卡行，。（）98 ab-", max_size=80), st.integers(6, 40))
def test_nothing_is_lost_but_blanks_at_line_ends(said: str, room: int) -> None:
    assert "".join(chinese_lines(said, room)).replace(" ", "") == said.replace(" ", "")
