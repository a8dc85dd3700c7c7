"""Steps → SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from airflow_data_quality.core.sql.dialect import Dialect
from airflow_data_quality.core.sql.keys import KeyForms
from airflow_data_quality.core.sql.steps import Bundle, Cell, Implied, OwnStep, Proved, Question, ScanStep, Step
from airflow_data_quality.core.sql.values import Ranked, Single


@dataclass(frozen=True)
class Opening:
    """The statement with which a step begins, before anything is known of the data."""

    sql: str
    names: tuple[str, ...] | None
    """What its columns are called; None where that is the user's business."""


def select(cells: Sequence[Cell], names: Sequence[str]) -> str:
    """Returns one SELECT over the source that all the cells share."""
    columns = ",\n  ".join(f"{cell.text} AS {name}" for cell, name in zip(cells, names, strict=True))
    source = cells[0].source
    where = f"\nWHERE (\n{source.where}\n)" if source.where is not None else ""
    return f"SELECT\n  {columns}\nFROM {source.text}{where}"


def opening(step: Step) -> Opening | None:
    """Returns how a step begins; None where that depends on what others find, or nothing is asked."""
    match step:
        case ScanStep(cells):
            names = _numbered(len(cells))
            return Opening(select(cells, names), names)
        case Bundle(parts, united=True):
            return _united(parts)
        case Bundle(parts):
            return _bundled(parts)
        case OwnStep(own=KeyForms() as forms):
            return Opening(forms.fast, ("checked", "keys")) if forms.fast else Opening(forms.exact, ("checked", "failing"))
        case OwnStep(own=Single() as single):
            return Opening(single.sql, single.names)
        case _:
            return None


def _bundled(parts: Sequence[ScanStep | OwnStep]) -> Opening:
    """Returns one row of all parts' rows side by side: each is planned by itself, in parallel too where it is worth it."""
    openings = [part for part in map(opening, parts) if part is not None and part.names is not None]
    columns = [f"s{number}.{name}" for number, part in enumerate(openings) for name in part.names or ()]
    names = _numbered(len(columns))
    named = ", ".join(f"{column} AS {name}" for column, name in zip(columns, names, strict=True))
    rows = "\nCROSS JOIN ".join(f"(\n{part.sql}\n) AS s{number}" for number, part in enumerate(openings))
    return Opening(f"SELECT {named}\nFROM {rows}", names)


def _united(parts: Sequence[ScanStep | OwnStep]) -> Opening:
    """Returns a row for each part: its number and its two counts, so that no two types meet in a column."""
    openings = [part for part in map(opening, parts) if part is not None and part.names is not None]
    rows = [
        f"SELECT {number} AS m0, {', '.join(f'{name} AS m{place}' for place, name in enumerate(part.names or (), 1))}\n"
        f"FROM (\n{part.sql}\n) AS s"
        for number, part in enumerate(openings)
    ]
    return Opening("\nUNION ALL\n".join(rows), _numbered(3))


def drafted(step: Step, dialect: Dialect) -> str | None:
    """Returns a step's statement before anything is known of the data, in its widest form; None where it needs none."""
    if isinstance(step, OwnStep) and isinstance(step.own, Ranked):
        return step.own.alone(dialect)
    begun = opening(step)
    return None if begun is None else begun.sql


def calling(steps: Sequence[Step]) -> Sequence[str]:
    """Returns, as something to select from, the statements whose texts call something: they may read any table."""
    begun = [opening(step) for step in steps if step.calls]
    return [f"(\n{statement.sql}\n) AS q" for statement in begun if statement is not None]


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"m{number}" for number in range(count))


def standalone(questions: Sequence[Question], dialect: Dialect) -> str | None:
    """Returns one SELECT that answers these questions alone, scans' columns named as the measurements are.

    None when nothing is asked.
    """
    measured = [(q.metric.names[0], q.asks.instead if isinstance(q.asks, Proved | Implied) else q.asks) for q in questions]
    counted = [(q.metric.names[0], q.checked) for q in questions if q.checked is not None and not _counted_too(q)]
    scans = [(name, asks) for name, asks in [*counted, *measured] if isinstance(asks, Cell)]
    parts = [_alone(asks, dialect) for _, asks in measured if not isinstance(asks, Cell)]
    if scans:
        names = [dialect.quoted(name) for name, _ in scans]
        parts.insert(0, select([cell for _, cell in scans], names))
    if len(parts) <= 1:
        return parts[0] if parts else None
    return "SELECT * FROM " + " CROSS JOIN ".join(f"(\n{part}\n) AS s{number}" for number, part in enumerate(parts))


def _counted_too(asked: Question) -> bool:
    """Says whether what would have measured a proved key counts the rows with a key too."""
    return isinstance(asked.asks, Proved) and isinstance(asked.asks.instead, KeyForms)


def _alone(asks: KeyForms | Single | Ranked, dialect: Dialect) -> str:
    match asks:
        case KeyForms():
            return asks.exact
        case Single():
            return asks.sql
        case Ranked():
            return asks.alone(dialect)
