"""Duties: what one worker at a time does for all."""

from datetime import datetime, timedelta

from sqlalchemy import insert, or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.jobs.models import Duty


def take(session: Session, name: str, holder: str, *, at: datetime, lease: timedelta) -> bool:
    """Whether `holder` has the duty until `at + lease`; it does when nobody has, when it had it, or when who had it is late."""
    taken = session.execute(
        update(Duty)
        .where(Duty.name == name, or_(Duty.holder == holder, Duty.until_at < at))
        .values(holder=holder, until_at=at + lease)
        .returning(Duty.name)
    ).all()
    if taken:
        return True
    try:
        with session.begin_nested():
            session.execute(insert(Duty).values(name=name, holder=holder, until_at=at + lease))
    except IntegrityError:
        return False
    return True
