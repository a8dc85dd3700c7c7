"""Many short steps → one statement: what may share one, and that what goes wrong in it stays its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from airflow_data_quality import (
    Completeness,
    CustomSql,
    Dataset,
    Distribution,
    Expression,
    Referential,
    Uniqueness,
    Volume,
    connect,
    run_checks,
)
from airflow_data_quality.core.database import Answer
from airflow_data_quality.core.errors import QueryError
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.options import Options
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.runner import run
from airflow_data_quality.core.sql.board import Board
from airflow_data_quality.core.sql.catalog import Source
from airflow_data_quality.core.sql.dialect import dialect_named
from airflow_data_quality.core.sql.keys import KeyForms
from airflow_data_quality.core.sql.measure import Measurer
from airflow_data_quality.core.sql.planner import MOST_PARTS, Tuning, plan, sessions, united
from airflow_data_quality.core.sql.steps import Bundle, Cell, OwnStep, Question, ScanStep, Step
from airflow_data_quality.core.sql.values import Ranked, Single
from tests.core.forms import FORMS

NOW = datetime(2024, 1, 1, tzinfo=timezone.utc)
T = Dataset(table="t")


@pytest.fixture
def rows(postgres: Any) -> Any:
    """Ten rows: ids 0 to 9, texts of which every one is there twice."""
    postgres.execute(
        "CREATE TABLE t (id integer, s text, j json)",
        "INSERT INTO t SELECT n, (n / 2)::text, '1' FROM generate_series(0, 9) AS n",
        "CREATE TABLE u AS SELECT * FROM t WHERE id < 5",
        "CREATE FUNCTION slow(integer) RETURNS boolean LANGUAGE sql AS $$SELECT pg_sleep(9) IS NOT NULL$$",
        "ANALYZE t, u",
    )
    return postgres


def unique(*columns: str, **more: Any) -> Uniqueness:
    return Uniqueness(columns=list(columns), **more)


def measured(result: Run) -> dict[str, tuple[Any, ...]]:
    return {e.label: (e.outcome, e.checked, e.failing, e.value) for e in result.executions}


GOOD = [
    Volume(equals=10),
    unique("id"),
    unique("s", max_failing=9),
    Referential(columns=["id"], to_table="t", to_columns=["id"]),
    Distribution(column="s", distinct={"equals": 5}),
]
VALUES = {
    "volume": ("passed", None, None, 10),
    "uniqueness(id)": ("passed", 10, 0, 0),
    "uniqueness(s)": ("passed", 10, 5, 5),
    "referential(id)": ("passed", 10, 0, 0),
    "distribution(s)": ("passed", None, None, 5),
}


def test_a_small_table_takes_as_few_statements_as_can_be(rows: Any) -> None:
    """One for what is short, one more for the key that is doubled."""
    result = run_checks(T, GOOD, connect(rows.url))
    assert measured(result) == VALUES
    assert [{*s.test_ids} - {"distribution(s)"} for s in result.plan.statements] == [
        {*VALUES} - {"distribution(s)"},
        {"uniqueness(s)"},
    ]
    assert all(any("short steps in one statement" in fact for fact in e.plan_facts) for e in result.executions[:4])


@pytest.mark.parametrize("form", ["bundled", "united"], indirect=True)
@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (unique("id", where="nope = 1", name="bad"), 'column "nope" does not exist'),
        (unique("id", where="1 / (id - 3) > 9", name="bad"), "division by zero"),
        (unique("j", name="bad"), "could not identify an equality operator"),
        (unique("s", where="s::integer < 2 OR s::date > now()", name="bad"), "invalid input syntax"),
        (Distribution(column="id", distinct={"min": 1}, where="1 / (id - 3) > 9", name="bad"), "division by zero"),
        (Referential(columns=["id"], to_table="t", to_columns=["s"], name="bad"), "operator does not exist"),
        (Expression(sql="1 / (id - 3) > 0", name="bad"), "division by zero"),
        (Volume(min=0, where="s = 'open", name="bad"), "at or near"),
        (unique("id", where="s = 'open", name="bad"), "unterminated quoted string"),
        (unique("id", where="id > 0 /* open", name="bad"), "unterminated /* comment"),
        (CustomSql(sql="SELECT 1 / 0", min=1, name="bad"), "division by zero"),
    ],
    ids=lambda value: value.type if hasattr(value, "type") else None,
)
def test_a_bad_part_hides_no_other(form: str, bad: Any, says: str, rows: Any) -> None:
    for checks in ([bad, *GOOD], [*GOOD, bad]):
        result = run_checks(T, checks, connect(rows.url))
        came = measured(result)
        assert came.pop("bad") == ("errored", None, None, None)
        assert came == VALUES
        assert all(says in (e.error or "") for e in result.executions if e.label == "bad")


def test_a_type_without_a_hash_operator_is_asked_exactly(rows: Any) -> None:
    """The fast form cannot be planned, the bundle fails, and nothing else does."""
    rows.execute("CREATE TABLE odd (v tsvector, m money, id integer)", "INSERT INTO odd VALUES ('a', 1, 1), ('a', 1, 2)")
    checks = [unique("v", "id"), unique("m", "id"), unique("m"), unique("v"), unique("id"), Volume(equals=2)]
    result = run_checks(Dataset(table="odd"), checks, connect(rows.url))
    assert [(e.outcome, e.failing, e.value) for e in result.executions] == [
        ("passed", 0, 0),
        ("passed", 0, 0),
        ("failed", 1, 1),
        ("failed", 1, 1),
        ("passed", 0, 0),
        ("passed", None, 2),
    ]


CALLS = [
    Volume(min=0, where="slow(id)", name="slow"),
    unique("id", where="slow(id)", name="slow"),
    Expression(sql="slow(id)", name="slow"),
    Referential(columns=["id"], to_table="u", to_columns=["id"], where="slow(id)", name="slow"),
    Referential(columns=["id"], to_table="u", to_columns=["id"], to_where="slow(id)", name="slow"),
    Distribution(column="id", distinct={"min": 0}, where="slow(id)", name="slow"),
    CustomSql(sql="SELECT count(*) FROM t WHERE slow(id)", min=0, name="slow"),
]


@pytest.mark.parametrize("slow", CALLS, ids=lambda check: f"{check.type} {sorted(check.spec())}")
def test_what_calls_something_is_asked_by_itself(slow: Any, rows: Any) -> None:
    """Nobody knows how long it takes: its timeout is its own, and it is not asked again."""
    checks = [slow, unique("id"), unique("s", max_failing=9), Distribution(column="s", distinct={"equals": 5})]
    result = run_checks(T, checks, connect(rows.url), statement_timeout=timedelta(seconds=0.5))
    assert [e.outcome for e in result.executions] == ["errored", "passed", "passed", "passed"]
    assert "statement timeout" in (result.executions[0].error or "")
    assert len([s for s in result.plan.statements if "slow" in s.sql]) == 1


def test_a_filter_of_the_dataset_that_calls_something_keeps_apart_too(rows: Any) -> None:
    slow = Dataset(table="t", where="slow(id)")
    pairs = [(slow, Volume(min=0)), (slow, unique("id")), (T, unique("id")), (T, Volume(equals=10))]
    tests = [Test(id=str(number), check=check, dataset=dataset) for number, (dataset, check) in enumerate(pairs)]
    options = Options(statement_timeout=timedelta(seconds=0.5))
    result = run(tests, {None: connect(rows.url)}, id=UUID(int=1), started_at=NOW, options=options)
    assert [e.outcome for e in result.executions] == ["errored", "errored", "passed", "passed"]
    assert len([s for s in result.plan.statements if "slow" in s.sql]) == 2


def test_several_datasets_share_a_statement(rows: Any) -> None:
    datasets = [T, Dataset(table="u"), Dataset(table="t", where="id < 3")]
    tests = [
        Test(id=f"{number} {check.label}", check=check, dataset=dataset)
        for number, dataset in enumerate(datasets)
        for check in (Volume(min=0), unique("id"), Completeness(column="s"))
    ]
    result = run(tests, {None: connect(rows.url)}, id=UUID(int=1), started_at=NOW)
    (statement,) = result.plan.statements
    assert len(statement.test_ids) == 9
    assert [(e.checked, e.value) for e in result.executions] == [
        *[(None, 10), (10, 0), (10, 0)],
        *[(None, 5), (5, 0), (5, 0)],
        *[(None, 3), (3, 0), (3, 0)],
    ]


def test_more_keys_than_a_statement_should_hold(rows: Any) -> None:
    checks = [unique("id", where=f"id <> {n}", name=str(n)) for n in range(MOST_PARTS + 5)]
    result = run_checks(T, checks, connect(rows.url))
    assert [len(s.test_ids) for s in result.plan.statements] == [MOST_PARTS, 5]
    assert [e.checked for e in result.executions] == [9] * 10 + [10] * (MOST_PARTS - 5)


@pytest.mark.parametrize("most", [1, 2, 3, 4, 7])
def test_no_statement_has_more_columns_than_the_database_allows(most: int, rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that has more of its own (two, for a key) is not cut."""
    monkeypatch.setattr(type(dialect_named("postgresql")), "max_columns", most)
    checks = [*GOOD, *(Completeness(column=c, where=f"id > {n}", name=f"{c}{n}") for c in ("id", "s") for n in range(4))]
    result = run_checks(T, checks, connect(rows.url))
    assert {name: value for name, value in measured(result).items() if name in VALUES} == VALUES
    with closing(connect(rows.url).open()) as connection:
        widths = [len(connection.query(s.sql).names) for s in result.plan.statements]
    assert max(widths) <= max(most, 2)


