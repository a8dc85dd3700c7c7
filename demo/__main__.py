"""The demo on one page: a pipeline is blocked by its checks, and publishes when the data is good.

`python -m demo` then serves Airflow until Ctrl-C; `python -m demo --check` asserts every known answer and stops at once.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.markup import escape

from airflow_data_quality import Dataset, Uniqueness, connect, run_checks
from demo import airflow, facts, pipeline, postgres, report, state
from demo.errors import DemoError
from demo.interrupts import Interrupted, interrupts
from demo.steps import console, part, step


def main() -> int:
    """Runs the demo.

    Returns:
        The exit code: 0 when everything came as it had to, 1 when not, 128 and the signal's number when it was stopped before.
    """
    parser = argparse.ArgumentParser(
        prog="python -m demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="do not serve: assert what must come out, and stop")
    serve = not parser.parse_args().check
    interrupts.listen()
    try:
        with state.fresh() as folder:
            wrong = demo(folder, serve=serve)
    except DemoError as error:
        wrong = [str(error)]
    except Interrupted as interrupted:
        console.print(f"stopped by {signal.Signals(interrupted.number).name}; everything that was started is stopped")
        return 128 + interrupted.number
    for line in wrong:
        console.print(f"[red]✗[/red] {escape(line)}", soft_wrap=True)
    if not wrong:
        console.print("[green]✓[/green] every known answer was arrived at, and everything that was started is stopped")
    return 1 if wrong else 0


def demo(folder: Path, *, serve: bool) -> Sequence[str]:
    """Tells the story: two runs of one pipeline, the first one blocked.

    Args:
        folder: Where to keep what is made.
        serve: Whether to go on until Ctrl-C.

    Returns:
        What did not come as it had to.
    """
    with part("PostgreSQL", postgres.running(folder / "postgres.log")) as warehouse:
        warehouse.create_database("airflow")
        with part("Airflow", airflow.running(folder, warehouse)) as (server, api):
            with step("wait until Airflow has read the pipeline"):
                pipeline.wait_for_dag(server, api)
            wrong: list[str] = []
            for story in (facts.BLOCKED, facts.PUBLISHED):
                with step(f"run {pipeline.DAG} on {story.table}"):
                    seen = pipeline.run(story, server, api, warehouse)
                console.print("", report.Checks(story.title, seen.executions), report.pipeline(seen.tasks), "", sep="\n")
                wrong += facts.differences(story, seen)
            wrong += weather(warehouse)
            if wrong:
                wrong.append(f"the tasks' logs are in {server.home / 'logs'}, Airflow's own log is {server.log}")
            elif serve:
                wait_for_interrupt(server, warehouse)
    return wrong


def weather(warehouse: postgres.Postgres) -> Iterator[str]:
    """Asks the weather for surplus rows, without Airflow.

    Yields:
        What did not come as it had to.
    """
    key = Uniqueness(columns=["origin", "year", "month", "day", "hour"])
    with step("check public.weather without Airflow"):
        run = run_checks(Dataset(table="public.weather"), [key], connect(warehouse.dsn()))
    console.print("", report.Checks("The weather, by run_checks", run.executions), "", sep="\n")
    surplus = run.executions[0].failing
    if surplus != facts.SURPLUS_WEATHER_ROWS:
        yield f"weather: {key.label}: expected {facts.SURPLUS_WEATHER_ROWS} failing, saw {surplus}"


def wait_for_interrupt(server: airflow.Airflow, warehouse: postgres.Postgres) -> None:
    """Says where to look, and waits for Ctrl-C."""
    console.print(
        f"Airflow serves at [bold]{server.url}/dags/{pipeline.DAG}[/bold], login {airflow.USER}, password {server.password}"
    )
    console.print(f"The flights are in PostgreSQL at {warehouse.dsn()}")
    console.print("Ctrl-C stops everything")
    try:
        while True:
            signal.pause()
    except Interrupted:
        console.print()


if __name__ == "__main__":
    sys.exit(main())
