"""What differs from one database to the next. A dialect writes text; it never sees a check."""

from __future__ import annotations

import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from importlib import import_module
from typing import ClassVar

from sqlglot import exp, parse_one
from sqlglot.dialects.dialect import Dialect as Sqlglot
from sqlglot.errors import SqlglotError
from sqlglot.generator import Generator

from airflow_data_quality.core.database import Column, Connection
from airflow_data_quality.core.errors import QueryError, UnknownDialect
from airflow_data_quality.core.model.nodes import nodes_of
from airflow_data_quality.core.sql.lexis import STANDARD, Lexis
from airflow_data_quality.core.sql.proofs import Guarantees
from airflow_data_quality.core.sql.statistics import Statistics

NOT_ITS_FAULT = ("08", "25P", "40", "53", "55006", "55P03", "57", "58", "XX")
"""How SQLSTATEs begin of what any statement might have met: a lost connection, a lock, a timeout, a lack of memory. All
others, those of a user's own functions too, are what one statement does wrong by itself."""


@dataclass(frozen=True)
class Table:
    """A table or view as the catalog has it."""

    columns: Sequence[Column]
    rows: int | None = None
    """An estimate of how many rows it has, without counting; None where the catalog does not say."""
    bytes: int | None = None
    """How much of the disk its rows take; None of a view."""
    guarantees: Guarantees = field(default_factory=Guarantees)
    """What holds in every row; nothing where the catalog's word is not enough."""
    view: bool = False
    """Whether its rows are computed by whoever reads it, and so may be others when they are read again."""


