"""What one may do with completions. Scopes: a course run, or a tutor group of the participant."""

from lms.errors import N_
from lms.people.actor import Permission, Role

CONFIRM = Permission(
    "completion.confirm",
    N_("Confirm that a participant met a criterion"),
    frozenset({Role.TUTOR, Role.ADMIN}),
)
"""Neither teachers nor mentors: a school's platform makes them, and a mentor there may be a pupil's parent."""

ALL = (CONFIRM,)
