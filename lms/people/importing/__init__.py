"""People from a list: CSV as Excel, LibreOffice and school systems save it. First a preview, then the same list for real.

A row finds its person by `id` (the list's own number), else by `login`, else by name within the cohort. So the same list
imported again changes what differs and doubles nobody; who may be renamed, or has a namesake in the cohort, needs an id
or a login. What an empty cell would say stays as it is. A list gives roles and never takes one away. With one wrong row
nothing is imported.
"""

from lms.people.importing.done import DoneImport, entry_id_of, get_done
from lms.people.importing.plan import Act, Plan, PlannedRow, make_plan
from lms.people.importing.service import forget_lists, get_list, import_list, keep_list

__all__ = [
    "Act",
    "DoneImport",
    "Plan",
    "PlannedRow",
    "entry_id_of",
    "forget_lists",
    "get_done",
    "get_list",
    "import_list",
    "keep_list",
    "make_plan",
]
