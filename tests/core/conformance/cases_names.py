"""Names of columns and tables: found as written, then as the database folds them; never read as SQL."""

from __future__ import annotations

from airflow_data_quality import Completeness, Dataset, Freshness, Referential, Uniqueness, Volume

from .case import Ask, Given, Table, errored, failed, only, passed

ODD = {
    "user": "integer",
    "from": "integer",
    "select": "integer",
    "100%": "integer",
    "%s": "integer",
    "Order Id": "integer",
    'q"uote': "integer",
    "apo'strophe": "integer",
    "größe": "integer",
    "名前": "integer",
    "semi;colon": "integer",
    "a.b": "integer",
    "back\\slash": "integer",
    "-- comment": "integer",
    "{brace}": "integer",
    "$1": "integer",
    "1st": "integer",
    " ": "integer",
}


def _rows(table: str, rows: int, name: str | None = None) -> Ask:
    return Ask(name or table, Volume(equals=rows), passed(value=rows), Dataset(table=table))


def _absent(table: str, *says: str, name: str | None = None, in_sqlite: int | None = None) -> Ask:
    """A table that is not there; SQLite, which tells no case apart, has one with so many rows all the same."""
    but = {} if in_sqlite is None else {"sqlite": passed(value=in_sqlite)}
    return Ask(name or table, Volume(min=0), errored(*says), Dataset(table=table), but)


