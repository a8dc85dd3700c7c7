"""What to do about what a database says, by its SQLSTATE; what SQLite says, by its words."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, StatementError

HALF_MIGRATED = (
    "the tables are not what their version says, somebody else has changed them: bring them back from a backup, or move all "
    "of ours away, with the version table, and run: {migrate}"
)
IN_THE_WAY = "a table of that name is there already and not by us: move it away, or let the store have a database of its own"
READ_ONLY = "the store needs a database that can be written; name the primary server, not a replica"

BY_SQLSTATE = {
    "08": "the server cannot be reached, or has gone away; it is tried again with the next use",
    "25006": READ_ONLY,
    "28": "the server does not let this user in; look at the user and the password of the connection",
    "3D000": "create the database first",
    "3F000": HALF_MIGRATED,
    "42501": "this needs a right that the user does not have: to migrate, be the owner of the schema data_quality or have "
    "CREATE in the database; to write, USAGE on the schema and SELECT, INSERT, UPDATE, DELETE on its tables",
    "42703": HALF_MIGRATED,
    "42P01": HALF_MIGRATED,
    "42P07": IN_THE_WAY,
    "53100": "make room on the server's disk",
    "53300": "the server has no connection left; allow more, or let fewer tasks run at once",
}
"""SQLSTATE or its first two characters → advice."""
BY_WORDS = {
    "no such table: ": HALF_MIGRATED,
    "no such column: ": HALF_MIGRATED,
    "has no column named ": HALF_MIGRATED,
    " already exists": IN_THE_WAY,
    "readonly database": "the file or its folder cannot be written by this user; SQLite needs to write both",
}
"""How SQLite says the same."""


def reason(error: Exception, migrate: str) -> str:
    """Returns the words of whoever said no, without the statement and its values, and what to do.

    Args:
        error: what was raised.
        migrate: the command that makes the tables.
    """
    words = _words(error)
    known = advice(error, words)
    return words if known is None else f"{words.rstrip('.')}; {known.format(migrate=migrate)}"


def _words(error: Exception) -> str:
    if isinstance(error, StatementError) and error.orig is not None:
        told = getattr(error.orig, "diag", None)  # what comes behind the message, a DETAIL or CONTEXT, may hold values
        words = (told and told.message_primary) or str(error.orig) or type(error.orig).__name__
        return " ".join(words.split()) if isinstance(error, DBAPIError) else words
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def advice(error: Exception, words: str) -> str | None:
    """Returns what to do, where that is known."""
    if not isinstance(error, DBAPIError):
        return None
    state = sqlstate(error)
    if state is None:
        return next((known for part, known in BY_WORDS.items() if part in words), None)
    return BY_SQLSTATE.get(state) or BY_SQLSTATE.get(state[:2])


def sqlstate(error: DBAPIError) -> str | None:
    """Returns the five characters, by whichever name the driver has for them."""
    state: str | None = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    return state
