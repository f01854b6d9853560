"""The administration of people in the browser."""

import io
import json
import re
from html import unescape
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select

from lms import people
from lms.clock import now
from lms.people import accounts, cohorts, groups, invitations, roles, sessions
from lms.people.actor import Role
from lms.people.audit_texts import ACTIONS
from lms.people.models import AuditEntry, Person, SignInSession
from lms.people.passwords import password_key
from tests.factories.people import actor_of, browser_of, make_person, without_csrf

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def admin_id(database):
    return make_person(database, "Анна Админова", Role.ADMIN, login="anna")


@pytest.fixture
def admin(app, admin_id):
    with without_csrf(app):
        yield browser_of(app, admin_id)


def links_in(page):
    return re.findall(r"http://lms\.localhost:8080(/welcome/[\w-]+)", unescape(page))


def test_people_list_finds_cyrillic_names_whatever_their_case(admin, database):
    make_person(database, "Пётр Чайкин", Role.PARTICIPANT)
    make_person(database, "Мария Черных", Role.MENTOR)

    page = admin.get("/admin/people?q=петр ЧАЙК").text

    assert "Пётр Чайкин" in page
    assert "Мария Черных" not in page


def test_people_list_does_not_miss_a_login_that_stands_beside(admin, database):
    make_person(database, "Вера", Role.PARTICIPANT)
    with database.writing() as session:
        listed = accounts.create_person(session, "Олег", at=now())
        accounts.add_account(session, listed.id, password_key("oleg"), at=now())

    with_login, without = (admin.get(f"/admin/people?q={name}").text for name in ("Олег", "Вера"))

    assert "Приглашения ещё нет" in with_login
    assert "Логина пока нет" not in with_login
    assert "Логина пока нет" in without


def test_people_list_shows_names_as_text(admin, database):
    make_person(database, "<script>alert(1)</script> O'Нил & Ко", Role.PARTICIPANT)

    page = admin.get("/admin/people").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_people_list_filters_by_role_cohort_and_group(admin, database):
    one, other = (make_person(database, name, Role.PARTICIPANT) for name in ("Вера", "Олег"))
    with database.writing() as session:
        cohorts.join(session, cohorts.find_or_create_cohort(session, "2026").id, one)
        group = groups.create_group(session, "Север", by=None, at=now())
        groups.add_member(session, group.id, other, by=None, at=now())

    def found(query):
        return {name for name in ("Вера", "Олег", "Анна Админова") if name in main(admin.get(query).text)}

    assert found("/admin/people?role=admin") == {"Анна Админова"}
    assert found("/admin/people?cohort=2026") == {"Вера"}
    assert found(f"/admin/people?group={group.id}") == {"Олег"}
    assert found("/admin/people?role=nonsense&group=nonsense") == {"Вера", "Олег", "Анна Админова"}


def main(page):
    """Without the frame, which names who is signed in."""
    return page[page.index("<main") : page.index("</main>")]


def test_people_list_needs_as_many_queries_for_a_full_page_as_for_a_short_one(app, admin, database):
    from sqlalchemy import event

    counted = []
    event.listen(database.engine, "before_cursor_execute", lambda *_: counted.append(1))

    def queries():
        counted.clear()
        assert admin.get("/admin/people").status_code == 200
        return len(counted)

    queries()  # opens connections
    short = queries()
    for number in range(29):
        make_person(database, f"Участник {number}", Role.PARTICIPANT)

    assert queries() == short


def test_add_person_shows_a_link_that_lets_them_in(app, admin, database):
    answer = admin.post(
        "/admin/people/new", data={"name": "Олег", "role": "participant", "cohort": "2026", "group": "Юг"}
    )
    (link,) = links_in(answer.text)
    guest = app.test_client()
    welcome = guest.post(link, data={"login": "oleg", "password": "длинный пароль", "again": "длинный пароль"})

    assert welcome.status_code == 302
    assert guest.get("/account").status_code == 200
    assert app.test_client().get(link).status_code == 410
    with database.reading() as session:
        oleg = session.scalars(select(Person).where(Person.plain_name == "олег")).one()
        assert roles.roles_of(session, oleg.id) == {Role.PARTICIPANT}
        assert len(groups.group_ids_of(session, oleg.id)) == 1


