"""A good scenario file, and what may be wrong in it."""

GOOD = """\
schema: poslab/1
id: my-story
title: {zh: 我的故事, en: My story}
world: {preset: corner-shop}
workload:
  - {order: victim, at: "10:15:30", terminal: T1, amount: "128.00", card: good-debit}
  - {order: other, at: "+5m", terminal: T2, amount: "8.80", card: good-credit}
faults:
  - {id: lost, fault: loss, link: "host->T1", match: {kind: "0210", order: victim}, nth: 1}
  - {id: gone, fault: stop, process: host, at: "11:00", for: 10m}
people: {cashier: by-the-book}
complaint: {order: victim, at: "+75s"}
heal: {at: "+2h", converge_within: 30m}
expect:
  complaint: {victim: {truth: M1, terminal: unknown}}
  end: {victim: {charged_net: 0}}
"""

# What is changed in the good file, the line and key that must be named, and words of the sentence.
WRONG = [
    ("id: my-story", "idd: my-story", 2, "idd", ["unknown key 'idd'", "did you mean id?"]),
    ("nth: 1", "nthh: 1", 9, "faults.0.nthh", ["unknown key", "did you mean nth?"]),
    ('kind: "0210"', 'kynd: "0210"', 9, "faults.0.match.kynd", ["unknown key", "kind"]),
    ("schema: poslab/1", "schema: poslab/2", 1, "schema", ["'poslab/2'", "poslab/1"]),
    ("id: my-story\n", "", 1, "id", ["the key id is missing", "add it"]),
    ('amount: "128.00"', "amount: 128.00", 6, "workload.0.amount", ["text is wanted", "quotes"]),
    ('amount: "128.00"', 'amount: "0.00"', 6, "workload.0.amount", ["above 0.00", "128.00"]),
    ('amount: "128.00"', 'amount: "-5.00"', 6, "workload.0.amount", ["above 0.00"]),
    ('amount: "128.00"', 'amount: "1,280.00"', 6, "workload.0.amount", ["'1,280.00'", "quotes"]),
    ("nth: 1", "nth: first", 9, "faults.0.nth", ["whole number", "'first'"]),
    ("nth: 1", "nth: 0", 9, "faults.0.nth", ["out of range", "at least 1"]),
    ("nth: 1", "nth: true", 9, "faults.0.nth", ["whole number", "true"]),
    ("people: {cashier: by-the-book}", "people: [cashier]", 11, "people", ["keys with values", "not a list"]),
    ("{charged_net: 0}", "[]", 16, "expect.end.victim", ["keys with values"]),
    ('"10:15:30"', '"25:15:30"', 6, "workload.0.at", ["'25:15:30'", "no clock shows this time"]),
    ('"10:15:30"', '"2026-02-30 10:00"', 6, "workload.0.at", ["there is no such day"]),
    ('"10:15:30"', '"2025-12-31 10:00"', 6, "workload.0.at", ["before the world's first day"]),
    ('"10:15:30"', "evening", 6, "workload.0.at", ["counts from a sale"]),
    ("for: 10m", "for: 10 minutes", 10, "faults.1.for", ["a length is written", "45s"]),
    ("card: good-debit", "card: goood-debit", 6, "workload.0.card", ["no test card", "did you mean good-debit?"]),
    ("terminal: T1", "terminal: T9", 6, "workload.0.terminal", ["there is no terminal 'T9'", "T1"]),
    ("order: other", "order: victim", 7, "workload.1.order", ["given twice", "script"]),
    ("id: gone", "id: lost", 10, "faults.1.id", ["given twice", "its own"]),
    ("fault: loss", "fault: lost", 9, "faults.0.fault", ["'lost' is not known", "did you mean loss?"]),
    ("fault: loss, ", "", 9, "faults.0.fault", ["the key fault is missing"]),
    ("host->T1", "host->T7", 9, "faults.0.link", ["there is no 'T7'", "T1"]),
    ("host->T1", "bank->T1", 9, "faults.0.link", ["bank does not speak to T1"]),
    ("host->T1", "host", 9, "faults.0.link", ["no link", "host->T1"]),
    ("host->T1", "platform->T1", 9, "faults.0.link", ["there is no 'platform'", "corner-shop"]),
    ("host->T1", "T1->host", 9, "faults.0.match.kind", ["never passes T1->host", "nothing"]),
    ("host->T1", "host->T2", 9, "faults.0.match", ["never comes to T2", "T1"]),
    ('kind: "0210", order: victim', 'kind: "0210", order: victm', 9, "faults.0.match.order", ["did you mean victim?"]),
    ("process: host", "process: hosst", 10, "faults.1.process", ["'hosst'", "did you mean host?"]),
    ("process: host", "process: cashier", 10, "faults.1.process", ["'cashier'"]),
    ('at: "11:00", for: 10m', "for: 10m", 10, "faults.1", ["nothing says when", "add at"]),
    ('at: "11:00", for: 10m', 'at: "11:00", until: "10:59"', 10, "faults.1.until", ["not after its beginning"]),
    ('at: "11:00", for: 10m', 'at: "11:00", for: 1m, until: "11:30"', 10, "faults.1.until", ["for and until"]),
    ('at: "11:00", for: 10m', 'at: "11:00", after: lost', 10, "faults.1.after", ["at and after"]),
    ('at: "11:00", for: 10m', "after: nobody", 10, "faults.1.after", ["no other fault 'nobody'"]),
    ('at: "11:00", for: 10m', "after: lost, until: evening", 10, "faults.1.until", ["for instead"]),
    ('at: "11:00", for: 10m', "on: {word: sneezed}", 10, "faults.1.on.word", ["nobody ever logs 'sneezed'"]),
    ('at: "11:00", for: 10m', 'at: "13:00"', 10, "faults.1.at", ["not before heal.at"]),
    ('at: "11:00", for: 10m', 'at: "2026-03-01 10:00"', 10, "faults.1.at", ["after the scenario's end"]),
    ("cashier: by-the-book", "cashier: by-the-bok", 11, "people.cashier", ["did you mean by-the-book?"]),
    ('at: "+75s"}', 'at: "10:15:00"}', 12, "complaint.at", ["before the sale"]),
    ("complaint: {order: victim", "complaint: {order: victor", 12, "complaint.order", ["did you mean victim?"]),
    ('heal: {at: "+2h"', 'heal: {at: "09:00"', 13, "heal.at", ["before the first sale"]),
    (
        'complaint: {order: victim, at: "+75s"}',
        'complaint: [{order: victim, at: "+75s"}, {order: victim, at: "+2m"}]',
        12,
        "complaint.1.order",
        ["asks about order 'victim' twice"],
    ),
    ("truth: M1", "truth: M7", 15, "expect.complaint.victim.truth", ["'M7' is no truth", "M0"]),
    ("terminal: unknown", "terminal: unsure", 15, "expect.complaint.victim.terminal", ["no word of the view terminal"]),
    ("{victim: {truth", "{other: {truth", 15, "expect.complaint.other", ["nobody complains about order 'other'"]),
    ("end: {victim", "end: {nobody", 16, "expect.end.nobody", ["there is no order 'nobody'"]),
    ("preset: corner-shop", "preset: corner-shopp", 4, "world.preset", ["no preset", "did you mean corner-shop?"]),
    (
        "preset: corner-shop",
        "preset: corner-shop, settings: {terminal: {T8: {policy: drop}}}",
        4,
        "world.settings.terminal.T8",
        ["no terminal 'T8'"],
    ),
    (
        "preset: corner-shop",
        "preset: corner-shop, settings: {terminal: {T1: {policy: dropp}}}",
        4,
        "world.settings.terminal.T1.policy",
        ["did you mean drop?"],
    ),
    ("preset: corner-shop", "file: elsewhere.yaml", 4, "world.file", ["elsewhere.yaml", "no such file"]),
]
