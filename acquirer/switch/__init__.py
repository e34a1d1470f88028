"""The card network's switch, which routes by BIN; it never sees platform or host code."""
