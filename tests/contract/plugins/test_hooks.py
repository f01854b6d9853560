"""Every hook says what it is for, stands in the guide, and works: `harbour.py` uses each of them."""

import ast
import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from lms.plugins import hookspecs
from lms.plugins.loader import list_entries
from lms.settings import ROOT
from tests.contract.plugins import harbour
from tests.contract.plugins.sham import Site

HOOKS: dict[str, Callable[..., object]] = {
    name: hook for name, hook in vars(hookspecs).items() if name.startswith("lms_") and callable(hook)
}
GUIDE = ROOT / "docs" / "plugins.md"
ROW = re.compile(r"^\| `(lms_\w+)(?:\([^`]*\))?` \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)

PROBE = """
import json
from lms.app import create_app
from lms.clock import now
from lms.courses.kinds import ActivityKinds
from lms.database import Database
from lms.jobs import Handlers, Schedules
from lms.ledger import FactKinds, Subscribers
from lms.ledger.subjects import SubjectKinds
from lms.migrations.cli import prepare_database
from lms.notices.kinds import NoticeKinds
from lms.people.actor import Permissions, Role
from lms.people.personal import PersonalDataRegistry
from lms.plugins.loader import Contributions
from lms.settings import Settings
from tests.factories.people import browser_of, make_person

settings = Settings()
prepare_database(settings)
app = create_app(settings)
known = app.extensions["lms.registries"].get
database: Database = app.extensions["lms.database"]
ada = make_person(database, "Ada", Role.ADMIN, Role.PARTICIPANT)
browser = browser_of(app, ada)
home, admin = browser.get("/").text, browser.get("/admin").text
children = Contributions([], app.extensions["lms.plugins"]).each("lms_children", settings=settings)
print(json.dumps({
    "lms_blueprints": browser.get("/harbour").text == "ships",
    "lms_navigation": 'href="/harbour"' in home,
    "lms_cards": "HMS Ada" in home,
    "lms_admin_pages": 'href="/harbour/watch"' in admin,
    "lms_person_links": f'href="/harbour/captain/{ada}"' in browser.get(f"/admin/people/{ada}").text,
    "lms_notice_kinds": "harbour.arrived" in known(NoticeKinds),
    "lms_permissions": "harbour.watch" in known(Permissions) and browser.get("/harbour/watch").text == "all ships",
    "lms_fact_kinds": "harbour.sailed" in known(FactKinds),
    "lms_subscribers": "harbour.log" in known(Subscribers) and "react.harbour.log" in known(Handlers),
    "lms_subject_kinds": "harbour" in known(SubjectKinds),
    "lms_activity_kinds": "harbour-voyage" in known(ActivityKinds),
    "lms_jobs": "harbour.count" in known(Handlers),
    "lms_schedules": "harbour.count" in known(Schedules),
    "lms_personal_data": "harbour" in known(PersonalDataRegistry),
    "lms_children": [child.argv[0] for child in children if child.name == "harbour"] == ["lighthouse"],
}))
"""


@pytest.mark.parametrize("name", HOOKS)
def test_hook_has_a_docstring_and_a_type(name: str) -> None:
    assert len(inspect.getdoc(HOOKS[name]) or "") > 10
    assert str(inspect.signature(HOOKS[name]).return_annotation).startswith("collections.abc.Sequence[")


@pytest.mark.parametrize("name", HOOKS)
def test_hook_is_used_by_the_example(name: str) -> None:
    assert callable(getattr(harbour, name, None)), f"{name}: let tests/contract/plugins/harbour.py use it"


def test_guide_has_one_row_for_each_hook_and_no_other() -> None:
    rows = [row.group(1) for row in ROW.finditer(GUIDE.read_text())]

    assert sorted(rows) == sorted(HOOKS)


def test_examples_in_the_guide_are_python() -> None:
    for block in re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL):
        ast.parse(block)
    for row in ROW.finditer(GUIDE.read_text()):
        ast.parse(row.group(4).strip().strip("`").replace("…", "..."), mode="eval")


def test_each_hook_reaches_the_product(site: Site, tmp_path: Path) -> None:
    package = site.write("harbour", Path(harbour.__file__).read_text())
    (package / "templates" / "harbour").mkdir(parents=True)
    (package / "templates" / "harbour" / "card.html").write_text("<p>{{ ships | join }}</p>")

    ran = site.run("-c", PROBE, LMS_STATE_DIR=str(tmp_path / "var"), LMS_SECRET_KEY="x" * 40)
    command = site.run("-c", "from lms.cli import main; main(['harbour'])", LMS_STATE_DIR=str(tmp_path / "var"))

    assert ran.returncode == 0, ran.stderr
    reached = {**json.loads(ran.stdout.splitlines()[-1]), "lms_commands": command.stdout == "ahoy\n"}
    assert reached == dict.fromkeys(HOOKS, True)


def test_core_imports_no_plugin() -> None:
    packages = [entry.value.partition(".")[0] for entry in list_entries()]
    found = [
        str(path)
        for path in (ROOT / "lms").rglob("*.py")
        if re.search(rf"\b(?:import|from) (?:{'|'.join(packages)})\b", path.read_text())
    ]

    assert "lms_skillfolio" in packages
    assert found == []
