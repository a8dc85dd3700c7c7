"""dbt: its generic tests, else macros as projects keep them; two threads.

``accepted_values`` counts values, so that it can tolerate no share of rows: a macro counts rows.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from turns import Outcomes, serve

Config = dict[str, str]
PROJECT = {"name": "s20", "version": "1.0", "config-version": 2, "profile": "s20", "test-paths": ["tests"]}
MACROS = """
{% test row_count_between(model, minimum, maximum) %}
select rows from (select count(*) as rows from {{ model }}) as counted where rows not between {{ minimum }} and {{ maximum }}
{% endtest %}

{% test statistic_between(model, column_name, statistic, minimum, maximum) %}
select value from (select {{ statistic }} as value from {{ model }}) as measured
where value not between {{ minimum }} and {{ maximum }}
{% endtest %}

{% test mean_and_deviation(model, column_name, minimum, maximum, deviation) %}
select mean from (select avg({{ column_name }}) as mean, stddev({{ column_name }}) as deviation from {{ model }}) as measured
where mean not between {{ minimum }} and {{ maximum }} or deviation > {{ deviation }}
{% endtest %}

{% test accepted_range(model, column_name, minimum, maximum) %}
select * from {{ model }} where {{ column_name }} < {{ minimum }} or {{ column_name }} > {{ maximum }}
{% endtest %}

{% test matches(model, column_name, regex) %}
select * from {{ model }} where {{ column_name }} !~ '{{ regex }}'
{% endtest %}

{% test values_among(model, column_name, values) %}
select * from {{ model }}
where {{ column_name }} not in ({% for value in values %}'{{ value }}'{{ ", " if not loop.last }}{% endfor %})
{% endtest %}

{% test not_longer(model, column_name, length) %}
select * from {{ model }} where length({{ column_name }}) > {{ length }}
{% endtest %}

{% test unique_combination(model, columns) %}
select {{ columns | join(', ') }} from {{ model }} group by {{ columns | join(', ') }} having count(*) > 1
{% endtest %}

{% test recent(model, column_name, as_of) %}
select newest from (select max({{ column_name }}) as newest from {{ model }}) as measured
where newest < timestamptz '{{ as_of }}' - interval '1 hour'
{% endtest %}
"""


def prepare(asked: dict[str, Any]) -> Callable[[], Outcomes]:
    """Writes the project and the profile, then has it parsed."""
    folder = Path(tempfile.mkdtemp(prefix="dq-bench-dbt-"))
    target = {
        **{"type": "postgres", "host": asked["host"], "user": asked["user"], "password": "none", "port": 5432},
        **{"dbname": asked["dbname"], "schema": "public", "threads": 2},
    }
    files = {
        "dbt_project.yml": PROJECT,
        "profiles.yml": {"s20": {"target": "dev", "outputs": {"dev": target}}},
        "models/sources.yml": sources(asked),
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content))  # JSON is YAML
    (folder / "macros").mkdir()
    (folder / "macros" / "tests.sql").write_text(MACROS)
    command = ["--quiet", "--log-path", str(folder / "logs"), "test", "--project-dir", str(folder), "--profiles-dir", str(folder)]
    runner = dbtRunner()

    def ask() -> Outcomes:
        done = runner.invoke(command)
        if done.exception is not None:
            raise done.exception
        outcomes: Outcomes = {}
        for result in done.result.results:
            if str(result.status) not in ("pass", "fail"):
                raise RuntimeError(f"{result.node.name}: {result.message}")
            question = result.node.config.meta["question"]
            outcomes[question] = outcomes.get(question, True) and str(result.status) == "pass"
        return outcomes

    return ask


def sources(asked: dict[str, Any]) -> dict[str, Any]:
    """Returns the tables as sources with their tests."""
    rows = asked["rows"]
    share = {"error_if": f">{rows // 1000}", "warn_if": f">{rows // 1000}"}
    given = {column: [test("not_null", f"{column} given", {})] for column in asked["given"]}
    given["amount"] = [test("not_null", "amount given", {"error_if": f">{rows // 2000}", "warn_if": f">{rows // 2000}"})]
    tests = {
        **given,
        "order_id": [*given["order_id"], test("unique", "order_id unique", {})],
        "customer_id": [
            *given["customer_id"],
            test("relationships", "customers", share, to=f"source('shop', '{asked['customers']}')", field="id"),
        ],
        "status": [*given["status"], test("values_among", "status", share, values=asked["statuses"])],
        "email": [*given["email"], test("matches", "email", share, regex=asked["email"])],
        "amount": [
            *given["amount"],
            test("accepted_range", "amount", share, minimum=0, maximum=5000),
            test("mean_and_deviation", "amount on average", {}, minimum=85, maximum=95, deviation=150),
            test(
                *("statistic_between", "amount in the middle", {}),
                statistic="percentile_cont(0.5) within group (order by amount)",
                **{"minimum": 53, "maximum": 56},
            ),
        ],
        "quantity": [
            test("statistic_between", "quantity", {}, statistic="min(quantity)", minimum=1, maximum=10),
            test("statistic_between", "quantity", {}, statistic="max(quantity)", minimum=1, maximum=10),
        ],
        "created_at": [*given["created_at"], test("recent", "age", {}, as_of=asked["as_of"])],
        "country": [test("statistic_between", "countries", {}, statistic="count(distinct country)", minimum=50, maximum=70)],
        "sku": [test("not_longer", "sku", {}, length=12)],
    }
    orders = {
        "name": asked["orders"],
        "data_tests": [
            test("row_count_between", "rows", {}, minimum=rows // 2, maximum=rows * 2),
            test("row_count_between", "rows as expected", {}, minimum=rows * 9 // 10, maximum=rows * 11 // 10),
            test("unique_combination", "order_id and sku unique", {}, columns=["order_id", "sku"]),
        ],
        "columns": [{"name": column, "data_tests": of_column} for column, of_column in tests.items()],
    }
    shop = {"name": "shop", "schema": "public", "tables": [orders, {"name": asked["customers"]}]}
    return {"version": 2, "sources": [shop]}


def test(kind: str, question: str, config: Config, /, **arguments: Any) -> dict[str, Any]:
    """Returns a test as it is written under ``data_tests``."""
    name = f"{question}_{len(str(arguments))}_{arguments.get('statistic', '')}".replace(" ", "_")
    return {kind: {"name": name, "arguments": arguments, "config": {**config, "meta": {"question": question}}}}


if __name__ == "__main__":
    serve(prepare)
