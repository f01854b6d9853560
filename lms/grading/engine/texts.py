"""What participants are told about a cell, as message ids. A cell's `message` is one of these or their own error."""

from lms.errors import N_
from lms.grading.engine.results import Outcome

HIDDEN = N_("A hidden check failed.")
TOO_LONG = N_("The cell ran longer than it may.")
NO_TIME = N_("There was no time left to run this cell.")
TOO_MUCH_MEMORY = N_("The cell used more memory than it may.")
TOO_MUCH_OUTPUT = N_("The cell printed more than it may.")
ENDED = N_("The cell ended the Python process.")

OUTCOMES: dict[Outcome, str] = {
    Outcome.PASSED: N_("Passed"),
    Outcome.PARTIAL: N_("Partly right"),
    Outcome.FAILED: N_("Not passed"),
    Outcome.HIDDEN_FAILED: N_("Visible checks passed, a hidden one did not"),
    Outcome.TIMED_OUT: N_("Took too long"),
    Outcome.DIED: N_("Stopped before the end"),
    Outcome.NOT_A_SCORE: N_("The check gave a number that is no score"),
    Outcome.NO_ANSWER: N_("No answer"),
    Outcome.WAITS: N_("A tutor will look at it"),
}
"""Each outcome in a few words."""
