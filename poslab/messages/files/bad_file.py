"""A paper that cannot be used: where, and why."""


class BadFile(ValueError):
    """``line`` counts from 1; ``field`` is the column, tag or element as the paper calls it, or ``""``."""

    def __init__(self, line: int, field: str, why: str) -> None:
        super().__init__(f"line {line}, {field}: {why}" if field else f"line {line}: {why}")
        self.line = line
        self.field = field
        self.why = why