# Branches of one statement ----------------------------------------------------------------------------------------------


def test_branches_are_one_statement_beside_the_scan(rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    FORMS["united"](monkeypatch)
    result = run_checks(T, [*GOOD, unique("id", "s")], connect(rows.url))
    assert {name: value for name, value in measured(result).items() if name in VALUES} == VALUES
    branches = [s.sql for s in result.plan.statements if "UNION ALL" in s.sql]
    assert [sql.count("DISTINCT") for sql in branches] == [2]
    assert any("branches of one statement" in fact for fact in result.executions[1].plan_facts)


# Without a database -----------------------------------------------------------------------------------------------------


class Scripted:
    """A connection that answers as it is told: what no real database would, or not when asked to."""

    def __init__(self, *answers: Any) -> None:
        self.answers = iter(answers)

    def query(self, sql: str) -> Answer:
        if "SAVEPOINT" in sql:
            return Answer((), [])
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


def board_of(step: Step, *answers: Any) -> Board:
    board = Board([step])
    lost = Measurer(Scripted(*answers), dialect_named("postgresql"), lambda: False, board).work()  # type: ignore[arg-type]
    board.close(lost)
    return board


def source(rows: int | None = 10, name: str = "t") -> Source:
    return Source(name, None, Columns([], fold=str.lower, clock=NOW, dataset=name), rows=rows)


FIRST, SECOND = KeyForms("exact 1", "fast 1"), KeyForms("exact 2", "fast 2", fast_is_exact=True)
SCAN = ScanStep((Cell(source(), "COUNT(*)", alone=False), Cell(source(), "COUNT(v)", alone=False)))
BRANCHES = Bundle((OwnStep(FIRST), OwnStep(SECOND)), united=True)
BESIDE = Bundle((OwnStep(FIRST), SCAN, OwnStep(SECOND)))
THREE = ("m0", "m1", "m2")
SIX = tuple(f"m{number}" for number in range(6))
EXACT = ("checked", "failing")


@pytest.mark.parametrize("order", [[(0, 9, 9), (1, 9, 7)], [(1, 9, 7), (0, 9, 9)]])
def test_branches_come_in_any_order(order: Sequence[Any]) -> None:
    board = board_of(BRANCHES, Answer(THREE, order))
    assert (board.found[FIRST].values, board.found[SECOND].values) == ((9, 0), (9, 2))
    assert len(board.sent) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        Answer(THREE, [(0, 9, 9)]),
        Answer(THREE, [(0, 9, 9), (0, 9, 7)]),
        Answer(THREE, [(0, 9, 9), (2, 9, 7)]),
        Answer(THREE, []),
        Answer(("m0", "m1"), [(0, 9), (1, 9)]),
        Answer(("m0", "m2", "m1"), [(0, 9, 9), (1, 9, 7)]),
    ],
)
def test_another_answer_than_was_asked_for_is_believed_of_no_branch(wrong: Answer) -> None:
    """Each is asked by itself then."""
    names = ("checked", "keys")
    board = board_of(BRANCHES, wrong, Answer(names, [(9, 9)]), Answer(names, [(9, 7)]))
    assert (board.found[FIRST].values, board.found[SECOND].values) == ((9, 0), (9, 2))
    assert [sent.sql for sent in board.sent[1:]] == ["fast 1", "fast 2"]


