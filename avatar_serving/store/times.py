"""Times as the tables keep them: UTC, without saying so, as SQLite and PostgreSQL both can."""

from datetime import UTC, datetime


def kept(time: datetime) -> datetime:
    """*time*, which knows its zone, for a column."""
    return time.astimezone(UTC).replace(tzinfo=None)


def read(column: datetime) -> datetime:
    """What a column holds, with its zone."""
    return column.replace(tzinfo=UTC)


def iso(column: datetime) -> str:
    """What a column holds, as ISO 8601 to the second."""
    return read(column).isoformat(timespec="seconds")
