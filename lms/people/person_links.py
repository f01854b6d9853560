"""Links from a person's place in the people pages to what other rooms and plugins keep of them."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from lms import registries
from lms.people.actor import Actor
from lms.registries import ByName


@dataclass(frozen=True, slots=True)
class PersonLink:
    """A page about one person: `endpoint` takes `person_id`, `label` is a message id.

    `shown_for` says for whom of these people `by` may open it, in a number of queries that does not grow with them.
    """

    name: str
    label: str
    endpoint: str
    icon: str
    order: int
    shown_for: Callable[[Session, Sequence[UUID], Actor], AbstractSet[UUID]]


class PersonLinks(ByName[PersonLink]):
    """Every such link."""


def links_of(session: Session, person_ids: Sequence[UUID], *, by: Actor) -> dict[UUID, list[PersonLink]]:
    """For each of these people the links that `by` may follow."""
    found: dict[UUID, list[PersonLink]] = {person_id: [] for person_id in person_ids}
    for link in sorted(registries.of(session).get(PersonLinks), key=lambda one: one.order):
        for person_id in link.shown_for(session, person_ids, by) & found.keys():
            found[person_id].append(link)
    return found