@pytest.mark.parametrize(
    "wrong", [Answer(SIX, []), Answer(SIX, [range(6), range(6)]), Answer(SIX[:5], [range(5)]), Answer(SIX[::-1], [range(6)])]
)
def test_a_row_of_another_shape_is_believed_of_no_part(wrong: Answer) -> None:
    names = ("checked", "keys")
    board = board_of(BESIDE, wrong, Answer(names, [(9, 9)]), Answer(("m0", "m1"), [(5, 4)]), Answer(names, [(9, 7)]))
    assert [board.found[ask].values for ask in BESIDE.asks] == [(9, 0), (5,), (4,), (9, 2)]


@pytest.mark.parametrize("bundle", [BRANCHES, BESIDE], ids=["branches", "beside"])
@pytest.mark.parametrize("sqlstate", ["40001", "53200", "55P03", "57014", "58030", "XX000"])
def test_what_the_server_suffers_is_not_asked_again_part_by_part(bundle: Bundle, sqlstate: str) -> None:
    board = board_of(bundle, QueryError("no", sqlstate=sqlstate))
    assert {str(board.found[ask].error) for ask in bundle.asks} == {"no"}
    assert len(board.sent) == 1


def test_what_one_statement_has_told_is_not_lost_when_the_next_takes_too_long() -> None:
    """The first key is to be asked exactly, which times out; the others are known by then."""
    board = board_of(BESIDE, Answer(SIX, [(9, 8, 5, 4, 9, 7)]), QueryError("too long", sqlstate="57014"))
    assert [board.found[ask].values for ask in BESIDE.asks[1:]] == [(5,), (4,), (9, 2)]
    assert str(board.found[FIRST].error) == "too long"


