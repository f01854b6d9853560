"""What one may do with people."""

from lms.errors import N_
from lms.people.actor import Permission, Role

MANAGE = Permission("people.manage", N_("Add, invite and import people, give roles"), frozenset({Role.ADMIN}))
ADMIN = Permission("admin.open", N_("Open the administration pages"), frozenset({Role.ADMIN}))

ALL = (MANAGE, ADMIN)
