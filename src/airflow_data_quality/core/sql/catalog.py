"""Names → what the catalog has, once per dataset and run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

from sqlglot import exp

from airflow_data_quality.core.database import Column, Connection
from airflow_data_quality.core.errors import DataQualityError, NameNotFound, QueryError, near
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.dataset import Dataset, split_path
from airflow_data_quality.core.model.execution import NO_TABLE
from airflow_data_quality.core.sql.dialect import Dialect, Table
from airflow_data_quality.core.sql.proofs import Guarantees
from airflow_data_quality.core.sql.statistics import Statistics
from airflow_data_quality.core.sql.text import check_condition, one_query


@dataclass(frozen=True)
class Source:
    """A dataset as SQL can name it."""

    text: str
    """What stands behind FROM."""
    where: str | None
    columns: Columns
    path: tuple[str, ...] = ()
    """The exact path of a table or view; a query has none."""
    rows: int | None = None
    """About how many rows there are before ``where``, by the catalog; None where it does not say, as of a query."""
    bytes: int | None = None
    """How much of the disk they take; None where the catalog does not say."""
    view: bool = False
    """Whether it is a view or a query: its rows may be others when they are read again."""


class Catalog:
    """Resolves datasets and tables over one connection, and remembers them."""

    def __init__(self, connection: Connection, dialect: Dialect, clock: datetime, *, trust_foreign_keys: bool = False) -> None:
        self._connection = connection
        self._dialect = dialect
        self._clock = clock
        self._trust_foreign_keys = trust_foreign_keys
        self._tables: dict[str, Source] = {}
        self._sources: dict[Dataset, Source | DataQualityError] = {}
        self._guarantees: dict[tuple[str, ...], Guarantees] = {}
        self._statistics: dict[tuple[str, ...], Mapping[str, Statistics]] = {}

    def source(self, dataset: Dataset) -> Source:
        """Returns what a dataset is; raises NameNotFound, DefinitionError or QueryError, without asking twice."""
        if dataset not in self._sources:
            try:
                self._sources[dataset] = self._source(dataset)
            except DataQualityError as error:
                self._sources[dataset] = error
        found = self._sources[dataset]
        if isinstance(found, DataQualityError):
            raise found
        return found

    def _source(self, dataset: Dataset) -> Source:
        if dataset.where is not None:
            check_condition(self._dialect, dataset.where, "where of the dataset")
        if dataset.table is not None:
            table = self.table(dataset.table)
            return replace(table, where=dataset.where)
        query = f"(\n{one_query(self._dialect, dataset.query or '', 'query')}\n) AS q"
        return Source(query, dataset.where, self.query_columns(query), view=True)

    def query_columns(self, query: str) -> Columns:
        """Returns the columns of a query in parentheses, with an alias behind them."""
        return self._columns(self._dialect.query_columns(self._connection, query), "the query")

    def table(self, name: str) -> Source:
        """Returns what a table is, found as written, then as the dialect folds its parts that are not quoted."""
        if name not in self._tables:
            path, table = self._find(name)
            text = ".".join(exp.to_identifier(part, quoted=True).sql(dialect=self._dialect.sqlglot) for part in path)
            self._tables[name] = Source(text, None, self._columns(table.columns, name), path, table.rows, table.bytes, table.view)
            self._guarantees[path] = table.guarantees
        return self._tables[name]

    def relations(self) -> Sequence[str]:
        """Returns everything that was found so far, tables and queries, as it stands behind FROM."""
        found = [source.text for source in (*self._tables.values(), *self._sources.values()) if isinstance(source, Source)]
        return list(dict.fromkeys(found))

    def guarantees(self, source: Source) -> Guarantees:
        """Returns what holds in every row of a source; nothing where the catalog does not tell."""
        return self._guarantees.get(source.path, Guarantees())

    def statistics(self, source: Source, column: str) -> Statistics | None:
        """Returns what the database has noted of a column's values in all rows of a table, asked once for all its columns.

        None where there is nothing: of queries and views, before anybody has looked, without the right to see it.
        """
        if not source.path:
            return None
        if source.path not in self._statistics:
            self._statistics[source.path] = self._noted(source)
        return self._statistics[source.path].get(column)

    def _noted(self, source: Source) -> Mapping[str, Statistics]:
        try:
            return self._dialect.statistics(self._connection, source.path, tuple(source.columns), source.rows)
        except QueryError as error:
            if not self._dialect.own_fault(error):
                raise
            self._dialect.recover(self._connection)
            return {}

    def _columns(self, columns: Sequence[Column], dataset: str) -> Columns:
        dialect = self._dialect
        return Columns(
            columns,
            fold=dialect.fold,
            clock=self._clock,
            dataset=dataset,
            same_type=dialect.same_type,
            case_blind=dialect.case_blind,
        )

    def _find(self, name: str) -> tuple[tuple[str, ...], Table]:
        spellings = [
            [part] if quoted else list(dict.fromkeys((part, self._dialect.fold(part)))) for part, quoted in split_path(name)
        ]
        found = self._dialect.tables(self._connection, spellings, foreign_keys=self._trust_foreign_keys)
        for table in spellings[-1]:
            for schema in product(*spellings[:-1]):
                hits = [path for path in found if path[-1] == table and (not schema or path[-2] == schema[-1])]
                if len(hits) == 1:
                    return hits[0], found[hits[0]]
        names = self._dialect.table_names(self._connection)
        known = {".".join(path[-len(spellings) :]) for path in names} | {".".join(path) for path in names}
        raise NameNotFound(f"{NO_TABLE} {name!r}{near(name, sorted(known))}; check the name, the schema and the rights")
