"""The use cases of courses in one place; each lives in the module that is about it."""

from lms.courses.enrolment import count_enrolled, enrol, find_enrolment, is_enrolled, leave, list_enrolled_runs
from lms.courses.mandatory import enrol_everyone, enrol_mandatory, missing_mandatory
from lms.courses.runs import (
    assignment_files,
    content_of,
    contents_of,
    find_run,
    find_run_by_slug,
    get_run,
    list_runs,
    read_file,
    read_snapshot_file,
    step_due_at,
)
from lms.courses.sync import Synced, apply_contract, course_folders, load, preview_contract, sync

__all__ = [
    "Synced",
    "apply_contract",
    "assignment_files",
    "content_of",
    "contents_of",
    "count_enrolled",
    "course_folders",
    "enrol",
    "enrol_everyone",
    "enrol_mandatory",
    "find_enrolment",
    "find_run",
    "find_run_by_slug",
    "get_run",
    "is_enrolled",
    "leave",
    "list_enrolled_runs",
    "list_runs",
    "load",
    "missing_mandatory",
    "preview_contract",
    "read_file",
    "read_snapshot_file",
    "step_due_at",
    "sync",
]
