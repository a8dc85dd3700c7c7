"""What one answer about keys tells of another question: when it is believed, when it is not, and that nothing changes by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_data_quality import Dataset, Distribution, Uniqueness, connect
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.runner import run
from tests.core.forms import FORMS

NOW = datetime(2024, 1, 1, tzinfo=timezone.utc)
T = Dataset(table="t")


def asked(url: str, *checks: Check | tuple[Dataset, Check]) -> Run:
    pairs = [pair if isinstance(pair, tuple) else (T, pair) for pair in checks]
    tests = [Test(id=str(number), check=check, dataset=dataset) for number, (dataset, check) in enumerate(pairs)]
    return run(tests, {None: connect(url)}, id=UUID(int=1), started_at=NOW)


def unique(*columns: str, **more: Any) -> Uniqueness:
    return Uniqueness(columns=list(columns), **more)


def distinct(column: str, **more: Any) -> Distribution:
    return Distribution(column=column, distinct={"min": 0}, **more)


def implied(result: Run) -> list[bool]:
    """Says of each check whether another one's answer told it."""
    return [any("implied by" in fact or "counted with" in fact for fact in e.plan_facts) for e in result.executions]


def found(result: Run) -> list[tuple[Any, ...]]:
    return [(e.outcome, e.checked, e.failing, e.value) for e in result.executions]


@pytest.fixture
def rows(postgres: Any) -> Any:
    """``a`` and ``n`` are unique, ``n`` has NULLs; ``b`` is doubled, ``one`` has a single NULL."""
    postgres.execute(
        "CREATE TABLE t (a integer, b text, n integer, one integer)",
        "INSERT INTO t SELECT i, (i % 3)::text, CASE WHEN i > 2 THEN i END, CASE WHEN i > 1 THEN i END "
        "FROM generate_series(1, 10) AS i",
    )
    return postgres


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # A full key without duplicates tells of every key that holds it.
        (unique("a"), unique("a", "b"), (True, 10, 0)),
        (unique("a"), unique("b", "a"), (True, 10, 0)),
        (unique("a", nulls="equal"), unique("a", "b", nulls="equal"), (True, 10, 0)),
        (unique("a"), unique("a", "b", nulls="equal"), (True, 10, 0)),
        (unique("a", nulls="equal"), unique("a", "b"), (True, 10, 0)),
        # NULLs: a row that the first has not looked at is told of only where the second does not look either.
        (unique("n"), unique("n", "b"), (True, 8, 0)),
        (unique("n"), unique("n", "b", nulls="equal"), (False, 10, 0)),
        (unique("n", nulls="equal"), unique("n", "b"), (False, 8, 0)),
        (unique("one", nulls="equal"), unique("one", "b"), (True, 9, 0)),
        (unique("one", nulls="equal"), unique("one", "b", nulls="equal"), (True, 10, 0)),
        (unique("one"), unique("one", nulls="equal"), (False, 10, 0)),
        (unique("n", nulls="equal"), unique("n"), (False, 8, 0)),
        (unique("a", nulls="equal"), unique("a"), (True, 10, 0)),
        (unique("one", nulls="equal"), unique("one"), (True, 9, 0)),
        # How many fail says nothing where any do.
        (unique("b"), unique("b", "one"), (False, 9, 0)),
        (unique("b"), unique("b", "n", nulls="equal"), (False, 10, 0)),
        # Other columns, or fewer of them.
        (unique("a", "b"), unique("a", "n"), (False, 8, 0)),
        (unique("a"), unique("b"), (False, 10, 7)),
        # Other counts of the same key.
        (unique("b", count="surplus"), unique("b", count="rows"), (False, 10, 10)),
        (unique("b", count="rows"), unique("b", count="keys"), (False, 10, 3)),
        # Filters.
        (unique("a"), unique("a", "b", where="n > 3"), (True, 7, 0)),
        (unique("a", where="n > 3"), unique("a", "b"), (False, 10, 0)),
        (unique("a", where="n > 3"), unique("a", "b", where="n > 3"), (True, 7, 0)),
        (unique("a", where="n > 3"), unique("a", "b", where="n > 4"), (False, 6, 0)),
        (unique("n"), unique("n", "b", where="n > 3", nulls="equal"), (False, 7, 0)),
        (unique("one", nulls="equal"), unique("one", "b", where="n > 3", nulls="equal"), (True, 7, 0)),
        # What may answer otherwise when it is asked twice.
        (unique("a"), unique("a", "b", where="abs(n) > 3"), (False, 7, 0)),
        (unique("a", where="abs(n) > 3"), unique("a", "b", where="abs(n) > 3"), (False, 7, 0)),
    ],
)
def test_what_a_key_tells_of_another(first: Uniqueness, second: Uniqueness, expected: Any, rows: Any) -> None:
    """Whatever stands first in the suite."""
    for checks in ([first, second], [second, first]):
        result = asked(rows.url, *checks)
        place = checks.index(second)
        told, execution = implied(result)[place], result.executions[place]
        assert (told, execution.checked, execution.failing) == expected
        assert [e.error for e in result.executions] == [None, None]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (unique("b"), distinct("b"), (True, 3)),
        (unique("a"), distinct("a"), (True, 10)),
        (unique("n"), distinct("n"), (True, 8)),
        (unique("b", where="n > 3"), distinct("b", where="n > 3"), (True, 3)),
        (unique("b", nulls="equal"), distinct("b"), (False, 3)),
        (unique("b", count="rows"), distinct("b"), (False, 3)),
        (unique("b", count="keys"), distinct("b"), (False, 3)),
        (unique("b", where="n > 9"), distinct("b"), (False, 3)),
        (unique("b"), distinct("b", where="n > 9"), (False, 1)),
        (unique("b"), distinct("b", where="abs(n) > 9"), (False, 1)),
        (unique("b", "n"), distinct("b"), (False, 3)),
        (unique("a"), distinct("b"), (False, 3)),
    ],
)
def test_what_a_key_tells_of_different_values(first: Uniqueness, second: Distribution, expected: Any, rows: Any) -> None:
    for checks in ([first, second], [second, first]):
        result = asked(rows.url, *checks)
        place = checks.index(second)
        assert (implied(result)[place], result.executions[place].value) == expected


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (Dataset(table="t", where="n > 3"), True),
        (Dataset(table="t", where="abs(n) > 3"), False),
        (Dataset(query="SELECT * FROM t"), False),
        (Dataset(table="u"), False),
    ],
)
def test_a_key_tells_of_the_same_table_alone(other: Dataset, told: bool, rows: Any) -> None:
    rows.execute("CREATE TABLE u AS SELECT * FROM t")
    result = asked(rows.url, (T, unique("a")), (other, unique("a", "b")))
    assert implied(result) == [False, told]
    assert {e.outcome for e in result.executions} == {"passed"}


