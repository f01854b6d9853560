"""What a participant is told about a notebook they handed in, in one sentence."""

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from lms.grading.intake import queue_before
from lms.grading.models import Attempt
from lms.grading.states import AttemptState
from lms.grading.texts import points_text

STATES = {
    AttemptState.QUEUED: "waiting",
    AttemptState.FAILED: "waiting",
    AttemptState.NEEDS_PERSON: "graded",
    AttemptState.REFUSED: "refused",
    AttemptState.RELEASED: "released",
}
"""Our states as the notebook API names them. What failed on our side is tried again, so for a participant it waits."""


def state_name(attempt: Attempt) -> str:
    """The state as the notebook API names it. What was released stays so while it is graded again."""
    return "released" if attempt.release is not None else STATES[AttemptState(attempt.state)]


def received(attempt: Attempt, *, is_new: bool) -> str:
    """The answer to the click on Submit."""
    if is_new:
        return str(_("Sent. We are checking it…"))
    return str(_("You have sent this very notebook before: it is attempt %(number)s.", number=attempt.number))


def standing(session: Session, attempt: Attempt) -> str:
    """Where an attempt stands, with its score once the participant may know it."""
    state, release = AttemptState(attempt.state), attempt.release
    if release is not None:
        score, maximum = points_text(release.score), points_text(release.max_score)
        return str(_("Checked: %(score)s of %(maximum)s points.", score=score, maximum=maximum))
    if state is AttemptState.NEEDS_PERSON:
        return str(_("Checked by the computer. A tutor will look at the rest."))
    if state is AttemptState.REFUSED:
        return str(_(attempt.message) if attempt.message else _("This notebook could not be graded."))
    ahead = queue_before(session, attempt) if attempt.started_at is None else 0
    if ahead:
        return str(ngettext("Being checked, %(num)s before you.", "Being checked, %(num)s before you.", ahead))
    return str(_("Being checked…"))
