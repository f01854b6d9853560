"""What participants, and people who only look, see of courses."""

import re
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event

from lms.clock import now
from lms.courses import service as courses
from lms.courses.kinds import ActivityKinds, State
from lms.people import groups
from lms.people.actor import Role
from tests.factories.courses import QuestKind, enrol, score, sync, write_course
from tests.factories.people import browser_of, make_person, without_csrf

PNG = b"\x89PNG\r\n\x1a\n-not really"
EN = {"Accept-Language": "en"}


@pytest.fixture
def person(database):
    return make_person(database, "Maria Petrova", Role.PARTICIPANT)


@pytest.fixture
def reader(app, person):
    with without_csrf(app):
        yield browser_of(app, person)


def words(answer) -> str:
    """The page's main part as a reader meets it."""
    main = answer.text.partition("<main")[2].partition("</main>")[0].partition(">")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


@contextmanager
def counted(database):
    """The statements sent to the database meanwhile."""
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_home_of_a_newcomer_lets_them_in_and_says_what_is_first(database, tmp_path, reader):
    sync(database, write_course(tmp_path))

    page = reader.get("/", headers=EN)

    assert page.status_code == 200
    assert "Course maths" in words(page)
    assert 'href="/courses/maths/lessons/intro"' in page.text


def test_home_goes_on_where_the_participant_was_last(database, tmp_path, reader, person):
    first = sync(database, write_course(tmp_path, "first"))
    second = sync(database, write_course(tmp_path, "second"))
    reader.get("/")
    reader.post("/courses/second/lessons/intro/read")

    page = reader.get("/", headers=EN)

    hero = page.text.partition("hero-title")[2].partition("</section>")[0]
    assert "Step dig" in hero
    assert 'href="/quests/dig"' in hero
    assert first.id != second.id


def test_home_lists_deadlines_news_and_completed_courses(database, tmp_path, reader, person):
    run = sync(database, write_course(tmp_path, "done", steps=["quest:dig"]))
    sync(database, write_course(tmp_path, "open", step_fields={"outro": "due_days = 3", "dig": "due_days = 2"}))
    score(database, run, person, "dig", "7.5")

    said = words(reader.get("/", headers=EN))

    assert re.search(r"Deadlines Step dig Course open .* Step outro Course open", said)
    assert re.search(r"New feedback Step dig .* 7\.5 / 10", said)
    assert "Completed" in said


def test_home_of_nobody_leads_to_the_sign_in(client):
    assert client.get("/").location == "/sign-in?next=/"


def test_course_page_shows_states_and_what_is_missing(database, tmp_path, reader, person):
    rule = 'all = [{ activity = "intro" }, { activity = "dig", at_least = 0.6 }]'
    run = sync(database, write_course(tmp_path, rule=rule))
    score(database, run, person, "dig", "5.99")

    said = words(reader.get("/courses/maths", headers=EN))

    assert "“Step dig”: at least 60 % of the points, so far 59 %" in said
    assert "0 of 3 steps" in said


def test_reading_the_last_lesson_completes_the_course_and_says_so(database, tmp_path, reader):
    sync(database, write_course(tmp_path, steps=["lesson:intro", "lesson:outro"]))

    onward = reader.post("/courses/maths/lessons/intro/read")
    again = reader.post("/courses/maths/lessons/intro/read")
    last = reader.post("/courses/maths/lessons/outro/read", headers=EN)
    page = reader.get("/courses/maths", headers=EN)

    assert onward.location == again.location == "/courses/maths/lessons/outro"
    assert last.location == "/courses/maths"
    assert "The course is completed. Well done!" in page.text
    assert "2 of 2 steps" in words(page)


def test_lesson_page_is_in_the_language_of_the_reader_and_knows_its_neighbours(database, tmp_path, reader):
    folder = write_course(tmp_path)
    (folder / "lessons/intro.en.md").write_text("# Intro\n\nIn English.\n")
    toml = folder / "course.toml"
    toml.write_text(
        toml.read_text().replace('ru = "lessons/intro.md"', 'ru = "lessons/intro.md", en = "lessons/intro.en.md"')
    )
    sync(database, folder)

    english = reader.get("/courses/maths/lessons/intro", headers=EN)
    russian = reader.get("/courses/maths/lessons/intro", headers={"Accept-Language": "ru"})

    assert "In English." in words(english)
    assert "<em>text</em> of intro" in russian.text
    assert 'href="/quests/dig" rel="next"' in english.text
    assert 'rel="prev"' not in english.text


