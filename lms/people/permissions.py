"""What one may do with people."""

from lms.errors import N_
from lms.people.actor import Permission, Role

MANAGE = Permission("people.manage", N_("Add, invite and import people, give roles"), frozenset({Role.ADMIN}))
AUDIT = Permission("people.audit", N_("See who did what to whom"), frozenset({Role.ADMIN}))
ACCOMPANY = Permission(
    "people.accompany",
    N_("See one's own tutor groups and give their participants new one-use links"),
    frozenset({Role.TUTOR}),
)

ALL = (MANAGE, AUDIT, ACCOMPANY)
