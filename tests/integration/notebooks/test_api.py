"""What a participant's server may ask of the tool, whoever's token it shows."""

import base64
import json

import pytest

from lms.clock import now
from lms.courses import service as courses
from lms.people.models import Person
from tests.factories import notebooks as nb

WORK = nb.encode(nb.notebook([nb.code("total = 4")]))


class Server:
    """A participant's notebook server, as the tool sees it."""

    def __init__(self, client, hub, person_id, language=""):
        self._client = client
        hub.users["token-of-the-server"] = f"u{person_id.hex}"
        self.headers = {"Authorization": "Bearer token-of-the-server", "Accept": "application/json"}
        if language:
            self.headers["Accept-Language"] = language

    def get(self, path):
        return self._client.get(f"/api/notebooks{path}", headers=self.headers)

    def submit(self, data=WORK, source="lab", assignment="sums"):
        path = f"/api/notebooks/assignments/maths/{assignment}/submissions"
        return self._client.post(path, query_string={"source": source}, data=data, headers=self.headers)


@pytest.fixture
def server(client, token_hub, pupil):
    return Server(client, token_hub, pupil)


def test_assignments_are_those_of_the_persons_courses(server):
    answer = server.get("/assignments").json

    assert answer == {
        "locale": "ru",
        "assignments": [
            {"course": "maths", "assignment": "sums", "title": "Step sums", "notebooks": ["sums.ipynb"], "open": True}
        ],
    }


@pytest.mark.databases("sqlite")
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("language", "title"), [("ru", "# Суммы"), ("en", "# Sums")])
def test_files_are_the_release_in_the_persons_language_and_the_data_beside(client, token_hub, pupil, language, title):
    answer = Server(client, token_hub, pupil, language).get("/assignments/maths/sums/files").json

    found = {each["path"]: base64.b64decode(each["content"]) for each in answer["files"]}
    assert sorted(found) == ["data.csv", "sums.ipynb"]
    assert found["data.csv"] == b"1,2\n"
    sources = ["".join(cell["source"]) for cell in json.loads(found["sums.ipynb"])["cells"]]
    assert sources[0] == title
    assert "2 + 2" not in "".join(sources)


def test_submission_is_taken_once_for_the_same_bytes(server):
    first, again, other = (
        server.submit(),
        server.submit(),
        server.submit(nb.encode(nb.notebook([nb.code("total = 5")]))),
    )

    assert [answer.status_code for answer in (first, again, other)] == [201, 200, 201]
    assert [answer.json["number"] for answer in (first, again, other)] == [1, 1, 2]
    listed = server.get("/assignments/maths/sums/submissions").json["submissions"]
    assert [(each["number"], each["state"]) for each in listed] == [(1, "waiting"), (2, "waiting")]


@pytest.mark.databases("sqlite")
def test_sentences_are_in_the_language_of_the_page_else_of_the_profile(client, token_hub, pupil, database):
    assert Server(client, token_hub, pupil, "en").submit().json["message"] == "Sent. We are checking it…"

    with database.writing() as session:
        session.get_one(Person, pupil).locale = "en"
    again = Server(client, token_hub, pupil).submit().json["message"]

    assert again == "You have sent this very notebook before: it is attempt 1."


@pytest.mark.databases("sqlite")
def test_used_attempts_close_the_assignment(server):
    for number in range(2):
        assert server.submit(nb.encode(nb.notebook([nb.code(str(number))]))).status_code == 201

    refused = server.submit(nb.encode(nb.notebook([nb.code("2")])))

    assert refused.status_code == 409
    assert refused.mimetype == "application/problem+json"
    assert refused.json["title"]
    assert server.get("/assignments").json["assignments"][0]["open"] is False


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("size", [0, "upload_limit"])
def test_empty_and_too_big_bodies_are_refused(server, settings, size):
    length = settings.upload_limit + 1 if size == "upload_limit" else size

    answer = server.submit(b"x" * length)

    assert answer.status_code == (413 if length else 422)
    assert server.get("/assignments/maths/sums/submissions").json["submissions"] == []


@pytest.mark.databases("sqlite")
def test_token_that_the_hub_does_not_know_opens_nothing(server, token_hub):
    assert server.get("/assignments").status_code == 200

    token_hub.users.clear()

    assert server.get("/assignments").status_code == 401
    assert server.submit().status_code == 401


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("name", ["admin", "u", "u0", f"u{'0' * 32}"])
def test_hub_user_without_a_person_opens_nothing(server, token_hub, name):
    token_hub.users["token-of-the-server"] = name

    assert server.get("/assignments").status_code == 401


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("field", ["locked_at", "erased_at"])
def test_locked_and_erased_people_are_out(server, database, pupil, field):
    assert server.get("/assignments").status_code == 200

    with database.writing() as session:
        setattr(session.get_one(Person, pupil), field, now())

    assert server.get("/assignments").status_code == 401


@pytest.mark.databases("sqlite")
def test_who_left_the_course_gets_nothing_more(server, database, pupil):
    with database.writing() as session:
        run = courses.find_run_by_slug(session, "maths")
        courses.find_enrolment(session, run.id, pupil).left_at = now()

    assert server.get("/assignments").json["assignments"] == []
    assert server.get("/assignments/maths/sums/files").status_code == 403
    assert server.submit().status_code == 403


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("path", ["/assignments/maths/nothing/files", "/assignments/maths/intro/files"])
def test_what_is_no_assignment_is_not_found(server, path):
    assert server.get(path).status_code == 404


@pytest.mark.databases("sqlite")
def test_hub_that_is_down_is_said_so(server, token_hub):
    token_hub.stop()

    answer = server.get("/assignments")

    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"
