"""The YAML reader we depend on keeps words as words (YAML 1.2), refuses doubled keys and knows its lines."""

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "NO", "y", "04:10", "1:30:00", "23:00"])
def test_a_word_stays_a_word(word: str) -> None:
    assert YAML(typ="safe", pure=True).load(f"at: {word}") == {"at": word}


def test_a_doubled_key_is_refused() -> None:
    with pytest.raises(DuplicateKeyError):
        YAML(typ="safe", pure=True).load("at: 1\nat: 2\n")


def test_each_node_knows_its_line() -> None:
    tree = YAML(typ="safe", pure=True).compose("story: x\nfaults:\n  - kind: on\n")
    faults = tree.value[1][1]
    kind, word = faults.value[0].value[0]
    assert (kind.value, kind.start_mark.line + 1) == ("kind", 3)
    assert word.tag == "tag:yaml.org,2002:str"
