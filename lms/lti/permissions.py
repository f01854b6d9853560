"""What one may do with platforms."""

from lms.errors import N_
from lms.people.actor import Permission, Role

MANAGE = Permission("lti.manage", N_("Connect learning platforms and send scores again"), frozenset({Role.ADMIN}))

ALL = (MANAGE,)