def test_a_query_implies_nothing_even_of_itself(rows: Any) -> None:
    """Each time it is asked it may return other rows."""
    query = Dataset(query="SELECT * FROM t TABLESAMPLE BERNOULLI (50)")
    result = asked(rows.url, (query, unique("a")), (query, unique("a", "b")), (query, distinct("a")))
    assert implied(result) == [False] * 3


def test_filters_of_dataset_and_check_are_the_same_rows(rows: Any) -> None:
    some = Dataset(table="t", where="n > 3")
    result = asked(rows.url, (some, unique("n")), (T, unique("n", "b", where="n > 3")), (some, distinct("n", where="n > 3")))
    assert implied(result) == [False, True, True]
    assert [(e.checked, e.failing, e.value) for e in result.executions] == [(7, 0, 0), (7, 0, 0), (None, None, 7)]


def test_a_chain_of_keys_is_asked_once(rows: Any) -> None:
    """a ⊂ ab ⊂ abn: one statement about keys, and what counts the rows."""
    result = asked(rows.url, unique("a", "b", "n"), unique("a", "b"), unique("a"))
    assert implied(result) == [True, True, False]
    assert [e.checked for e in result.executions] == [8, 10, 10]
    assert all("implied by the uniqueness of a" in e.plan_facts for e in result.executions[:2])
    assert sum("DISTINCT" in s.sql for s in result.plan.statements) == 1


@pytest.mark.parametrize(("first", "second"), [("surplus", "rows"), ("rows", "keys"), ("keys", "surplus")])
def test_a_key_without_duplicates_has_none_however_they_are_counted(first: str, second: str, rows: Any) -> None:
    result = asked(rows.url, unique("a", count=first), unique("a", count=second))
    assert implied(result) == [False, True]
    assert [(e.checked, e.failing) for e in result.executions] == [(10, 0), (10, 0)]


def test_a_key_that_is_doubled_tells_nothing(rows: Any) -> None:
    result = asked(rows.url, unique("b"), unique("b", "one"), unique("b", "one", "a"))
    assert [(e.checked, e.failing) for e in result.executions] == [(10, 7), (9, 0), (9, 0)]
    assert not implied(result)[1]
    assert "by grouping, for a part of the key is doubled" in result.executions[1].plan_facts