def test_add_person_without_a_name_asks_for_it(admin):
    assert admin.post("/admin/people/new", data={"name": " ", "role": "participant"}).status_code == 422


def test_invitation_sheet_has_a_qr_code_and_a_link_for_each_and_only_once(admin, database):
    ids = [make_person(database, name, Role.PARTICIPANT) for name in ("Вера", "Олег")]

    first = admin.post("/admin/people/act", data={"ids": [str(one) for one in ids], "act": "sheet"})
    again = admin.post("/admin/people/act", data={"ids": [str(one) for one in ids], "act": "sheet"})

    assert first.text.count("<svg") >= 2
    assert len(links_in(first.text)) == 2
    assert {admin.get(link).status_code for link in links_in(first.text)} == {410}
    assert {admin.get(link).status_code for link in links_in(again.text)} == {200}
    assert first.headers["Cache-Control"] == "no-store, private"


def test_invitation_sheet_of_everybody_found(admin, database):
    ids = [make_person(database, f"Участник {number}", Role.PARTICIPANT) for number in range(35)]
    with database.writing() as session:
        cohort = cohorts.find_or_create_cohort(session, "2026")
        for person_id in ids:
            cohorts.join(session, cohort.id, person_id)

    page = admin.post("/admin/people/act", data={"all": "1", "act": "sheet", "cohort": "2026"}).text

    assert len(set(links_in(page))) == 35


@pytest.mark.parametrize("data", [{}, {"act": "sheet"}, {"act": "group"}, {"act": "burn"}])
def test_act_without_sense_is_refused(admin, database, data):
    person_id = make_person(database, "Вера")

    assert admin.post("/admin/people/act", data={**data, "ids": "x"}).status_code == 422
    if data.get("act") != "sheet":
        assert admin.post("/admin/people/act", data={**data, "ids": str(person_id)}).status_code == 422


def test_person_page_shows_roles_groups_and_history(admin, admin_id, database):
    person_id = make_person(database, "Илья Лебедев", Role.MENTOR)
    url = f"/admin/people/{person_id}"
    with database.writing() as session:
        group = groups.create_group(session, "Север", by=None, at=now())

    assert admin.post(f"{url}/roles", data={"act": "give", "role": "tutor", "scope": str(group.id)}).status_code == 302
    assert admin.post(f"{url}/cohorts", data={"cohort": "2026", "stage": "старт"}).status_code == 302
    assert admin.post(f"{url}/change", data={"name": "Илья Л.", "locale": "en"}).status_code == 302
    page = admin.get(url).text

    assert "Илья Л." in page
    assert "Север" in page
    assert "старт" in page
    with database.reading() as session:
        actions = set(session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == admin_id)))
        assert actions == {"role.granted", "cohort.joined", "person.renamed"}


def test_person_page_of_nobody_is_not_found(admin):
    assert admin.get("/admin/people/01234567-0123-7123-8123-012345678901").status_code == 404
    assert admin.get("/admin/people/nonsense").status_code == 404


def test_lock_signs_out_everywhere_and_keeps_out(app, admin, database):
    person_id = make_person(database, "Вера", Role.PARTICIPANT, login="vera")
    hers = browser_of(app, person_id)
    assert hers.get("/account").status_code == 200

    admin.post(f"/admin/people/{person_id}/access", data={"act": "lock"})

    assert hers.get("/account").status_code == 302
    data = {"login": "vera", "password": "verschwiegene Flussforelle"}
    assert app.test_client().post("/sign-in", data=data).status_code == 403
    admin.post(f"/admin/people/{person_id}/access", data={"act": "unlock"})
    assert app.test_client().post("/sign-in", data=data).status_code == 302


def test_last_administrator_stays(admin, admin_id):
    url = f"/admin/people/{admin_id}"

    assert admin.post(f"{url}/roles", data={"act": "take", "role": "admin"}).status_code == 409
    assert admin.post(f"{url}/access", data={"act": "lock"}).status_code == 409
    assert admin.post(f"{url}/erase", data={"name": "Анна Админова"}).status_code == 422