GIVENS = [
    Given(
        "columns with odd names",
        alone=False,
        tables={"t": Table(ODD, [(1,) * len(ODD), (None,) * len(ODD)])},
        asks=[
            *(Ask(f"complete: {name}", Completeness(column=name), failed(checked=2, failing=1)) for name in ODD),
            *(Ask(f"unique: {name}", Uniqueness(columns=[name]), passed(checked=1, failing=0)) for name in ODD),
            *(
                Ask(
                    f"present: {name}", Referential(columns=[name], to_table="t", to_columns=[name]), passed(checked=1, failing=0)
                )
                for name in ODD
            ),
            Ask("all of them", Completeness(columns=list(ODD)), failed(checked=2, failing=1)),
            Ask("as one key", Uniqueness(columns=list(ODD)), passed(checked=1, failing=0)),
            Ask("with tokens", Completeness(column="100%", missing_values=[1]), failed(checked=2, failing=2)),
            Ask("in a filter", Volume(equals=1, where='"100%" = 1 AND "q""uote" % 2 = 1 AND "Order Id" > 0'), passed(value=1)),
            Ask(
                "quotes belong to no name", Completeness(column='"user"'), errored("no column '\"user\"'", "did you mean 'user'")
            ),
            Ask("nor does the table", Completeness(column="t.user"), errored("no column 't.user'")),
            Ask("an expression is no name", Completeness(column="user + 1"), errored("no column 'user + 1'")),
            Ask("what would end the quote", Completeness(column='user" IS NULL) OR ("user'), errored("no column")),
        ],
    ),
    Given(
        "a moment with an odd name",
        tables={"t": Table({'Created "At" 100%': "date"}, [("2024-01-01",)])},
        asks=[Ask("is fresh", Freshness(column='Created "At" 100%', max_age="1d", as_of="2024-01-02"), passed())],
    ),
    Given(
        "columns whose names differ by case only",
        needs=frozenset({"names that differ by case"}),
        tables={
            "t": Table(
                {"id": "integer", "ID": "integer", "Id": "integer", "Name": "integer"}, [(1, None, 2, 3), (None, None, 4, 5)]
            )
        },
        asks=[
            Ask("id", Completeness(column="id"), failed(checked=2, failing=1)),
            Ask("ID", Completeness(column="ID"), failed(checked=2, failing=2)),
            Ask("Id", Completeness(column="Id"), passed(checked=2, failing=0)),
            Ask("iD is folded", Completeness(column="iD"), failed(checked=2, failing=1)),
            Ask("Name", Completeness(column="Name"), passed(checked=2, failing=0)),
            Ask("NAME is not there", Completeness(column="NAME"), errored("no column 'NAME' in t", "did you mean 'Name'")),
            Ask("name is not there", Completeness(column="name"), errored("no column 'name' in t", "did you mean 'Name'")),
            Ask("two of them", Uniqueness(columns=["id", "Id"]), passed(checked=1, failing=0)),
        ],
    ),
    Given(
        "letters beyond ASCII are not folded",
        needs=frozenset({"names that differ by case"}),
        before=only("postgresql", "CREATE TABLE STRAßE (GRÖSSE integer)", "INSERT INTO STRAßE VALUES (1)"),
        tables={"t": Table({"grÖsse": "integer", "size": "integer"}, [(None, 1)])},
        asks=[
            Ask("a column, as it was created", Completeness(column="GRÖSSE"), failed(checked=1, failing=1)),
            Ask("a column, as the catalog has it", Completeness(column="grÖsse"), failed(checked=1, failing=1)),
            Ask("a column that nobody created", Completeness(column="größe"), errored("no column 'größe'")),
            _rows("STRAßE", 1),
            Ask("both", Completeness(column="GRÖSSE"), passed(checked=1, failing=0), Dataset(table="STRAßE")),
        ],
    ),
    Given(
        "tables with odd names",
        tables={
            name: Table({"id": "integer"}, [(number,) for number in range(rows)])
            for rows, name in enumerate(
                [
                    "select",
                    "user",
                    "Order Lines",
                    'q"uote',
                    "100%",
                    "a.b",
                    "größe",
                    "#tmp",
                    "pg_temp_orders",
                    "t;",
                    "it's",
                    "1st",
                ],
                1,
            )
        },
        asks=[
            *(
                _rows(name, rows)
                for rows, name in enumerate(["select", "user", "Order Lines", '"q""uote"', "100%", '"a.b"', "größe", "#tmp"], 1)
            ),
            *(_rows(name, rows) for rows, name in enumerate(["pg_temp_orders", "t;", "it's", "1st"], 9)),
            _rows("USER", 2, "folded"),
            _rows('"user"', 2, "quoted"),
            _rows("  user  ", 2, "with blanks around it"),
            _absent('"USER"', "no table or view '\"USER\"'", "did you mean 'user'", in_sqlite=2),
            _absent("order lines", "did you mean 'Order Lines'", in_sqlite=3),
            _absent("a.b", "no table or view 'a.b'", name="a dot separates"),
            _absent('q"uote', "quote the whole part"),
            _absent('"user', "must be closed"),
            _absent('"user"x', "followed by a dot"),
            _absent("", "empty part", name="no name"),
            _absent("user.", "empty part"),
            _absent(".user", "empty part"),
            _absent('""', "empty part"),
            _absent("usr", "no table or view 'usr'", "did you mean 'user'"),
            _absent("user; DROP TABLE user", "no table or view"),
            _absent("pg_temp.user", "no table or view 'pg_temp.user'"),
            Ask(
                "pointed to",
                Referential(columns=["id"], to_table='"Order Lines"', to_columns=["id"]),
                failed(checked=4, failing=1),
                Dataset(table='"q""uote"'),
            ),
        ],
    ),
    Given(
        "tables whose names differ by case only",
        needs=frozenset({"names that differ by case"}),
        tables={"Orders": Table({"id": "integer"}, [(1,)]), "orders": Table({"id": "integer"}, [(1,), (2,)])},
        asks=[
            _rows("Orders", 1),
            _rows("orders", 2),
            _rows("ORDERS", 2),
            _rows('"Orders"', 1),
            _absent('"ORDERS"', "did you mean"),
        ],
    ),
    Given(
        "tables in other schemas",
        needs=frozenset({"schemas"}),
        tables={"here": Table({"id": "integer"}, [(1,)])},
        after=only(
            "postgresql",
            'CREATE TABLE "{odd}"."Select" ("Id" integer)',
            'INSERT INTO "{odd}"."Select" VALUES (1), (2), (NULL)',
            'CREATE TABLE "{odd}".here (id integer)',
            'INSERT INTO "{odd}".here VALUES (1), (2)',
            'CREATE TABLE "{odd}".there (id integer)',
        ),
        asks=[
            _rows("here", 1),
            _rows("{schema}.here", 1),
            _rows('"{schema}"."here"', 1),
            _rows("{database}.{schema}.here", 1),
            _rows('"{odd}"."Select"', 3),
            _rows("{odd}.Select", 3),
            _rows('"{odd}".here', 2, "the same name there"),
            _rows('{database}."{odd}".HERE', 2),
            Ask("its columns", Completeness(column="Id"), failed(checked=3, failing=1), Dataset(table='"{odd}"."Select"')),
            Ask(
                "pointed to from here",
                Referential(columns=["id"], to_table='"{odd}"."Select"', to_columns=["Id"]),
                passed(checked=1, failing=0),
            ),
            _absent("there", "no table or view 'there'", "did you mean"),
            _absent('"{odd}"."select"', "no table or view"),
            _absent("nowhere.here", "no table or view 'nowhere.here'"),
            _absent('"{schema}.here"', "no table or view", name="a quoted path is one name"),
            _absent("elsewhere.{schema}.here", "no table or view 'elsewhere."),
            _absent("server.{database}.{schema}.here", "4 parts", "at most database.schema.table"),
        ],
    ),
    Given(
        "tables of the system",
        needs=frozenset({"system tables"}),
        tables={"t": Table({"id": "integer"})},
        asks=[
            Ask("a system table", Volume(min=1), passed(), Dataset(table="pg_catalog.pg_class")),
            Ask("a system view", Volume(min=1), passed(), Dataset(table="information_schema.tables")),
        ],
    ),
]
