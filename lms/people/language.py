"""The language in which a person reads the tool."""

from uuid import UUID

from sqlalchemy.orm import Session

from lms.people.accounts import get_person


def choose_language(session: Session, person_id: UUID, locale: str) -> None:
    """Keep `ru` or `en` with the person, so that it is theirs on every computer. Raises NotFound."""
    get_person(session, person_id).locale = locale
    session.flush()
