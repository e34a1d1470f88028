"""Two troubles in one sale: what keeps its money now is the cause, and what came before it is named beside it."""

from pathlib import Path

from scenarios.schema.load import load
from scenarios.stage.play import play

STORY = """
schema: poslab/1
id: wrong-and-waiting
world: {preset: corner-shop, settings: {acquirer: {capture: terminal}}}
workload:
  - {order: victim, at: "10:15:30", terminal: T1, amount: "128.00", card: good-debit, keyed: "1280.00"}
faults:
  - {id: line, fault: partition, link: "T1<->host", at: "20:00"}
people: {cashier: {script: {base: by-the-book, steps: [{at: "21:30", do: settle, terminal: T1}]}}}
complaint: {order: victim, at: overdue}
heal: {at: "2026-01-06 12:00", converge_within: 30m}
until: "2026-01-08 12:00"
"""
"""A wrong amount is keyed in, and its batch is what claims it: that is settled a day late."""


def test_a_wrong_amount_that_waits_for_its_batch_is_told_as_both(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(STORY, encoding="utf-8")
    (bought,) = play(load(path)).result.purchases
    asked, end = bought.at_complaint, bought.end
    assert asked is not None and asked.diagnosis is not None and end.diagnosis is not None
    assert (asked.truth, asked.diagnosis.cause, asked.diagnosis.contributing) == (
        "M3", "term-batch-not-closed", ("op-wrong-amount",),
    )  # fmt: skip
    assert (end.truth, end.views.merchant, end.diagnosis.cause) == ("M4", "credited", "op-wrong-amount")
