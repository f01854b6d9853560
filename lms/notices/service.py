"""Send, count, read."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms import registries
from lms.database import new_id
from lms.errors import NotFound
from lms.notices.kinds import NoticeKinds
from lms.notices.models import Notice

KEPT = timedelta(days=365)


def notify(
    session: Session,
    person_id: UUID,
    kind: str,
    *,
    key: str,
    url: str,
    at: datetime,
    params: Mapping[str, str] | None = None,
) -> None:
    """Put a notice into a person's inbox, in the caller's transaction; the same key again changes nothing.

    `key` is unique among all notices, e.g. `grading.released:<attempt>:<generation>`. `params` are ids and short codes,
    never a name or somebody's text. `url` is a path on this site. Raises KeyError for a kind nobody registered,
    ValueError for an address elsewhere.
    """
    registries.of(session).get(NoticeKinds).get(kind)
    if not url.startswith("/") or url.startswith("//"):
        raise ValueError(f"a notice leads to a page of this site, not to {url!r}")
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {
        "id": new_id(),
        "key": key,
        "person_id": person_id,
        "kind": kind,
        "params": dict(params or {}),
        "url": url,
        "created_at": at,
    }
    session.execute(insert(Notice).values(**row).on_conflict_do_nothing(index_elements=[Notice.key]))


def _unread(person_id: UUID) -> ColumnElement[bool]:
    return (Notice.person_id == person_id) & Notice.read_at.is_(None)


def count_unread(session: Session, person_id: UUID) -> int:
    """For the bell; one query."""
    return session.scalar(select(func.count()).select_from(Notice).where(_unread(person_id))) or 0


def inbox(person_id: UUID, *, unread_only: bool = False) -> Select[Notice]:
    """A person's notices, newest first; to be paged."""
    which = _unread(person_id) if unread_only else Notice.person_id == person_id
    return select(Notice).where(which).order_by(Notice.created_at.desc(), Notice.id.desc())


def read(session: Session, notice_id: UUID, *, person_id: UUID, at: datetime) -> Notice:
    """Mark as read. Raises NotFound for one that is not this person's."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.person_id != person_id:
        raise NotFound
    notice.read_at = notice.read_at or at
    return notice


def read_all(session: Session, person_id: UUID, *, at: datetime) -> None:
    """Mark everything that came until now as read."""
    session.execute(update(Notice).where(_unread(person_id), Notice.created_at <= at).values(read_at=at))


def take_back(session: Session, key: str) -> None:
    """Remove a notice whose reason is gone (the answer no longer waits); nothing happens if there is none."""
    session.execute(delete(Notice).where(Notice.key == key))


def forget_old(session: Session, *, at: datetime) -> None:
    """Delete what is older than `KEPT`."""
    session.execute(delete(Notice).where(Notice.created_at < at - KEPT))
