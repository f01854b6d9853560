"""What one may do with courses."""

from lms.errors import N_
from lms.people.actor import Permission, Role

CHOOSE = Permission("courses.choose", N_("Choose electives and leave them"), frozenset({Role.PARTICIPANT}))
VIEW_ANY = Permission(
    "courses.view_any",
    N_("See every course without taking it"),
    frozenset({Role.TUTOR, Role.TEACHER, Role.MENTOR, Role.ADMIN}),
)

ALL = (CHOOSE, VIEW_ANY)