def test_what_could_not_be_asked_tells_nothing(rows: Any) -> None:
    """The implier is errored alone."""
    rows.execute(
        "CREATE TABLE j (a json, b integer)",
        "INSERT INTO j VALUES ('1', 1), ('2', 2)",
    )
    j = Dataset(table="j")
    result = asked(rows.url, (j, unique("a")), (j, unique("a", "b")), (j, distinct("a")), (T, unique("a")))
    assert [e.outcome for e in result.executions] == ["errored", "errored", "errored", "passed"]
    assert all("could not identify an equality operator" in (e.error or "") for e in result.executions[:3])
    filtered = asked(rows.url, unique("a", where="1 / (a - 3) > 9"), unique("a", "b", where="1 / (a - 3) > 9"), unique("a"))
    assert [e.outcome for e in filtered.executions] == ["errored", "errored", "passed"]
    assert {e.error for e in filtered.executions[:2]} == {"division by zero"}


def test_what_is_proved_is_not_implied(rows: Any) -> None:
    rows.execute("ALTER TABLE t ADD UNIQUE (a)")
    result = asked(rows.url, unique("a"), unique("a", "b"), distinct("a"))
    assert implied(result) == [False, False, False]
    assert all("proved by constraint t_a_key" in e.plan_facts for e in result.executions[:2])
    assert [e.value for e in result.executions] == [0, 0, 10]


def test_equal_questions_are_one(rows: Any) -> None:
    result = asked(rows.url, unique("a"), unique("a", max_failing=3), unique("a", "b"), unique("a", "b", max_failing="1%"))
    assert implied(result) == [False, False, True, True]
    assert len([s for s in result.plan.statements if "DISTINCT" in s.sql]) == 1


def test_its_own_sql_measures_it_alone(rows: Any) -> None:
    result = asked(rows.url, unique("a"), unique("a", "b"), distinct("a"))
    for execution, row in zip(result.executions[1:], [(10, 0), (10,)], strict=True):
        assert rows.execute(execution.sql or "") == [row]


# Random suites ----------------------------------------------------------------------------------------------------------

COLUMNS = {"i": "integer", "t": "text", "f": "double precision", "j": "jsonb"}
VALUES: dict[str, Sequence[Any]] = {
    "i": (None, 0, 1, 2, 3),
    "t": (None, "", "a", "A"),
    "f": (None, "0", "-0", "NaN", "1"),
    "j": (None, "1", "1.0", "[]", "null"),
}
FILTERS = (None, None, "i > 0", "t = 'a' OR i IS NULL", "abs(i) > 0")


@pytest.fixture(scope="module")
def table(postgres_server: str) -> Iterator[psycopg.Connection[Any]]:
    """One table that every example fills anew."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
        connection.execute(f"CREATE SCHEMA implied; CREATE UNLOGGED TABLE implied.t ({columns})")  # type: ignore[arg-type]
        yield connection
        connection.execute("DROP SCHEMA implied CASCADE")


@st.composite
def questions(draw: st.DrawFn) -> Check:
    where = draw(st.sampled_from(FILTERS))
    if draw(st.integers(0, 3)) == 0:
        return distinct(draw(st.sampled_from("itf")), where=where)
    columns = draw(st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=3, unique=True))
    nulls, count = draw(st.sampled_from(["distinct", "equal"])), draw(st.sampled_from(["surplus", "rows", "keys"]))
    return unique(*columns, nulls=nulls, count=count, where=where)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(
    rows=st.lists(st.tuples(*(st.sampled_from(values) for values in VALUES.values())), max_size=7, unique=True),
    checks=st.lists(questions(), min_size=2, max_size=6),
    outer=st.sampled_from([None, "i > 0", "t = 'a' OR i IS NULL"]),
)
def test_nothing_is_answered_otherwise_for_being_implied(
    table: psycopg.Connection[Any], postgres_server: str, rows: Any, checks: Sequence[Check], outer: str | None
) -> None:
    table.execute("TRUNCATE implied.t")
    with table.cursor() as cursor, cursor.copy("COPY implied.t FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    pairs = [(Dataset(table="implied.t", where=outer), check) for check in checks]
    answers = found(asked(postgres_server, *pairs))
    with pytest.MonkeyPatch.context() as patch:
        FORMS["unimplied"](patch)
        assert answers == found(asked(postgres_server, *pairs))
