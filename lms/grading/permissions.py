"""What one may do with other people's work. Scopes: a course run, or a tutor group of the participant."""

from lms.errors import N_
from lms.people.actor import Permission, Role

STAFF = frozenset({Role.TUTOR, Role.TEACHER, Role.ADMIN})

SEE = Permission("grading.see", N_("See the work of one's participants"), STAFF)
JUDGE = Permission("grading.judge", N_("Give points and comments to answers"), STAFF)
RELEASE = Permission("grading.release", N_("Release feedback to the participant"), STAFF)
REGRADE = Permission("grading.regrade", N_("Have work graded again"), frozenset({Role.TEACHER, Role.ADMIN}))

ALL = (SEE, JUDGE, RELEASE, REGRADE)