def test_a_part_that_fails_by_itself_alone_fails() -> None:
    names = ("checked", "keys")
    bad = QueryError("bad", sqlstate="22012")
    board = board_of(BESIDE, bad, bad, bad, Answer(("m0", "m1"), [(5, 4)]), Answer(names, [(9, 7)]))
    assert str(board.found[FIRST].error) == "bad"
    assert [board.found[ask].values for ask in BESIDE.asks[1:]] == [(5,), (4,), (9, 2)]


# What shares, and over how many sessions --------------------------------------------------------------------------------


def key(name: str, effort: float, **more: Any) -> OwnStep:
    return OwnStep(KeyForms(name, f"fast {name}"), effort=effort, **more)


@pytest.mark.parametrize(
    ("steps", "most", "count"),
    [
        ([], 2, 1),
        ([key("a", 1000)], 2, 1),
        ([key("a", 1), key("b", 1)], 2, 1),
        ([key("a", 29), key("b", 29)], 2, 1),
        ([key("a", 31), key("b", 31)], 2, 2),
        ([key("a", 31), key("b", 31)], 1, 1),
        ([key("a", 500), key("b", 500)], 8, 2),
        ([key(str(n), 50) for n in range(10)], 8, 8),
        ([key(str(n), 50) for n in range(4)], 8, 4),
        ([key(str(n), 20) for n in range(4)], 8, 2),
    ],
)
def test_a_session_is_opened_for_work_that_is_worth_it(steps: Sequence[Step], most: int, count: int) -> None:
    assert sessions(steps, most, Tuning(session=60)) == count


