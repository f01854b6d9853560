"""What one may do here."""

from lms.errors import N_
from lms.people.actor import Permission, Role

WRITE = Permission("$name.write", N_("Write notes of one's own"), frozenset({Role.PARTICIPANT}))

ALL = (WRITE,)
