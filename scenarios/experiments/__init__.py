"""Tries things on a whole family of runs: what if this message failed, what if somebody had done that."""