def test_picture_of_a_lesson_is_served_and_nothing_else_of_the_course(database, tmp_path, reader):
    folder = write_course(tmp_path)
    (folder / "img").mkdir()
    (folder / "img/map.png").write_bytes(PNG)
    (folder / "img/secret.png").write_bytes(b"not shown anywhere")
    (folder / "lessons/intro.md").write_text("# Intro\n\n![A map](../img/map.png)\n")
    sync(database, folder)

    page = reader.get("/courses/maths/lessons/intro")
    address = re.search(r'<img src="([^"]+)"', page.text)
    assert address is not None
    picture = reader.get(address[1])
    others = ["img/secret.png", "lessons/intro.md", "course.toml", "../maths/img/map.png"]

    assert (picture.status_code, picture.data, picture.mimetype) == (200, PNG, "image/png")
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert [reader.get(address[1].replace("img/map.png", other)).status_code for other in others] == [404] * 4


def test_elective_is_chosen_and_given_back(database, tmp_path, reader, person, app):
    run = sync(database, write_course(tmp_path, "chess", kind="elective", head="seats = 1"))
    other = make_person(database, "Other", Role.PARTICIPANT)

    assert "0 of 1 seats taken" in words(reader.get("/courses", headers=EN))
    before = reader.get("/courses/chess/lessons/intro")
    assert 'action="/courses/chess/join"' in reader.get("/courses/chess").text
    assert reader.post("/courses/chess/join").location == "/courses/chess"
    assert reader.get("/courses/chess/lessons/intro").status_code == 200
    assert before.status_code == 403
    full = browser_of(app, other).post("/courses/chess/join", headers=EN)
    assert full.status_code == 409
    assert "All seats of this course are taken" in words(full)
    assert reader.post("/courses/chess/leave").location == "/courses"
    assert browser_of(app, other).post("/courses/chess/join").status_code == 302

    with database.reading() as session:
        assert courses.is_enrolled(session, run.id, other)
        assert not courses.is_enrolled(session, run.id, person)


def test_mandatory_course_of_others_is_unknown_and_can_be_neither_chosen_nor_left(database, tmp_path, reader, person):
    sync(database, write_course(tmp_path, "theirs", head='cohorts = ["2030"]'))
    sync(database, write_course(tmp_path, "mine"))

    theirs = [reader.get(f"/courses/theirs{rest}").status_code for rest in ("", "/lessons/intro")]
    acts = [
        reader.post(f"/courses/{slug}/{act}").status_code for slug in ("theirs", "mine") for act in ("join", "leave")
    ]
    nonsense = [reader.get(f"/courses/{path}").status_code for path in ("no", "mine/lessons/no", "mine/lessons/dig")]

    assert theirs == [404, 404]
    assert acts == [404] * 4
    assert nonsense == [404] * 3


@pytest.mark.parametrize("role", [Role.TUTOR, Role.ADMIN])
def test_staff_may_look_at_every_course_and_leave_no_trace(database, tmp_path, app, role):
    sync(database, write_course(tmp_path, "theirs", head='cohorts = ["2030"]'))
    with without_csrf(app):
        staff = browser_of(app, make_person(database, "Staff", role))

        pages = [staff.get(path, headers=EN) for path in ("/", "/courses/theirs", "/courses/theirs/lessons/intro")]
        deeds = [staff.post(f"/courses/theirs/{act}").status_code for act in ("join", "leave", "lessons/intro/read")]

    assert [page.status_code for page in pages] == [200] * 3
    assert "/read" not in pages[2].text
    assert deeds == [403, 403, 403]


def test_staff_of_another_run_alone_sees_nothing_and_of_a_group_everything(database, tmp_path, app):
    mine = sync(database, write_course(tmp_path, "mine"))
    sync(database, write_course(tmp_path, "theirs"))
    with database.writing() as session:
        group = groups.create_group(session, "Group", by=None, at=now())
    of_run = reader_of_role(app, Role.TEACHER, mine.id)
    of_group = reader_of_role(app, Role.TUTOR, group.id)

    assert "Course mine" in words(of_run.get("/courses/all", headers=EN))
    assert "Course theirs" not in words(of_run.get("/courses/all", headers=EN))
    assert "Course theirs" in words(of_group.get("/courses/all", headers=EN))
    assert [of_run.get(f"/courses/{slug}").status_code for slug in ("mine", "theirs")] == [200, 404]
    assert [of_group.get(f"/courses/{slug}").status_code for slug in ("mine", "theirs")] == [200, 200]


