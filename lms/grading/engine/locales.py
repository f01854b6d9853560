"""The copy of a released notebook in one language."""

import copy

from lms.grading.engine.cells import JsonObject, parse_cell


def for_locale(notebook: JsonObject, locale: str) -> JsonObject:
    """The notebook without the markdown cells written for another language (`metadata.lms.lang`).

    Cells without the mark, code and every cell of nbgrader stay. The argument is not changed.
    """
    localized = copy.deepcopy(notebook)
    localized["cells"] = [raw for raw in localized.get("cells", []) if _belongs(raw, locale)]
    return localized


def _belongs(raw: JsonObject, locale: str) -> bool:
    cell = parse_cell(raw)
    return cell.cell_type != "markdown" or cell.lang in (None, locale) or cell.grade_id is not None
