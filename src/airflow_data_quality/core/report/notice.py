"""What people are told of a task or DAG: what is wrong and how bad, the worst first, since when, and where.

It holds what the checks themselves say, never a row's content beyond that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Literal, get_args

from airflow_data_quality.core.model.check import Severity
from airflow_data_quality.core.model.execution import Execution, Outcome
from airflow_data_quality.core.model.run import Verdict
from airflow_data_quality.core.report.text import ORDER, one_line

Level = Literal["error", "warning", "info", "good"]
"""How bad it is; ``good`` when nothing is wrong."""
WORST_FIRST: Sequence[Level] = get_args(Level)
OF_SEVERITY: dict[Severity, Level] = {"error": "error", "warn": "warning"}
"""Those of which people are told; ``info`` is recorded only."""
OF_VERDICT: dict[Verdict, Level] = {"failed": "error", "errored": "error", "warned": "warning", "passed": "good"}
LONGEST_LINE = 500
LONGEST_SUBJECT = 200
LONGEST_DATASET = 80


@dataclass(frozen=True)
class Occasion:
    """What happened, as far as those know who ran it."""

    what: str
    """The task or DAG: ``orders.quality``."""
    became: str
    """What became of it: ``failed``."""
    level: Level
    """How bad that is when no test says more."""
    key: str
    """The same whenever it happens to the same task or DAG."""
    reason: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    """Name → URL."""


@dataclass(frozen=True)
class Findings:
    """What checks found: whole executions, or what is left of them where these cannot be had."""

    executions: Sequence[Execution] = ()
    since: Mapping[str, datetime] = field(default_factory=dict)
    """Test id → since when its outcome is what it is, where that is known."""
    failing: Sequence[str] = ()
    """Ids of tests that failed or errored, of which no more is known."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Outcome → how many; of the executions where these are known."""
    verdict: Verdict | None = None
    """Of what is left; executions speak for themselves."""


@dataclass(frozen=True)
class Line:
    """One thing that is wrong, and what is to be added to it."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class Notice:
    """What is said, in the order in which it is read; each text is on one line."""

    subject: str
    lines: Sequence[Line]
    """The first is the headline."""
    more: int
    """How many things are wrong beside those."""
    facts: Mapping[str, str]
    links: Mapping[str, str]
    level: Level
    key: str


def notice(occasion: Occasion, findings: Findings, at_most: int) -> Notice:
    """Returns what is said of an occasion.

    Args:
        occasion: what happened.
        findings: what checks found there.
        at_most: how many tests are named.
    """
    bad = sorted((e for e in findings.executions if _is_told(e)), key=_badness)
    told = [_line(execution, findings.since.get(execution.test_id)) for execution in bad] or [*map(Line, findings.failing)]
    happened, counted = f"{occasion.what} {occasion.became}", _counted(findings)
    level = min([occasion.level, *_levels(bad, findings.verdict)], key=WORST_FIRST.index)
    reason = occasion.reason
    head = []
    if not bad or OF_SEVERITY[bad[0].severity] != level:
        said, reason = reason or counted, ""
        head = [Line(f"{happened}: {said}" if said else happened)]
    lines = [Line(_clean(line.text), line.note) for line in (*head, *told[:at_most])]
    facts = {"checks": counted, "what": happened, "error": reason, **occasion.facts}
    return Notice(
        subject=cut(lines[0].text if head else _clean(f"{happened}: {lines[0].text}"), LONGEST_SUBJECT),
        lines=lines,
        more=max(len(told) - at_most, 0),
        facts={name: _clean(value) for name, value in facts.items() if value},
        links={_clean(name): _clean(url, 2000) for name, url in occasion.links.items() if url},
        level=level,
        key=occasion.key,
    )


def plain(told: Notice) -> str:
    """Returns a notice as text."""
    headline, *others = told.lines
    blocks = [
        [headline.text, *([headline.note] if headline.note else [])],
        [*(f"- {with_note(line)}" for line in others), *more(told)],
        [f"{name}: {value}" for name, value in (*told.facts.items(), *told.links.items())],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def with_note(line: Line) -> str:
    """Returns a line with what is to be added to it."""
    return f"{line.text} ({line.note})" if line.note else line.text


def more(told: Notice) -> Sequence[str]:
    """Returns the line that says how many things are not named, or none."""
    return [f"and {told.more:,} more"] if told.more else []


def cut(text: str, longest: int) -> str:
    """Returns a text of at most so many characters; one that was longer ends in ``…``."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _is_told(execution: Execution) -> bool:
    return execution.outcome in ("failed", "errored") and execution.severity in OF_SEVERITY


def _badness(execution: Execution) -> tuple[int, int, float]:
    """Returns what the worst has the least of: errors first, failed before errored, then the greatest share of failing rows."""
    share = execution.failing / execution.checked if execution.failing and execution.checked else 0.0
    return get_args(Severity).index(execution.severity), ORDER[execution.outcome], -share


def _line(execution: Execution, since: datetime | None) -> Line:
    text = f"{cut(execution.dataset.text, LONGEST_DATASET)}, {execution.label}: {execution.message}"
    notes = ["warning"] if execution.severity == "warn" else []
    if since is not None:
        notes.append("new" if since >= execution.started_at else f"since {since.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC")
    return Line(text, ", ".join(notes))


def _counted(findings: Findings) -> str:
    counts: Counter[str] = Counter(e.outcome for e in findings.executions) or Counter(findings.counts)
    parts = [f"{counts[outcome]:,} {outcome}" for outcome in sorted(get_args(Outcome), key=lambda o: ORDER[o]) if counts[outcome]]
    return f"{', '.join(parts)} of {counts.total():,} checks" if parts else ""


def _levels(bad: Sequence[Execution], verdict: Verdict | None) -> Sequence[Level]:
    """Returns how bad it is by the worst test, or by the verdict where that is all that is left."""
    if bad:
        return [OF_SEVERITY[bad[0].severity]]
    return [] if verdict is None else [OF_VERDICT[verdict]]


def _clean(text: str, longest: int = LONGEST_LINE) -> str:
    """Returns a text on one line that any encoding of Unicode can hold."""
    return cut(one_line(text).encode("utf-8", "replace").decode(), longest)
