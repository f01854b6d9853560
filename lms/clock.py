"""The one place that asks what time it is. Below views, jobs and the command line, a time is an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)