def test_erase_forgets_the_person_and_keeps_the_audit(app, admin, database):
    person_id = make_person(database, "Вера Тайная", Role.PARTICIPANT, login="vera")
    hers = browser_of(app, person_id)

    assert admin.post(f"/admin/people/{person_id}/erase", data={"name": "Вера"}).status_code == 422
    assert admin.post(f"/admin/people/{person_id}/erase", data={"name": "Вера Тайная"}).status_code == 302

    assert admin.get(f"/admin/people/{person_id}").status_code == 404
    assert hers.get("/account").status_code == 302
    assert "Тайная" not in admin.get("/admin/people").text
    assert "Тайная" not in admin.get("/admin/people/audit").text
    assert "vera" not in admin.get("/admin/people").text


def test_export_is_a_file_with_everything(admin, database):
    person_id = make_person(database, "Вера Тайная", Role.PARTICIPANT, login="vera")

    answer = admin.post(f"/admin/people/{person_id}/export")

    with answer, ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["person.json"]
        kept = json.loads(archive.read("person.json"))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert {"people", "notices", "ledger"} <= set(kept)
    assert {row["what"] for row in kept["people"]["rows"]} >= {"person", "account", "role", "audit"}


def upload(admin, text):
    return admin.post("/admin/people/import", data={"file": (io.BytesIO(text.encode("utf-8-sig")), "list.csv")})


def test_import_preview_then_confirm(admin, database):
    answer = upload(admin, "ФИО;Поток;Группа\nВера <b>Ёлкина</b>;2026;Север\n")
    preview = admin.get(answer.location).text
    digest = re.search(r'name="digest" value="(\w+)"', preview)[1]

    assert "&lt;b&gt;Ёлкина&lt;/b&gt;" in preview
    assert count(database) == 1
    assert admin.post(answer.location, data={"digest": digest}).status_code == 302
    assert count(database) == 2
    assert admin.get(answer.location).status_code == 404


def do_import(admin, text):
    answer = upload(admin, text)
    digest = re.search(r'name="digest" value="(\w+)"', admin.get(answer.location).text)[1]
    return admin.post(answer.location, data={"digest": digest}).location


def ids_in(page):
    return re.findall(r'name="ids" value="([^"]+)"', page)


def test_import_leads_to_the_invitation_sheet_of_those_just_added(admin, database):
    do_import(admin, "ФИО;Поток\nОлег Давний;2026\n")
    place = do_import(admin, "ФИО;Поток\nОлег Давний;2026\nВера Новая;2026\nБорис Новый;2026\n")

    page = admin.get(place).text
    sheet = admin.post("/admin/people/act", data={"act": "sheet", "ids": ids_in(page)}).text

    assert "Вера Новая" in sheet
    assert "Борис Новый" in sheet
    assert "Олег Давний" not in sheet
    assert len(set(links_in(sheet))) == 2


def test_import_done_does_not_offer_a_sheet_to_those_who_came_in(app, admin, database):
    place = do_import(admin, "ФИО;Поток\nВера Новая;2026\nБорис Новый;2026\n")
    first, second = ids_in(admin.get(place).text)
    (link,) = set(links_in(admin.post(f"/admin/people/{first}/link").text))
    data = {"login": "boris", "password": "три слова для себя", "again": "три слова для себя"}
    assert app.test_client().post(link, data=data).status_code == 302

    assert ids_in(admin.get(place).text) == [second]


def test_import_of_hundreds_is_divided_into_sheets_that_can_be_made(admin, database):
    place = do_import(admin, "name\n" + "".join(f"Pupil {number}\n" for number in range(invitations.AT_ONCE + 1)))

    page = admin.get(place).text

    forms = [ids_in(part) for part in page.split("<form")[1:]]
    assert [len(ids) for ids in forms if ids] == [invitations.AT_ONCE, 1]


def test_import_done_that_never_was_is_not_found(admin, admin_id, database):
    do_import(admin, "name\nВера\n")
    with database.reading() as session:
        other = session.scalar(select(AuditEntry.id).where(AuditEntry.action == "person.added"))

    assert admin.get(f"/admin/people/import/done/{other}").status_code == 404
    assert admin.get(f"/admin/people/import/done/{admin_id}").status_code == 404


def count(database):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Person))


def test_import_problem_is_shown_with_its_line_and_nothing_can_be_confirmed(admin, database):
    answer = upload(admin, "name;role\nВера;\nОлег;директор\n")
    preview = admin.get(answer.location).text

    assert "директор" in preview
    assert re.search(r"<button[^>]*button--primary[^>]* disabled", preview)
    assert admin.post(answer.location, data={"digest": "x"}).status_code == 422
    assert count(database) == 1


