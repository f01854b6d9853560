"""Two web processes on one database: of many replays of a launch exactly one opens."""

import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from lms.clock import now
from tests.contract.lti.acceptance.form_platform import FORM, FormPlatform
from tests.contract.lti.conftest import opened
from tests.contract.lti.course_made import give_course
from tests.contract.lti.other_platform import OtherPlatform, serving
from tests.contract.lti.processes import World, free_port, make_world, process, wait_for
from tests.unit.lti.tokens_made import KID, PEM, token

REPLAYS = 200


@pytest.fixture
def two(database_url: str, tmp_path: Path) -> Iterator[tuple[World, list[str]]]:
    """The world and the addresses of its two web processes."""
    made = make_world(tmp_path / "var")
    environment = {**made.environment, "LMS_DATABASE_URL": database_url}
    values = {name.removeprefix("LMS_").lower(): value for name, value in environment.items()}
    world = World(type(made.settings).model_validate(values), environment)
    with opened(world) as database, database.writing() as session:
        give_course(session, at=now())
    ports = [world.tool.rpartition(":")[2], str(free_port())]
    with ExitStack() as stack:
        for port in ports:
            stack.enter_context(process(world, ["-m", "lms", "serve", "web", "--port", port], log=f"web-{port}"))
        addresses = [f"http://127.0.0.1:{port}" for port in ports]
        for address in addresses:
            wait_for(f"{address}/lti/jwks.json")
        yield world, addresses
    shutil.rmtree(tmp_path, ignore_errors=True)


def replayed(world: World, addresses: list[str], path: str, body: object, headers: dict[str, str]) -> Counter[int]:
    """Statuses of many posts of the same body, at once and to both processes."""
    said = {**headers, "Host": world.tool.rpartition("/")[2]}

    def post(number: int) -> int:
        url = f"{addresses[number % 2]}{path}"
        return requests.post(url, data=body, headers=said, allow_redirects=False, timeout=60).status_code  # type: ignore[arg-type]

    with ThreadPoolExecutor(16) as pool:
        return Counter(pool.map(post, range(REPLAYS)))


@pytest.mark.case("X03")
def test_of_many_replays_by_1_3_one_opens(two: tuple[World, list[str]]) -> None:
    world, addresses = two
    with serving({KID: PEM}) as url:
        platform = OtherPlatform(world, url, "https://a.example", "tool-a")
        platform.register()
        login = platform.login()
        fields = {"state": login.state, "id_token": token(platform.claims(login))}
        cookie = "; ".join(f"{one.name}={one.value}" for one in login.browser.session.cookies)
        answers = replayed(world, addresses, "/lti/launch", fields, {"Cookie": cookie})

    assert answers == {303: 1, 410: REPLAYS - 1}


@pytest.mark.case("O05")
def test_of_many_replays_by_1_1_one_opens(two: tuple[World, list[str]]) -> None:
    world, addresses = two
    secret = world.lms("lti", "consumer", "add", "--key", "k").strip().splitlines()[-1]
    body = FormPlatform(world, "k", secret).body()
    answers = replayed(world, addresses, "/lti/1.1/launch", body, dict(FORM))

    assert answers == {303: 1, 410: REPLAYS - 1}
