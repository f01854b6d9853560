"""The running tool with a course, three platforms of 1.3 whose keys are served over HTTP, and one of 1.1."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lms.clock import now
from lms.database import Database
from tests.contract.lti.acceptance.form_platform import FormPlatform
from tests.contract.lti.acceptance.judged import Watch
from tests.contract.lti.conftest import opened
from tests.contract.lti.course_made import give_course
from tests.contract.lti.other_platform import OtherPlatform, serving
from tests.contract.lti.processes import World, make_world, process, wait_for
from tests.unit.lti.tokens_made import KID, PEM

A, B, SAME_ISSUER = ("https://a.example", "tool-a"), ("https://b.example", "tool-b"), ("https://a.example", "tool-a2")


@pytest.fixture(scope="session")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One web process; it answers."""
    state_dir = tmp_path_factory.mktemp("stage") / "var"
    state_dir.mkdir()
    shutil.copyfile(sqlite_template, state_dir / "lms.sqlite")
    made = make_world(state_dir)
    with opened(made) as database, database.writing() as session:
        give_course(session, at=now())
    with process(made, ["-m", "lms", "serve", "web", "--port", made.tool.rpartition(":")[2]], log="web"):
        wait_for(f"{made.tool}/lti/jwks.json")
        yield made


@pytest.fixture(scope="session")
def connected(stage: World) -> Iterator[dict[tuple[str, str], OtherPlatform]]:
    """Three registrations, two of one issuer, all with the same keys."""
    keys = {KID: PEM}
    with serving(keys) as url:
        made = {pair: OtherPlatform(stage, url, *pair, keys) for pair in (A, B, SAME_ISSUER)}
        for each in made.values():
            each.register()
        yield made


@pytest.fixture
def platform(connected: dict[tuple[str, str], OtherPlatform]) -> OtherPlatform:
    return connected[A]


@pytest.fixture(scope="session")
def form_platform(stage: World) -> FormPlatform:
    """A platform by LTI 1.1."""
    secret = stage.lms("lti", "consumer", "add", "--key", "school-1.1").strip().splitlines()[-1]
    return FormPlatform(stage, "school-1.1", secret)


@pytest.fixture(scope="session")
def stage_database(stage: World) -> Iterator[Database]:
    with opened(stage) as database:
        yield database


@pytest.fixture
def watch(stage: World, stage_database: Database) -> Watch:
    """Refusals that leave nothing behind, and people who came in."""
    return Watch(stage, stage_database)