def reader_of_role(app, role, scope):
    return browser_of(app, make_person(app.extensions["lms.database"], "Staff", role, scope=scope))


def test_host_without_a_course_sees_none(database, tmp_path, app):
    sync(database, write_course(tmp_path))
    sync(database, write_course(tmp_path, "chess", kind="elective"))
    host = browser_of(app, make_person(database, "Host", Role.HOST))

    assert [
        host.get(path).status_code for path in ("/", "/courses", "/courses/all", "/courses/maths", "/courses/chess")
    ] == [
        200,
        403,
        403,
        404,
        404,
    ]


def test_posts_without_the_form_token_are_refused(database, tmp_path, app, person):
    run = sync(database, write_course(tmp_path, "chess", kind="elective"))

    assert browser_of(app, person).post("/courses/chess/join").status_code == 400
    with database.reading() as session:
        assert not courses.is_enrolled(session, run.id, person)


def test_course_page_takes_as_many_queries_whatever_its_size(database, tmp_path, reader, person):
    small = sync(database, write_course(tmp_path, "small"))
    long = [*(f"lesson:s{number}" for number in range(20)), *(f"quest:q{number}" for number in range(20))]
    big = sync(database, write_course(tmp_path, "big", steps=long))
    for number in range(20):
        reader.post(f"/courses/big/lessons/s{number}/read")
        score(database, big, person, f"q{number}", "3")
    for slug in ("small", "big"):
        reader.get(f"/courses/{slug}")  # the process reads each snapshot once

    with counted(database) as for_small:
        reader.get("/courses/small")
    with counted(database) as for_big:
        reader.get("/courses/big")

    assert small.id != big.id
    assert len(for_big) == len(for_small) <= 14


def test_home_takes_as_many_queries_for_six_courses_as_for_twenty(database, tmp_path, reader, person):
    for number in range(6):
        sync(database, write_course(tmp_path, f"course-{number}"))
    reader.get("/")
    with counted(database) as for_six:
        reader.get("/")

    for number in range(6, 20):
        run = sync(database, write_course(tmp_path, f"course-{number}"))
        score(database, run, person, "dig", "3")
    reader.get("/")
    with counted(database) as for_twenty:
        reader.get("/")

    assert len(for_twenty) == len(for_six) <= 30


def test_catalogue_takes_as_many_queries_for_two_courses_as_for_twelve(database, tmp_path, reader, person):
    for number in range(2):
        sync(database, write_course(tmp_path, f"course-{number}", kind="elective"))
    reader.get("/courses")
    with counted(database) as for_two:
        reader.get("/courses")
    for number in range(2, 12):
        enrol(database, sync(database, write_course(tmp_path, f"course-{number}", kind="elective")), person)
    reader.get("/courses")
    with counted(database) as for_twelve:
        reader.get("/courses")

    assert len(for_twelve) == len(for_two) <= 14


def test_course_page_is_open_while_a_plugin_of_its_steps_is_gone(database, tmp_path, app, reader, person):
    sync(database, write_course(tmp_path))
    del database.registries.get(ActivityKinds)._items["quest"]

    page = reader.get("/courses/maths", headers=EN)

    assert page.status_code == 200
    assert "Step dig" in words(page)
    assert "/quests/dig" not in page.text


WORK = 'all = [{ activity = "intro" }, { activity = "dig", at_least = 0.6 }, { activity = "outro" }]'


def hero(page) -> str:
    """The first card of the start page."""
    return page.text.partition("hero-title")[2].partition("</section>")[0]


def read(reader, *steps):
    for step in steps:
        reader.post(f"/courses/maths/lessons/{step}/read")


def test_step_with_too_few_points_is_not_done_and_says_what_is_missing(database, tmp_path, reader, person):
    run = sync(database, write_course(tmp_path, rule=WORK))
    reader.get("/")
    read(reader, "intro", "outro")
    score(database, run, person, "dig", "5")

    page, home = reader.get("/courses/maths", headers=EN), reader.get("/", headers=EN)

    assert "2 of 3 steps" in words(page)
    assert "2 of 3 steps" in words(home)
    assert "Not enough points yet 60 % is needed: try again" in words(page)
    assert "Step dig" in hero(home)
    assert 'href="/quests/dig"' in hero(home)


