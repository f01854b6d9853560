"""The time zones that a person may choose for the dates they see: those of the country that the programme is in."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from sqlalchemy.orm import Session

from lms.errors import N_, Invalid
from lms.people.accounts import get_person


def zones_beside(zone: str, *, at: datetime) -> list[str]:
    """Zones of the same country as `zone`, from west to east; one at least."""
    country_of = get_global("zone_territories")
    country = country_of.get(zone)
    known = available_timezones()
    found = (
        {name for name, territory in country_of.items() if territory == country and name in known} if country else set()
    )
    return sorted(found | {zone}, key=lambda name: (at.astimezone(ZoneInfo(name)).utcoffset(), name))


def choose_zone(session: Session, person_id: UUID, zone: str, *, programme: str, at: datetime) -> None:
    """Show this person dates in another zone than the programme's; "" for the programme's own. Raises NotFound, Invalid."""
    if zone and zone not in zones_beside(programme, at=at):
        raise Invalid(N_("There is no such choice."))
    get_person(session, person_id).zone = zone if zone not in {"", programme} else None
    session.flush()