class Dialect(ABC):
    """One database: what it is called, how text is written for it, how its catalog is read.

    A subclass in ``core/sql/dialects`` gives the class attributes and the abstract methods; being defined registers it.
    """

    name: ClassVar[str]
    """What ``Database.dialect`` says."""
    sqlglot: ClassVar[str]
    """The dialect of sqlglot that prints for it."""
    conn_types: ClassVar[tuple[str, ...]] = ()
    """The types of Airflow connections behind which it is found."""
    extra: ClassVar[str]
    """The extra of this package that brings its driver and provider."""
    lexis: ClassVar[Lexis] = STANDARD
    """How a user's text is cut into strings, comments and the rest."""
    max_columns: ClassVar[int]
    """How many result columns one statement may have."""
    exact_collation: ClassVar[str | None] = None
    """A collation under which texts are equal when they are the same; needed where two columns' own collations quarrel."""
    case_blind: ClassVar[bool] = False
    """Whether no two names differ by the case of their letters alone, not even quoted ones; ``fold`` then says what is one."""
    databases: ClassVar[bool] = True
    """Whether a connection can be led to another database of its server."""
    registry: ClassVar[dict[str, type[Dialect]]] = {}

    def __init_subclass__(cls) -> None:
        known = Dialect.registry.get(cls.name)
        if known is not None and known.__module__ != cls.__module__:
            raise TypeError(f"dialect {cls.name!r} is defined twice: {known.__module__} and {cls.__module__}")
        Dialect.registry[cls.name] = cls

    def __init__(self) -> None:
        self.version = 0
        """The server's version as its catalog counts, once ``begin`` has asked."""
        self._quoted: dict[str, str] = {}
        self.one_statement = True
        """Whether the session's driver or server refuses a second statement behind a semicolon."""

    # Sessions ---------------------------------------------------------------------------------------------------------

    shows_state: ClassVar[bool] = False
    """Whether a session can show the state that its transaction sees to others, so that several measure the same."""

    @abstractmethod
    def begin(self, connection: Connection, *, statement_timeout: timedelta, state: str | None = None) -> datetime:
        """Opens a read-only transaction that sees one state, and returns the database's clock in UTC.

        Args:
            connection: in autocommit mode.
            statement_timeout: after how long a statement stops by itself.
            state: what ``show`` has returned for another session: the same is seen.
        """

    def hold(self, connection: Connection, relations: Sequence[str]) -> bool:
        """Keeps whatever knows no snapshots (TRUNCATE, ALTER TABLE) away from relations until the transaction ends.

        Args:
            connection: in the transaction that ``begin`` has opened.
            relations: what stands behind FROM.

        Returns:
            Whether they are still what the transaction sees; if not, it is to be begun anew.

        Raises:
            QueryError: when one of them cannot be asked; none is held then.
        """
        return True

    def end(self, connection: Connection) -> None:
        """Ends the transaction that ``begin`` has opened."""
        raise NotImplementedError(f"{self.name} holds nothing and shows no state")

    def show(self, connection: Connection) -> str:
        """Returns by what name other sessions can see what this one's transaction sees, for as long as that is open.

        Raises:
            QueryError: where the database, or what stands before it, does not show it; the transaction has ended then.
        """
        raise NotImplementedError(f"{self.name} shows no state")

    def own_fault(self, error: QueryError) -> bool:
        """Says whether a statement failed by its own fault, so that others in its place might not.

        Judges by SQLSTATE; a value that the driver cannot read has none, but leaves the connection open.
        """
        return not error.closed and (error.sqlstate is None or not error.sqlstate.startswith(NOT_ITS_FAULT))

    @abstractmethod
    def recover(self, connection: Connection) -> None:
        """Makes the transaction usable again, in the same state, after a statement failed by its own fault."""

    # The catalog ------------------------------------------------------------------------------------------------------

    @abstractmethod
    def fold(self, name: str) -> str:
        """Returns the name that an unquoted identifier means."""

    @abstractmethod
    def tables(
        self, connection: Connection, path: Sequence[Sequence[str]], *, foreign_keys: bool = False
    ) -> Mapping[tuple[str, ...], Table]:
        """Returns tables and views with what is known of them: all whose exact path is made of one of the spellings of each part.

        A path of one part is looked for as an unqualified name, in the schemas where the session would look. Foreign keys are
        guarantees only where they are to be believed.
        """

    @abstractmethod
    def table_names(self, connection: Connection) -> Sequence[tuple[str, ...]]:
        """Returns the exact paths of tables that a user may have meant, for the message that one was not found."""

    def statistics(
        self, connection: Connection, path: Sequence[str], columns: Sequence[Column], rows: int | None
    ) -> Mapping[str, Statistics]:
        """Returns what is noted of the values of a table's columns, by their names, as far as there is anything.

        Args:
            connection: in the transaction of the run.
            path: the table's exact path.
            columns: those to tell of.
            rows: about how many rows it has, None where nobody knows.
        """
        return {}

    @abstractmethod
    def query_columns(self, connection: Connection, query: str) -> Sequence[Column]:
        """Returns the columns of a query's result, without running it."""

    # Text -------------------------------------------------------------------------------------------------------------

    functions: ClassVar[Mapping[str, Callable[..., exp.Expression]]] = {}
    """Neutral function (see ``model/nodes.py``) → what builds it here, given the dialect and the function's arguments."""

    def text(self, expression: exp.Expression) -> str:
        """Returns an expression as this database's text; the expression is used up."""
        return self._generator.generate(self._rewritten(expression), copy=False)

    def _rewritten(self, expression: exp.Expression) -> exp.Expression:
        """Returns the expression with neutral functions replaced by this database's own."""
        box = exp.Paren(this=expression)
        # From the innermost: what has just been replaced is not looked into again.
        for node in reversed(nodes_of(box)):
            if isinstance(node, exp.Anonymous) and node.this in self.functions:
                node.replace(self.functions[node.this](self, *node.expressions))
        rewritten: exp.Expression = box.this
        return rewritten

    def quoted(self, name: str) -> str:
        """Returns a name that means itself, whatever is in it."""
        if name not in self._quoted:
            self._quoted[name] = self.text(exp.to_identifier(name, quoted=True))
        return self._quoted[name]

    @cached_property
    def _generator(self) -> Generator:
        return Sqlglot.get_or_raise(self.sqlglot).generator()

    def limited(self, select: str, rows: int) -> str:
        """Returns a SELECT that gives back at most so many rows."""
        return f"{select}\nLIMIT {rows}"

    def same_type(self, column: Column, text: str) -> bool:
        """Says whether a type that a user wrote is a column's: another spelling is the same, a length left out is any."""
        wanted = self._type(text)
        return any(wanted == self._type(name) for name in (column.declared, column.type, column.base) if name)

    def _type(self, text: str) -> exp.Expression | str:
        """Returns what a text says of a type; a text that is none is its own."""
        try:
            return parse_one(text, into=exp.DataType, dialect=self.sqlglot)
        except SqlglotError:
            return " ".join(text.lower().split())

    groups_in_order: ClassVar[bool] = False
    """Whether rows that a subquery has sorted are grouped as they come, where a table of all groups would not fit in memory."""
    unites_in_parallel: ClassVar[bool] = False
    """Whether branches of a UNION ALL run at the same time, so that those which cannot be parallel by themselves are."""

    # Forms ------------------------------------------------------------------------------------------------------------

    def key_hash(self, columns: Sequence[Column], *, nulls: bool) -> str | None:
        """Returns the text of a 64-bit hash of a key that sees what equality sees; None where there is none.

        Args:
            columns: the key.
            nulls: whether it must tell keys with a NULL apart too; else there are none of them.
        """
        return None

    def ranked(self, value: str, relation: str, rank: int, rows: int) -> str:
        """Returns a SELECT of the value at a rank (from 0) among a relation's so many values, and of the one behind it.

        The column is called ``value``; at the last rank there is one row.
        """
        return f"SELECT {value} AS value\nFROM {relation}\nORDER BY 1\nLIMIT 2 OFFSET {rank}"

    def quantile(self, value: str, relation: str, percent: int) -> str:
        """Returns one SELECT, to paste into a console, of an interpolated quantile; the column is called ``value``."""
        place = f"{percent} * (n - 1)"
        return (
            f"SELECT MIN(v) + (MAX(v) - MIN(v)) * ((MAX({place}) % 100) / 100.0) AS value\n"
            f"FROM (SELECT {value} AS v, ROW_NUMBER() OVER (ORDER BY {value}) - 1 AS r, COUNT(*) OVER () AS n\n"
            f"  FROM {relation}) AS k\n"
            f"WHERE r = ({place}) / 100 OR r = ({place} + 99) / 100"
        )

    materialized: ClassVar[Mapping[bool, str]] = {True: "MATERIALIZED ", False: "NOT MATERIALIZED "}
    """What stands behind the AS of a common table expression that is to be computed once, or where it is used."""
    explain: ClassVar[str | None] = None
    """What stands before a statement that is to be planned and not run; None where there is no such thing."""

    def cost(self, connection: Connection, sql: str) -> float | None:
        """Returns what the database expects a statement to cost, in its own unit; None where it does not say.

        Raises:
            QueryError: when the statement cannot be planned.
        """
        return None


def dialect_named(name: str) -> Dialect:
    """Returns a new instance of the dialect; raises UnknownDialect, which says which there are and how to add one."""
    load_dialects()
    if name not in Dialect.registry:
        raise UnknownDialect(
            f"no dialect for {name!r}; there are: {', '.join(sorted(Dialect.registry))}. "
            "To add one, subclass airflow_data_quality.core.sql.dialect.Dialect (see CONTRIBUTING)"
        )
    return Dialect.registry[name]()


def load_dialects() -> None:
    """Imports every dialect of this package, which registers it."""
    package = import_module("airflow_data_quality.core.sql.dialects")
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        import_module(module.name)