def test_step_with_enough_points_ends_what_is_to_do(database, tmp_path, reader, person):
    run = sync(database, write_course(tmp_path, rule=WORK))
    reader.get("/")
    read(reader, "intro", "outro")
    score(database, run, person, "dig", "6")

    assert "Everything is done for now" in hero(reader.get("/", headers=EN))
    assert "3 of 3 steps" in words(reader.get("/courses/maths", headers=EN))


def test_home_does_not_send_anybody_to_an_alternative_that_is_made_up_for(database, tmp_path, reader, person):
    rule = 'all = [{ any = [{ activity = "dig", at_least = 0.6 }, { activity = "intro" }] }, { activity = "outro" }]'
    run = sync(database, write_course(tmp_path, rule=rule))
    reader.get("/")
    read(reader, "intro")
    score(database, run, person, "dig", "1")

    assert "Step outro" in hero(reader.get("/", headers=EN))


def test_home_of_whom_a_criterion_alone_is_missing_does_not_say_that_all_is_done(database, tmp_path, reader):
    rule = 'all = [{ activity = "intro" }, { by_person = "talk" }]'
    sync(database, write_course(tmp_path, steps=["lesson:intro"], rule=rule, criteria=["talk"]))
    reader.get("/")
    read(reader, "intro")

    assert "Nothing to do until there is an answer" in hero(reader.get("/", headers=EN))


def test_home_of_whom_nothing_can_help_any_more_says_so(database, tmp_path, reader):
    rule = 'all = [{ activity = "intro", before = 2020-01-01T00:00:00+05:00 }]'
    sync(database, write_course(tmp_path, steps=["lesson:intro"], rule=rule))
    reader.get("/")
    read(reader, "intro")

    page = reader.get("/", headers=EN)

    assert "Talk to your tutor" in hero(page)
    assert "Course maths" in hero(page)
    assert "Everything is done for now" not in page.text


def test_step_without_attempts_left_says_so_and_is_not_next(database, tmp_path, app, person):
    del database.registries.get(ActivityKinds)._items["quest"]
    database.registries.get(ActivityKinds).add(OneTry())
    run = sync(database, write_course(tmp_path, rule=WORK))
    with without_csrf(app):
        reader = browser_of(app, person)
        reader.get("/")
        read(reader, "intro", "outro")
    score(database, run, person, "dig", "5")

    page, home = reader.get("/courses/maths", headers=EN), reader.get("/", headers=EN)

    assert "60 % is needed, and all attempts are used. Talk to your tutor." in words(page)
    assert "Continue" not in words(page)
    assert "Talk to your tutor" in hero(home)


class OneTry(QuestKind):
    """A quest that can be tried once."""

    def states(self, session, person_id, run_id, steps):
        found = super().states(session, person_id, run_id, steps)
        return {name: replace(state, tries_left=int(state.state is State.TODO)) for name, state in found.items()}


def test_crumbs_do_not_end_with_a_sign_that_leads_nowhere(database, tmp_path, reader):
    sync(database, write_course(tmp_path))

    page = reader.get("/courses/maths/lessons/intro", headers=EN)

    crumbs = page.text.partition('class="crumbs"')[2].partition("</ol>")[0]
    assert crumbs.count("<li>") == 2
    assert crumbs.count("chevron-right") == 1


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/", "Home"),
        ("/courses", "Electives"),
        ("/courses/all", "Courses"),
        ("/courses/maths", "Home"),
        ("/courses/maths/lessons/intro", "Home"),
        ("/admin/jobs", "Administration"),
    ],
)
def test_menu_says_of_one_item_alone_that_the_visitor_is_there(database, tmp_path, app, path, label):
    sync(database, write_course(tmp_path))
    person = make_person(database, "Both", Role.PARTICIPANT, Role.ADMIN)

    page = browser_of(app, person).get(path, headers=EN)

    menu = page.text.partition('class="nav__list"')[2].partition("</ul>")[0]
    active = re.findall(r'aria-current="page">.*?nav__label">([^<]+)<', menu)
    assert active == [label]