def test_import_problem_names_the_column_as_the_file_does(admin, database):
    preview = admin.get(upload(admin, "Ф.И.О.;Роль;Логин\nВера;;vera petrova\nОлег;тьютор;\n").location).text

    assert re.search(r'class="number">2<', preview)
    assert "Столбец «Логин»: В логине" in preview
    assert "Столбец «группа»: Тьютор сопровождает" in preview
    assert not re.search(r"\b(login|tutor_group): ", preview)


def test_import_changed_meanwhile_shows_the_preview_again(admin, database):
    answer = upload(admin, "name;cohort\nВера;2026\n")

    again = admin.post(answer.location, data={"digest": "of another plan"})

    assert again.location == answer.location
    assert count(database) == 1


@pytest.mark.parametrize("text", ["", "role\nadmin\n", "PK\x03\x04\0"])
def test_import_unreadable_file_says_why_on_the_page(admin, text):
    answer = upload(admin, text)

    assert answer.status_code == 422
    assert 'class="field__error"' in answer.text


def test_import_too_big_is_refused(admin):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\n\r\nname\n'
    body = head + b"a" * (2 * 2**20) + b"\r\n--x--\r\n"

    answer = admin.post("/admin/people/import", data=body, content_type="multipart/form-data; boundary=x")

    assert answer.status_code == 413


def test_import_of_somebody_else_is_not_shown(app, admin, database):
    answer = upload(admin, "name\nВера\n")
    other = browser_of(app, make_person(database, "Борис", Role.ADMIN))

    assert other.get(answer.location).status_code == 404


def test_group_pages_make_fill_and_delete(admin, database):
    person_id = make_person(database, "Вера", Role.PARTICIPANT)
    tutor_id = make_person(database, "Илья", Role.MENTOR)

    url = admin.post("/admin/people/groups", data={"title": " Север  "}).location
    assert admin.post("/admin/people/groups", data={"title": "Север"}).status_code == 409
    assert admin.post("/admin/people/groups", data={"title": " "}).status_code == 422
    admin.post(url, data={"act": "add_member", "person_id": str(person_id)})
    admin.post(url, data={"act": "add_tutor", "person_id": str(tutor_id)})
    admin.post(url, data={"act": "rename", "title": "Северяне"})

    with database.reading() as session:
        (group,) = groups.list_groups(session)
        assert [one.id for one in groups.list_tutors(session, group.id)] == [tutor_id]
    assert "Вера" in main(admin.get(url).text)
    assert "Илья" in main(admin.get(f"{url}?q=иль").text)
    assert "Северяне" in admin.get("/admin/people/groups").text
    assert admin.post(url, data={"act": "explode"}).status_code == 400
    assert admin.post(url, data={"act": "delete"}).status_code == 302
    with database.reading() as session:
        assert groups.list_tutors(session, group.id) == []
    assert admin.get(url).status_code == 404


def test_audit_page_says_details_in_words(admin, database):
    person_id = make_person(database, "Вера", Role.MENTOR)
    with database.writing() as session:
        group = groups.create_group(session, "Север", by=None, at=now())
    admin.post(f"/admin/people/{person_id}/roles", data={"act": "give", "role": "tutor", "scope": str(group.id)})
    do_import(admin, "name\nОлег\n")

    page = main(admin.get("/admin/people/audit").text)

    assert "роль: Тьютор; где: Север" in page
    assert "роль: Наставник; где: везде" in page
    assert "новых: 1; изменённых: 0; прежних: 0" in page
    assert str(group.id) not in page


def test_audit_page_finds_by_name_and_says_when_nothing_is_found(admin, database):
    for name in ("Вера Ёлкина", "Олег Петров"):
        admin.post(f"/admin/people/{make_person(database, name)}/access", data={"act": "sign_out"})

    page = main(admin.get("/admin/people/audit?q=елкина").text)

    assert "Вера Ёлкина" in page
    assert "Олег Петров" not in page
    assert "<table" not in main(admin.get("/admin/people/audit?q=никто").text)


def test_audit_knows_a_text_for_each_action_that_is_recorded():
    source = "".join(path.read_text() for path in Path(people.__file__).parents[1].rglob("*.py"))

    recorded = set(re.findall(r'\brecord\(\s*session,\s*"([^"]+)"', source))

    assert {"person.added", "lti.launched", "job.again"} <= recorded
    assert recorded - set(ACTIONS) == set()


