"""A text in the two languages that poslab speaks; which one is shown is decided where people look."""

from typing import Literal

from msgspec import Struct

Language = Literal["zh", "en"]


class Text(Struct, frozen=True):
    """The same sentence in Chinese and in English; both are always present."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        """The sentence in one language."""
        return self.zh if language == "zh" else self.en

    def fill(self, **values: object) -> "Text":
        """The text with ``{name}`` marks replaced; a missing value raises ``KeyError``."""
        return Text(self.zh.format(**values), self.en.format(**values))


class Unusable(ValueError):
    """What somebody gave cannot be used: ``why`` is for people, and ``str()`` is its English, for logs."""

    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return self.why.en