def test_only_what_runs_serially_is_united() -> None:
    scan = SCAN
    grouped = OwnStep(KeyForms("grouped"), effort=99)
    distinct = OwnStep(Single("s", ("value",), "by grouping"), effort=99)
    calling, short = key("calls", 99, calls=True), key("short", 1)
    one, other = key("a", 99), key("b", 99)
    steps = [scan, grouped, distinct, calling, short, one, other]
    assert united(steps, Tuning(branch=40)) == [scan, grouped, distinct, calling, short, Bundle((one, other), united=True)]
    assert united(steps[:-1], Tuning(branch=40)) == steps[:-1]


def test_no_bundle_takes_longer_than_is_short() -> None:
    tuning = Tuning(short=40, bundle=120)
    questions = _questions([39, 39, 39, 39, 10, 5, 40, 1])
    made = plan(questions, max_columns=100, tuning=tuning)
    bundles = [[part.effort for part in step.parts] for step in made if isinstance(step, Bundle)]
    assert all(sum(efforts) <= 120 for efforts in bundles)
    assert sorted(effort for efforts in bundles for effort in efforts) == [1, 5, 10, 39, 39, 39, 39]
    assert [step.effort for step in made if not isinstance(step, Bundle)] == [40]


def _questions(efforts: Sequence[float]) -> list[Any]:
    own = [KeyForms(f"exact {n}", f"fast {n}", effort=effort) for n, effort in enumerate(efforts)]
    return [Question(None, forms, source(1_000_000)) for forms in own]  # type: ignore[arg-type]


def test_what_builds_on_others_shares_nothing() -> None:
    """A quantile is looked up by what a scan has counted."""
    cell = Cell(source(), "COUNT(v)", alone=False)
    ranked = Ranked("v", "t", (), 50, ())
    made = plan([Question(None, ranked, source(), before=(cell,))], max_columns=9, tuning=Tuning(short=math.inf))  # type: ignore[arg-type]
    assert {*made} == {ScanStep((cell,)), OwnStep(ranked, (cell,))}


def test_large_integers_that_one_half_tells_apart_are_asked_once(postgres: Any) -> None:
    """PostgreSQL's own hash of a bigint, and of a moment, folds both halves into one."""
    postgres.execute(
        "CREATE TABLE large AS SELECT id, 'x'::text AS s, timestamp '2000-01-01' + id * interval '1 us' AS at "
        "FROM (SELECT n::bigint << 32 | m AS id FROM generate_series(0, 9) AS n, generate_series(0, 9) AS m) AS k"
    )
    checks = [
        Uniqueness(columns=["id", "s"]),
        Uniqueness(columns=["at", "s"]),
        Uniqueness(columns=["id", "s"], nulls="equal", where="s = 'x'", name="with NULLs"),
        Uniqueness(columns=["at"]),
    ]
    for check in checks:
        (execution,) = run_checks(Dataset(table="large"), [check], connect(postgres.url)).executions
        assert (execution.outcome, execution.checked) == ("passed", 100)
        assert not any("then exactly" in fact for fact in execution.plan_facts)
