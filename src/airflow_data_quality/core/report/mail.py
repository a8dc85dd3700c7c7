"""A notice as HTML for a mail; its plain text is ``notice.plain``."""

from __future__ import annotations

from html import escape

from airflow_data_quality.core.report.notice import Notice, more, with_note

COLORS = {"error": "#b3261e", "warning": "#8a5a00", "info": "#1a5fb4", "good": "#1b7f3b"}
"""Level → of the bar beside the headline."""


def html(told: Notice) -> str:
    """Returns a notice as HTML that mail programs show: no scripts, no pictures, styles where they are used."""
    headline, *others = told.lines
    items = "".join(f"<li>{escape(text)}</li>" for text in (*map(with_note, others), *more(told)))
    rows = [(name, escape(value)) for name, value in told.facts.items()]
    rows += [(name, f'<a href="{escape(url)}">{escape(url)}</a>') for name, url in told.links.items()]
    cells = "".join(
        f'<tr><td style="padding:2px 12px 2px 0;color:#666">{escape(name)}</td><td>{value}</td></tr>' for name, value in rows
    )
    return (
        '<html><body style="font-family:sans-serif;font-size:14px">'
        f'<p style="border-left:4px solid {COLORS[told.level]};padding-left:10px">'
        f"<b>{escape(headline.text)}</b>{f'<br>{escape(headline.note)}' if headline.note else ''}</p>"
        f"{f'<ul>{items}</ul>' if items else ''}"
        f'<table style="border-collapse:collapse">{cells}</table>'
        "</body></html>"
    )
