"""Great Expectations: one suite on a whole table; told to say no more than true or false, or as it is by default."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
from turns import Outcomes, serve

LOST = """\
SELECT lost FROM (
  SELECT count(*) AS lost FROM {{batch}} WHERE NOT EXISTS (SELECT 1 FROM {customers} AS c WHERE c.id = customer_id)
) AS counted WHERE lost > {most}"""


def prepare(asked: dict[str, Any]) -> Callable[[], Outcomes]:
    """Makes context, data source, suite and validation."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    url = f"postgresql+psycopg2://{asked['user']}@localhost/{asked['dbname']}?host={asked['host']}"
    source = context.data_sources.add_postgres("warehouse", connection_string=url)
    batch = source.add_table_asset("orders", table_name=asked["orders"]).add_batch_definition_whole_table("all")
    suite = context.suites.add(gx.ExpectationSuite(name="s20"))
    for question, expectations in asked_as(asked).items():
        for expectation in expectations:
            expectation.meta = {"question": question}
            suite.add_expectation(expectation)
    validation = context.validation_definitions.add(gx.ValidationDefinition(name="s20", data=batch, suite=suite))
    result_format = {"result_format": sys.argv[1]}

    def ask() -> Outcomes:
        outcomes: Outcomes = {}
        for result in validation.run(result_format=result_format).results:
            if "'raised_exception': True" in str(result.exception_info):
                raise RuntimeError(f"{result.expectation_config}: {result.exception_info}")
            question = result.expectation_config.meta["question"]
            outcomes[question] = outcomes.get(question, True) and bool(result.success)
        return outcomes

    return ask


def asked_as(asked: dict[str, Any]) -> dict[str, list[Any]]:
    """Returns question → the expectations that ask it."""
    rows = asked["rows"]
    newest = datetime.fromisoformat(asked["as_of"])
    given = {
        f"{column} given": [gxe.ExpectColumnValuesToNotBeNull(column=column, mostly=0.9995 if column == "amount" else 1)]
        for column in asked["given"]
    }
    return {
        "rows": [gxe.ExpectTableRowCountToBeBetween(min_value=rows // 2, max_value=rows * 2)],
        "rows as expected": [gxe.ExpectTableRowCountToBeBetween(min_value=rows * 9 // 10, max_value=rows * 11 // 10)],
        **given,
        "order_id unique": [gxe.ExpectColumnValuesToBeUnique(column="order_id")],
        "order_id and sku unique": [gxe.ExpectCompoundColumnsToBeUnique(column_list=["order_id", "sku"])],
        "status": [gxe.ExpectColumnValuesToBeInSet(column="status", value_set=asked["statuses"], mostly=0.999)],
        "email": [gxe.ExpectColumnValuesToMatchRegex(column="email", regex=asked["email"], mostly=0.999)],
        "amount": [gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=0, max_value=5000, mostly=0.999)],
        "quantity": [
            gxe.ExpectColumnMinToBeBetween(column="quantity", min_value=1),
            gxe.ExpectColumnMaxToBeBetween(column="quantity", max_value=10),
        ],
        "amount on average": [
            gxe.ExpectColumnMeanToBeBetween(column="amount", min_value=85, max_value=95),
            gxe.ExpectColumnStdevToBeBetween(column="amount", max_value=150),
        ],
        "amount in the middle": [gxe.ExpectColumnMedianToBeBetween(column="amount", min_value=53, max_value=56)],
        "age": [gxe.ExpectColumnMaxToBeBetween(column="created_at", min_value=newest - timedelta(hours=1))],
        "countries": [gxe.ExpectColumnUniqueValueCountToBeBetween(column="country", min_value=50, max_value=70)],
        "customers": [gxe.UnexpectedRowsExpectation(unexpected_rows_query=LOST.format(most=rows // 1000, **asked))],
        "sku": [gxe.ExpectColumnValueLengthsToBeBetween(column="sku", max_value=12)],
    }


if __name__ == "__main__":
    serve(prepare)
