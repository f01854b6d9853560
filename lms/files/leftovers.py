"""Deleting bytes to which no row refers any more: works of erased people, replaced feedback, uploads that were refused.

Only what was let go by name is ever looked at. A store that is compared with its database as a whole would be emptied by
the first start with the wrong database, or with a backup of last week.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnClause, column, delete, inspect, select, table
from sqlalchemy.orm import Session

from lms.database import Base, new_id
from lms.files.columns import FileHash, FileHashes
from lms.files.models import LetGo
from lms.files.store import open_store
from lms.jobs import Handler, JobRun, Schedule
from lms.settings import Settings

log = structlog.get_logger(__name__)

GRACE = timedelta(hours=1)
"""Longer than it ever takes from putting bytes to committing the row that refers to them."""
HOUR_SECONDS = 3600
AT_ONCE = 500


def let_go(session: Session, hashes: Iterable[str | None], *, at: datetime) -> None:
    """In an hour these bytes go, unless a row refers to them then. None among the hashes is passed over.

    Call it in the transaction that deletes the referring row; and, for somebody's work, in one before the bytes are put:
    then they don't stay for ever when what should refer to them is refused or never gets there.
    """
    session.add_all(LetGo(id=new_id(), sha256=each, at=at) for each in dict.fromkeys(hashes) if each is not None)
    session.flush()


def discard_leftovers(run: JobRun) -> None:
    """Delete what was let go `GRACE` ago and is referred to by no row of anybody."""
    store = open_store(run.database.registries.get_existing(Settings))
    before = run.at() - GRACE
    store.discard_drafts(untouched_since=before)
    while True:
        with run.reading() as session:
            rows = session.scalars(select(LetGo).where(LetGo.at < before).order_by(LetGo.id).limit(AT_ONCE)).all()
            unneeded = {row.sha256 for row in rows}
            unneeded -= referred(session, unneeded)
        gone = sum(store.discard(each, untouched_since=before) for each in unneeded)
        fresh = {each for each in unneeded if store.has(each)}  # put again since, by somebody whose row may yet come
        with run.writing() as session:
            done = [row.id for row in rows if row.sha256 not in fresh]
            session.execute(delete(LetGo).where(LetGo.id.in_(done)))
        log.info("files_discarded", gone=gone, kept=len(rows) - gone)
        if not done:
            return


def referred(session: Session, hashes: Collection[str]) -> set[str]:
    """Those of the hashes to which some row of some table refers."""
    found: set[str] = set()
    for known in Base.metadata.tables.values():
        for each in known.columns:
            if isinstance(each.type, FileHash):
                found.update(session.scalars(select(each).where(each.in_(hashes))))
            elif isinstance(each.type, FileHashes):
                for several in session.scalars(select(each).execution_options(yield_per=100)):
                    found.update(several.values())
    return (found | _referred_by_strangers(session, hashes)) & set(hashes)


def _referred_by_strangers(session: Session, hashes: Collection[str]) -> set[str]:
    """By tables that belong to nobody who is loaded: a plugin may be switched off for a while."""
    found: set[str] = set()
    schema = inspect(session.connection())
    for name in set(schema.get_table_names()) - set(Base.metadata.tables):
        for each in schema.get_columns(name):
            if each["name"].endswith("sha256"):
                refers: ColumnClause[str] = column(each["name"])
                found.update(session.scalars(select(refers).select_from(table(name)).where(refers.in_(hashes))))
    return found


HANDLER = Handler("files.discard", discard_leftovers)
SCHEDULE = Schedule("files.discard", "files.discard", HOUR_SECONDS)
