"""What one may do with other people's work. Scopes: a course run, or a tutor group of the participant."""

from lms.errors import N_
from lms.people.actor import Permission, Role

STAFF = frozenset({Role.TUTOR, Role.ADMIN})
"""Not teachers: a school's platform makes them for a run that other schools' pupils are in too."""

SEE = Permission("grading.see", N_("See the work of one's participants"), STAFF)
JUDGE = Permission("grading.judge", N_("Give points and comments to answers"), STAFF)
RELEASE = Permission("grading.release", N_("Release feedback to the participant"), STAFF)

ALL = (SEE, JUDGE, RELEASE)
