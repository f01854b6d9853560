"""What one may do here."""

from lms.errors import N_
from lms.people.actor import Permission, Role

OPEN = Permission("admin.open", N_("Open the administration pages"), frozenset({Role.ADMIN}))
JOBS = Permission("admin.jobs", N_("See background work and start failed jobs again"), frozenset({Role.ADMIN}))

ALL = (OPEN, JOBS)
