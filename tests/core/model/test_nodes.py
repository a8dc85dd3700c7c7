"""The SQL that checks are built of: quoted names, untouched user text, aggregates that look at some rows only."""

from __future__ import annotations

import pytest

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.nodes import any_of, count_rows, iso_text, raw, ref, when


def column(name: str) -> Column:
    return Column(name, "text", "text")


@pytest.mark.parametrize(
    ("name", "sql"),
    [("user", '"user"'), ("Order Id", '"Order Id"'), ("100%", '"100%"'), ('say "hi"', '"say ""hi"""'), ("a.b", '"a.b"')],
)
def test_a_column_is_written_quoted_as_the_catalog_has_it(name: str, sql: str) -> None:
    assert ref(column(name)).sql("postgres") == sql
    assert ref(column(name), of="q").sql("postgres") == f'"q".{sql}'


@pytest.mark.parametrize("text", ["a OR b", "a -- comment", "x = 'it''s'", "a::int >> 1", "weird !!! text"])
def test_user_text_is_printed_untouched_and_cannot_eat_what_follows(text: str) -> None:
    assert raw(text).sql("postgres") == f"(\n{text}\n)"


def test_aggregates() -> None:
    assert count_rows().sql("postgres") == "COUNT(*)"
    assert count_rows(raw("a")).sql("postgres") == "COUNT(*) FILTER(WHERE (\na\n))"
    assert when(count_rows(), None).sql("postgres") == "COUNT(*)"
    assert any_of([ref(column("a")), ref(column("b")), ref(column("c"))]).sql("postgres") == '"a" OR "b" OR "c"'


def test_a_moment_as_text_is_left_to_the_dialect() -> None:
    assert iso_text(ref(column("at")), "date").sql("postgres") == "$ISO_TEXT(\"at\", 'date')"
