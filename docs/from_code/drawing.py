"""Draws a state table as SVG: a line for each state, an arrow for each move, the reasons above the arrow.

No layout is searched for: arrows stand below each other in the order of the table, so that a picture changes only
where its table does. Light and dark are left to the reader's settings.
"""

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr


class Arrow(NamedTuple):
    """A move from one state to another, and what can bring it about."""

    before: str
    after: str
    labels: tuple[str, ...]


_LETTER, _LINE, _GAP, _MARGIN, _HEAD = 7, 16, 18, 24, 54
_LEAST = 120

_STYLE = """
text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #1f2430 }
.name { font-weight: bold; text-anchor: middle }
.box { fill: #eef2f8; stroke: #5b6b85 }
.life { stroke: #c3cbd8; stroke-dasharray: 3 4 }
.move { stroke: #2b5fa8; stroke-width: 1.5 }
.tip { fill: #2b5fa8 }
.paper { fill: #ffffff }
.back { fill: #ffffff; opacity: .85 }
@media (prefers-color-scheme: dark) {
text { fill: #e4e8f0 } .box { fill: #262e3d; stroke: #8fa0bd } .life { stroke: #4a5468 }
.move { stroke: #82b1ff } .tip { fill: #82b1ff } .paper { fill: #161b24 } .back { fill: #161b24 }
}
"""


def drawn(title: str, states: Sequence[str], arrows: Sequence[Arrow]) -> str:
    """The whole picture as one SVG document."""
    step = max(_LEAST, max(len(state) for state in states) * _LETTER + 40)
    at = {state: _MARGIN + step // 2 + number * step for number, state in enumerate(states)}
    widest = max((len(label) for arrow in arrows for label in arrow.labels), default=0) * _LETTER
    width = max(2 * _MARGIN + step * len(states), widest + 2 * _MARGIN)
    body: list[str] = []
    y = _HEAD + _GAP
    for arrow in arrows:
        left, right = sorted((at[arrow.before], at[arrow.after]))
        for label in arrow.labels:
            x = min(
                max((left + right) // 2, _MARGIN + len(label) * _LETTER // 2),
                width - _MARGIN - len(label) * _LETTER // 2,
            )
            half = len(label) * _LETTER // 2 + 3
            y += _LINE
            body.append(f'<rect class="back" x="{x - half}" y="{y - 12}" width="{2 * half}" height="{_LINE}"/>')
            body.append(f'<text x="{x}" y="{y}" text-anchor="middle">{escape(label)}</text>')
        y += 8
        body.append(_arrow(at[arrow.before], at[arrow.after], y))
        y += _GAP
    height = y + _MARGIN
    heads = [
        f'<line class="life" x1="{x}" y1="{_HEAD - 10}" x2="{x}" y2="{height - _MARGIN}"/>'
        f'<rect class="box" x="{x - step // 2 + 8}" y="{_MARGIN - 4}" width="{step - 16}" height="26" rx="6"/>'
        f'<text class="name" x="{x}" y="{_MARGIN + 13}">{escape(state)}</text>'
        for state, x in at.items()
    ]
    open_tag = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label={quoteattr(f"state diagram: {title}")}>'
    )
    paper = f'<rect class="paper" width="{width}" height="{height}"/>'
    return "\n".join([open_tag, f"<style>{_STYLE}</style>", paper, *heads, *body, "</svg>"]) + "\n"


def _arrow(x1: int, x2: int, y: int) -> str:
    back = 9 if x2 > x1 else -9
    return (
        f'<line class="move" x1="{x1}" y1="{y}" x2="{x2 - back}" y2="{y}"/>'
        f'<path class="tip" d="M{x2} {y}L{x2 - back} {y - 4}L{x2 - back} {y + 4}Z"/>'
    )