def test_audit_page_names_who_did_what_to_whom(admin, database):
    person_id = make_person(database, "Вера", Role.PARTICIPANT)
    admin.post(f"/admin/people/{person_id}/access", data={"act": "sign_out"})

    page = main(admin.get(f"/admin/people/audit?person={person_id}&action=person.signed_out").text)

    assert "Вера" in page
    assert "Анна Админова" in page


class TestTutor:
    """A tutor helps the participants of their own groups, and nobody else."""

    @pytest.fixture
    def north(self, database):
        with database.writing() as session:
            return groups.create_group(session, "Север", by=None, at=now()).id

    @pytest.fixture
    def south(self, database):
        with database.writing() as session:
            return groups.create_group(session, "Юг", by=None, at=now()).id

    @pytest.fixture
    def tutor(self, app, database, north):
        with without_csrf(app):
            yield browser_of(app, make_person(database, "Илья", Role.TUTOR, scope=north))

    def member(self, database, name, group_id, *given):
        person_id = make_person(database, name, *given)
        with database.writing() as session:
            groups.add_member(session, group_id, person_id, by=None, at=now())
        return person_id

    def test_sees_own_groups_alone(self, tutor, database, north, south):
        self.member(database, "Вера", north, Role.PARTICIPANT)

        assert "Север" in main(tutor.get("/groups").text)
        assert "Юг" not in main(tutor.get("/groups").text)
        assert "Вера" in tutor.get(f"/groups/{north}").text
        assert tutor.get(f"/groups/{south}").status_code == 403

    def test_makes_a_link_for_a_participant_of_the_group(self, app, tutor, database, north):
        vera = self.member(database, "Вера", north, Role.PARTICIPANT)

        page = tutor.post(f"/groups/{north}/links", data={"ids": str(vera), "act": "link"}).text

        (link,) = links_in(page)
        assert app.test_client().get(link).status_code == 200

    def test_makes_none_for_others(self, tutor, database, north, south):
        strange = self.member(database, "Олег", south, Role.PARTICIPANT)
        alone = make_person(database, "Одна", Role.PARTICIPANT)
        boss = self.member(database, "Анна", north, Role.ADMIN)

        for person_id in (strange, alone, boss):
            assert tutor.post(f"/groups/{north}/links", data={"ids": str(person_id)}).status_code == 403

    def test_reset_signs_the_old_browsers_out(self, app, tutor, database, north):
        vera = self.member(database, "Вера", north, Role.PARTICIPANT)
        with database.writing() as session:
            account = accounts.add_account(session, vera, accounts.AccountKey("password", "vera"), at=now())
            account.password_hash = "x"
        old = browser_of(app, vera)
        (link,) = links_in(tutor.post(f"/groups/{north}/links", data={"ids": str(vera)}).text)
        assert old.get("/account").status_code == 200

        app.test_client().post(link, data={"login": "vera", "password": "новый пароль", "again": "новый пароль"})

        assert old.get("/account").status_code == 302


def test_sign_in_ends_the_session_that_the_browser_came_with(app, database):
    first = make_person(database, "Вера", Role.PARTICIPANT)
    make_person(database, "Олег", Role.PARTICIPANT, login="oleg")
    browser = browser_of(app, first)
    with without_csrf(app):
        browser.post("/sign-in", data={"login": " OLEG", "password": "verschwiegene Flussforelle"})

    with database.reading() as session:
        ended = session.scalars(select(SignInSession.person_id).where(SignInSession.ended_at.is_not(None))).all()
    assert ended == [first]
    assert "Олег" in browser.get("/account").text


def test_seen_at_moves_on_with_use(app, database):
    from datetime import timedelta

    person_id = make_person(database, "Вера", Role.PARTICIPANT)
    browser = browser_of(app, person_id)
    long_ago = now() - timedelta(hours=3)
    with database.writing() as session:
        for one in session.scalars(select(SignInSession)):
            one.seen_at = long_ago

    browser.get("/account")

    with database.reading() as session:
        (row,) = sessions.list_sessions(session, person_id, at=now())
        assert now() - row.seen_at < timedelta(minutes=1)


def test_admin_has_what_the_tables_say(database, admin_id):
    assert actor_of(database, admin_id).may("people.manage")
