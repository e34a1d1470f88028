"""Pieces of HTML and SVG. Whatever comes from a run passes ``safe`` before it stands on the page."""

from html import escape

from poslab.text import Text


def safe(text: object) -> str:
    """Text as it may stand between tags and in attributes."""
    return escape(str(text), quote=True)


def both(text: Text) -> str:
    """A text in both languages, of which the page shows one."""
    if text.zh == text.en:
        return safe(text.zh)
    return f'<span class="zh" lang="zh">{safe(text.zh)}</span><span class="en" lang="en">{safe(text.en)}</span>'


def tag(name: str, content: str, classes: str = "", **attributes: str) -> str:
    """An element around content that is safe already."""
    head = f' class="{safe(classes)}"' if classes else ""
    rest = "".join(f' {key.rstrip("_").replace("_", "-")}="{safe(value)}"' for key, value in attributes.items())
    return f"<{name}{head}{rest}>{content}</{name}>"


def svg_text(x: int, y: int, text: Text, classes: str = "", anchor: str = "start") -> str:
    """A text in a drawing, in both languages."""
    if text.zh == text.en:
        return _svg_text(x, y, text.zh, classes, anchor)
    zh = _svg_text(x, y, text.zh, f"{classes} zh".strip(), anchor, "zh")
    return zh + _svg_text(x, y, text.en, f"{classes} en".strip(), anchor, "en")


def svg_box(x: int, y: int, wide: int, high: int, classes: str, title: str = "") -> str:
    """A rounded box; its title is what the pointer shows."""
    told = f"<title>{safe(title)}</title>" if title else ""
    return f'<rect class="{classes}" x="{x}" y="{y}" width="{wide}" height="{high}" rx="4">{told}</rect>'


def _svg_text(x: int, y: int, text: str, classes: str, anchor: str, lang: str = "") -> str:
    named = f' lang="{lang}"' if lang else ""
    return f'<text x="{x}" y="{y}" class="{classes}" text-anchor="{anchor}"{named}>{safe(text)}</text>'


def width(text: str, size: int = 11) -> int:
    """About how wide a text is in a drawing, in its units; Chinese characters are as wide as high."""
    return sum(size if ord(letter) > 0x2E7F else size * 6 // 11 for letter in text)


def fitting(text: Text, room: int, size: int = 11) -> Text:
    """The text, in each language cut to the room there is; ``""`` where not even a few letters fit."""
    return Text(_cut(text.zh, room, size), _cut(text.en, room, size))


def _cut(text: str, room: int, size: int) -> str:
    if width(text, size) <= room:
        return text
    kept = ""
    for letter in text:
        if width(kept + letter + "…", size) > room:
            break
        kept += letter
    return f"{kept}…" if len(kept) > 2 else ""
