"""A notice as a Slack message, in blocks whose texts are no longer than Slack takes.

What comes from outside is escaped, and ``verbatim`` keeps Slack from making mentions and links of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow_data_quality.core.report.notice import Line, Notice, cut, more

COLORS = {"error": "red", "warning": "large_yellow", "info": "large_blue", "good": "large_green"}
"""Level → of the circle before the headline, as Slack calls it."""
LONGEST_TEXT = 3000
"""Characters of a section's text; more is refused by Slack."""
LONGEST_ELEMENT = 300
"""Characters of each of the small texts at the end, of which a block has ten at most."""


def text(told: Notice) -> str:
    """Returns what a notification and a client without blocks show."""
    return _escaped(told.subject, LONGEST_TEXT)


def blocks(told: Notice) -> Sequence[dict[str, Any]]:
    """Returns the headline, a block for each other line, then facts and links in small print."""
    headline, *others = told.lines
    sections = [
        _section(f":{COLORS[told.level]}_circle: ", headline),
        *(_section("• ", line) for line in others),
        *(_section("• ", Line(said)) for said in more(told)),
    ]
    small = [f"{name}: {value}" for name, value in told.facts.items()]
    elements = [_markdown(_escaped(fact, LONGEST_ELEMENT)) for fact in small]
    elements += [_markdown(f"<{_address(url)}|{_escaped(name, LONGEST_ELEMENT)}>") for name, url in told.links.items()]
    contexts = [{"type": "context", "elements": elements[at : at + 10]} for at in range(0, len(elements), 10)]
    return [*sections, *contexts]


def _section(mark: str, line: Line) -> dict[str, Any]:
    note = f"\n_{_escaped(line.note, 100)}_" if line.note else ""
    return {"type": "section", "text": _markdown(mark + _escaped(line.text, LONGEST_TEXT - len(mark) - len(note)) + note)}


def _markdown(written: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": written, "verbatim": True}


def _escaped(given: str, longest: int) -> str:
    """Returns a text in which Slack sees no command, of at most so many characters as they are sent, cut in no escape."""
    kept = cut(given, longest)
    while len(written := kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")) > longest:
        kept = cut(kept, len(kept) - max(1, (len(written) - longest) // 5))
    return written


def _address(url: str) -> str:
    """Returns a URL that ends neither itself nor its link too early."""
    return url.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
