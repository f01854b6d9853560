"""Lists of people against a real database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from lms.clock import now
from lms.errors import Conflict, Invalid
from lms.people import cohorts, groups, roles
from lms.people.actor import Role
from lms.people.importing import Act, import_list, make_plan
from lms.people.models import AuditEntry, Person
from tests.factories.people import make_person

LIST = """\
имя;роль;поток;этап;группа;логин;язык
Аня Ёлкина;участник;2026;старт;Север;anya;ru
Борис Хорошевский;;2026;;Север;;
Илья Лебедев;тьютор;;;Север|Юг;ilya;
"""


def do(database, text, **more):
    with database.writing() as session:
        return import_list(session, text.encode("utf-8-sig"), by=None, at=now(), **more)


def look(database, text):
    with database.reading() as session:
        return make_plan(session, text.encode())


def acts(plan):
    return [planned.act for planned in plan.rows]


def notes(plan):
    return [note.text % note.params for planned in plan.rows for note in planned.notes]


def count_people(database):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Person))


def test_import_list_new_people_have_all_that_it_says(database):
    plan = do(database, LIST)

    assert acts(plan) == [Act.NEW] * 3
    with database.reading() as session:
        anya, boris, ilya = session.scalars(select(Person).order_by(Person.plain_name)).all()
        north, south = groups.list_groups(session)
        assert (anya.display_name, boris.display_name, ilya.display_name) == (
            "Аня Ёлкина",
            "Борис Хорошевский",
            "Илья Лебедев",
        )
        assert (north.title, south.title) == ("Север", "Юг")
        assert groups.member_ids(session, [north.id]) == {anya.id, boris.id}
        assert [one.id for one in groups.list_tutors(session, north.id)] == [ilya.id]
        assert [one.code for one in cohorts.memberships(session, boris.id)] == ["2026"]
        assert roles.roles_of(session, anya.id) == {Role.PARTICIPANT}
        assert roles.roles_of(session, ilya.id) == {Role.TUTOR}


def test_import_list_again_changes_nothing(database):
    do(database, LIST)

    plan = do(database, LIST)

    assert acts(plan) == [Act.SAME] * 3
    assert count_people(database) == 3


def test_make_plan_writes_nothing(database):
    assert acts(look(database, LIST)) == [Act.NEW] * 3
    assert count_people(database) == 0


def test_import_list_changed_rows_change_the_same_people(database):
    do(database, LIST)
    changed = LIST.replace("Аня Ёлкина", "Анна Ёлкина").replace("старт", "проект").replace("2026;;Север", "2026;;Юг")

    plan = do(database, changed)

    assert acts(plan) == [Act.CHANGE, Act.CHANGE, Act.SAME]
    assert notes(plan) == ["name: Аня Ёлкина → Анна Ёлкина", "stage: проект", "group: Юг"]
    assert count_people(database) == 3
    assert acts(look(database, changed)) == [Act.SAME] * 3


def test_import_list_number_carries_a_changed_name(database):
    do(database, "id,name,cohort\n7,Аня,2026\n8,Аня,2026\n")

    plan = do(database, "id,name,cohort\n8,Анна,2027\n7,Аня,2026\n")

    assert acts(plan) == [Act.CHANGE, Act.SAME]
    assert count_people(database) == 2


def test_import_list_numbers_added_later_name_the_same_people(database):
    do(database, "name,cohort\nАня,2026\n")

    do(database, "id,name,cohort\n7,Аня,2026\n")

    assert acts(look(database, "id,name,cohort\n7,Анна,2026\n")) == [Act.CHANGE]
    assert count_people(database) == 1


def test_import_list_name_of_somebody_numbered_is_a_question(database):
    do(database, "id,name,cohort\n7,Аня,2026\n")

    plan = look(database, "name,cohort\nаня,2026\n")

    assert acts(plan) == [Act.PROBLEM]


def test_import_list_person_added_by_hand_is_found_by_name_in_the_cohort(database):
    person_id = make_person(database, "Аня")
    with database.writing() as session:
        cohorts.join(session, cohorts.find_or_create_cohort(session, "2026").id, person_id)

    plan = do(database, "name,cohort,login\nАня,2026,anya\n")

    assert [planned.person_id for planned in plan.rows] == [person_id]


def test_import_list_same_person_twice_is_a_problem_of_the_second_line(database):
    plan = look(database, "name,cohort,login\nАня,2026,\nаня,2026,\nВера,2026,vv\nВика,2026,VV\n")

    assert acts(plan) == [Act.NEW, Act.PROBLEM, Act.NEW, Act.PROBLEM]


@pytest.mark.parametrize(
    "line", ["8,Борис,anya", "7,Аня,ivan", "9,Аня,anya"], ids=["other number", "other login", "new number"]
)
def test_import_list_contradictions_are_problems(database, line):
    do(database, "id,name,login\n7,Аня,anya\n8,Борис,boris\n")

    plan = look(database, f"id,name,login\n{line}\n")

    assert acts(plan) == [Act.PROBLEM]


def test_import_list_one_problem_imports_nobody(database):
    with pytest.raises(Invalid):
        do(database, LIST + "Вера;директор;;;;;\n")

    assert count_people(database) == 0


def test_import_list_never_takes_a_role_away(database):
    do(database, "name,login,role\nАня,anya,admin\n")

    do(database, "name,login\nАня,anya\n")

    with database.reading() as session:
        anya = session.scalars(select(Person)).one()
        assert roles.roles_of(session, anya.id) == {Role.ADMIN, Role.PARTICIPANT}


def test_import_list_other_plan_than_confirmed_is_refused(database):
    seen = look(database, LIST)
    do(database, LIST)

    with pytest.raises(Conflict):
        do(database, LIST, confirmed=seen.digest)


def test_import_list_confirmed_plan_is_done(database):
    assert acts(do(database, LIST, confirmed=look(database, LIST).digest)) == [Act.NEW] * 3


def test_import_list_two_at_once_double_nobody(database):
    lines = "name,cohort,tutor_group\n" + "".join(f"Имя {number},2026,Г{number % 7}\n" for number in range(60))

    with ThreadPoolExecutor(2) as pool:
        plans = list(pool.map(lambda _: do(database, lines), range(2)))

    assert sorted(plan.count(Act.NEW) for plan in plans) == [0, 60]
    assert count_people(database) == 60


def test_import_list_is_audited_without_names(database):
    do(database, LIST)

    with database.reading() as session:
        written = session.execute(select(AuditEntry.action, AuditEntry.details)).all()
    assert [details for action, details in written if action == "list.imported"] == [
        {"new": "3", "changed": "0", "same": "0"}
    ]
    assert "Ёлкина" not in str(written)
