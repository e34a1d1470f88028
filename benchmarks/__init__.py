"""How fast poslab is, beside simpler things that do less; contestants take turns in one run."""
