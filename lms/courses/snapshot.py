"""Content by hash: a folder that did not change makes no new snapshot, a mended typo makes one."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms import files, registries
from lms.courses.content import CourseContent, from_json, to_json
from lms.courses.folder import LoadedCourse
from lms.courses.models import Snapshot
from lms.errors import NotFound

CACHED = 64


class SnapshotCache:
    """Parsed snapshots of this process. They never change, so the cache is never wrong."""

    def __init__(self) -> None:
        self._contents: OrderedDict[str, CourseContent] = OrderedDict()

    def find(self, snapshot_id: str) -> CourseContent | None:
        """The content, if it was read before."""
        return self._contents.get(snapshot_id)

    def keep(self, snapshot_id: str, content: CourseContent) -> None:
        """Remember the content; the oldest goes when there are too many."""
        self._contents[snapshot_id] = content
        while len(self._contents) > CACHED:
            self._contents.popitem(last=False)


def keep_files(store: files.FileStore, course: LoadedCourse) -> None:
    """Put the course's files into the store, ahead of the transaction: writing them may take long."""
    for data in course.files.values():
        store.put(data)


def store(session: Session, course: LoadedCourse, *, at: datetime) -> Snapshot:
    """The snapshot of this content, made if there is none: files first, so that no row ever names bytes that are not there."""
    hashes = {path: hashlib.sha256(data).hexdigest() for path, data in course.files.items()}
    content = to_json(course.content)
    canonical = json.dumps([content, hashes], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    snapshot_id = hashlib.sha256(canonical.encode()).hexdigest()
    known = session.get(Snapshot, snapshot_id)
    kept = files.of(session)
    for path, sha256 in hashes.items():
        if not kept.has(sha256):
            kept.put(course.files[path])
    if known is not None:
        return known
    snapshot = Snapshot(id=snapshot_id, slug=course.content.slug, content=content, files=hashes, created_at=at)
    session.add(snapshot)
    session.flush()
    return snapshot


def contents(session: Session, snapshot_ids: Iterable[str]) -> dict[str, CourseContent]:
    """The contents of several snapshots: one query for those that this process has not read yet, none if it has all."""
    cache = registries.of(session).get(SnapshotCache)
    wanted = set(snapshot_ids)
    found = {each: content for each in wanted if (content := cache.find(each)) is not None}
    missing = wanted - found.keys()
    if missing:
        rows = session.execute(select(Snapshot.id, Snapshot.content).where(Snapshot.id.in_(missing))).all()
        for snapshot_id, saved in rows:
            found[snapshot_id] = from_json(saved)
            cache.keep(snapshot_id, found[snapshot_id])
    return found


def file_hashes(session: Session, snapshot_id: str) -> dict[str, str]:
    """Path in the course folder -> SHA-256 in the file store. Raises NotFound for a snapshot that is not there."""
    hashes = session.scalar(select(Snapshot.files).where(Snapshot.id == snapshot_id))
    if hashes is None:
        raise NotFound
    return dict(hashes)
