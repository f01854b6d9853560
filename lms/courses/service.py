"""The use cases of courses in one place; each lives in the module that is about it."""

from lms.courses.enrolment import (
    count_enrolled,
    enrol,
    find_enrolment,
    is_enrolled,
    leave,
    list_enrolled_runs,
    list_joined_at,
)
from lms.courses.mandatory import enrol_everyone, enrol_mandatory, missing_mandatory
from lms.courses.opening import Preview, preview_run
from lms.courses.periods import Phase, by_preference, is_over, phase
from lms.courses.resolving import find_run_for
from lms.courses.runs import (
    assignment_files,
    content_of,
    contents_of,
    find_current_run,
    find_run,
    find_run_by_slug,
    get_run,
    list_all_runs,
    list_runs,
    list_runs_of,
    read_file,
    read_snapshot_file,
    step_due_at,
)
from lms.courses.snapshot import keep_files
from lms.courses.sync import Synced, apply_contract, course_folders, end_run, load, open_next, preview_contract, sync

__all__ = [
    "Phase",
    "Preview",
    "Synced",
    "apply_contract",
    "assignment_files",
    "by_preference",
    "content_of",
    "contents_of",
    "count_enrolled",
    "course_folders",
    "end_run",
    "enrol",
    "enrol_everyone",
    "enrol_mandatory",
    "find_current_run",
    "find_enrolment",
    "find_run",
    "find_run_by_slug",
    "find_run_for",
    "get_run",
    "is_enrolled",
    "is_over",
    "keep_files",
    "leave",
    "list_enrolled_runs",
    "list_all_runs",
    "list_joined_at",
    "list_runs",
    "list_runs_of",
    "load",
    "missing_mandatory",
    "open_next",
    "phase",
    "preview_contract",
    "preview_run",
    "read_file",
    "read_snapshot_file",
    "step_due_at",
    "sync",
]
