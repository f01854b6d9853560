"""From a folder into the database, again and again."""

import pytest

from lms.clock import now
from lms.courses import service
from lms.courses.folder import BrokenCourse, load
from lms.courses.kinds import ActivityKinds, ContentChecks
from lms.errors import Conflict, NotFound
from tests.factories.courses import sync, write_course


def test_sync_twice_changes_nothing(database, tmp_path):
    folder = write_course(tmp_path)

    first = sync(database, folder)
    with database.writing() as session:
        again = service.sync(session, service.load(session, folder), at=now())

    assert (again.run.id, again.run.snapshot_id) == (first.id, first.snapshot_id)
    assert (again.is_new_run, again.is_new_content, again.pending) == (False, False, ())


def test_sync_mended_typo_reaches_the_run_and_the_old_snapshot_stays(database, tmp_path):
    folder = write_course(tmp_path)
    first = sync(database, folder)
    (folder / "lessons/intro.md").write_text("# Intro\n\nMended.\n")

    second = sync(database, folder)

    assert second.id == first.id
    assert second.snapshot_id != first.snapshot_id
    with database.reading() as session:
        assert service.read_file(session, second, "lessons/intro.md") == b"# Intro\n\nMended.\n"
        assert b"The *text* of intro." in service.read_snapshot_file(session, first.snapshot_id, "lessons/intro.md")


def test_sync_changed_contract_waits_until_it_is_applied(database, tmp_path):
    folder = write_course(tmp_path, step_fields={"dig": "due_days = 7"})
    run = sync(database, folder)
    write_course(tmp_path, step_fields={"dig": "due_days = 9\nweight = 3"})

    with database.writing() as session:
        synced = service.sync(session, service.load(session, folder), at=now())
        step = service.content_of(session, synced.run).get_step("dig")
        due_before = service.step_due_at(synced.run, step)
    with database.writing() as session:
        applied = service.apply_contract(session, service.load(session, folder), at=now())
        due_after = service.step_due_at(applied.run, step)

    assert [change.field for change in synced.pending] == ["weights.dig", "due_days.dig"]
    assert synced.run.contract_version == run.contract_version == 1
    assert applied.run.contract_version == 2
    assert (due_after - due_before).days == 2


def test_sync_without_a_promised_step_is_refused_and_nothing_changes(database, tmp_path):
    run = sync(database, write_course(tmp_path))
    folder = write_course(tmp_path, steps=["lesson:intro"])

    with pytest.raises(Conflict) as refusal:
        sync(database, folder)

    assert refusal.value.params["steps"] == "dig, outro"
    with database.reading() as session:
        assert service.get_run(session, run.id).snapshot_id == run.snapshot_id


def test_sync_a_named_run_stands_beside_the_current_one(database, tmp_path):
    folder = write_course(tmp_path)
    first = sync(database, folder, code="2025")

    second = sync(database, folder, code="2099")

    assert second.id != first.id
    with database.reading() as session:
        assert [run.code for run in service.list_runs(session)] == ["2099"]


def test_load_problems_of_steps_files_and_rule_come_together(database, tmp_path):
    folder = write_course(
        tmp_path,
        steps=["lesson:intro", "quest:dig", "riddle:sphinx"],
        step_fields={"intro": "colour = 1", "dig": "treasure = 2"},
        rule='all = [{ activity = "digg" }]',
    )
    (folder / "lessons/intro.md").write_text("![](missing.png)")
    known = database.registries

    with pytest.raises(BrokenCourse) as broken:
        load(folder, known.get(ActivityKinds), known.get(ContentChecks))

    found = {(problem.file, problem.field, problem.line is not None) for problem in broken.value.problems}
    assert found == {
        ("course.toml", "steps[1].colour", True),
        ("lessons/intro.md", "", True),
        ("course.toml", "steps[2].treasure", True),
        ("course.toml", "steps[3].kind", True),
    }


def test_load_rule_that_names_no_step_says_which_was_meant(database, tmp_path):
    folder = write_course(tmp_path, rule='any = [{ activity = "intro" },\n  { activity = "digg" }]')
    known = database.registries

    with pytest.raises(BrokenCourse) as broken:
        load(folder, known.get(ActivityKinds), known.get(ContentChecks))

    (problem,) = broken.value.problems
    assert problem.field == "completion.any[2].activity"
    assert "Did you mean 'dig'?" in problem.text
    assert (folder / "course.toml").read_text().splitlines()[(problem.line or 0) - 1] == '  { activity = "digg" }]'


def problems_of(database, folder):
    known = database.registries
    with pytest.raises(BrokenCourse) as broken:
        load(folder, known.get(ActivityKinds), known.get(ContentChecks))
    lines = (folder / "course.toml").read_text().splitlines()
    return [(each.field, lines[(each.line or 0) - 1], each.text) for each in broken.value.problems]


def test_load_criterion_without_a_title_says_how_to_give_it_one(database, tmp_path):
    folder = write_course(tmp_path, rule='all = [{ activity = "intro" },\n  { by_person = "defence" }]')

    ((field, line, text),) = problems_of(database, folder)

    assert (field, line) == ("completion.all[2].by_person", '  { by_person = "defence" }]')
    assert '[[criteria]] with id = "defence" and title = { ru = "…", en = "…" }' in text


def test_load_criterion_that_is_misspelt_says_which_was_meant(database, tmp_path):
    folder = write_course(tmp_path, rule='by_person = "defense"', criteria=["defence"])

    found = problems_of(database, folder)

    assert [(field, line) for field, line, _ in found] == [
        ("criteria[1].id", 'id = "defence"'),
        ("completion.by_person", 'by_person = "defense"'),
    ]
    assert 'Ask for it there: { by_person = "defence" }, or remove it.' in found[0][2]
    assert "Did you mean 'defence'?" in found[1][2]


def test_load_criterion_twice_or_without_a_language_is_named_with_its_place(database, tmp_path):
    folder = write_course(tmp_path, rule='by_person = "talk"', criteria=["talk", "talk"])
    twice = problems_of(database, folder)
    toml = folder / "course.toml"
    toml.write_text(toml.read_text().replace('{ en = "Criterion talk" }', "{}", 1))

    empty = problems_of(database, folder)

    assert [(field, text) for field, _, text in twice] == [
        ("criteria[2].id", "criteria[1] has this id already. Choose another one.")
    ]
    assert [field for field, _, _ in empty] == ["criteria[1].title"]
    assert "For example: title = {" in empty[0][2]


def test_sync_without_a_promised_criterion_is_refused(database, tmp_path):
    sync(database, write_course(tmp_path, rule='by_person = "talk"', criteria=["talk"]))
    folder = write_course(tmp_path, rule='by_person = "defence"', criteria=["defence"])

    with pytest.raises(Conflict) as refusal:
        sync(database, folder)

    assert refusal.value.params["criteria"] == "talk"


@pytest.mark.parametrize("place", ["../outside.md", "/etc/hostname", "lessons/link.md"])
def test_load_file_outside_the_folder_is_refused(database, tmp_path, place):
    folder = write_course(tmp_path)
    (tmp_path / "outside.md").write_text("not yours")
    (folder / "lessons/link.md").symlink_to(tmp_path / "outside.md")
    toml = folder / "course.toml"
    toml.write_text(toml.read_text().replace("lessons/intro.md", place))
    known = database.registries

    with pytest.raises(BrokenCourse) as broken:
        load(folder, known.get(ActivityKinds), known.get(ContentChecks))

    assert [problem.field for problem in broken.value.problems] == ["steps[1].file.ru"]
    assert "outside the course's folder" in broken.value.problems[0].text


def test_assignment_files_are_laid_out_as_the_snapshot_has_them(database, tmp_path):
    folder = write_course(tmp_path, steps=["assignment:count", "lesson:intro"])
    (folder / "source/count").mkdir(parents=True)
    notebook = (
        '{"cells": [{"cell_type": "code", "execution_count": null, "id": "t1", "metadata": {"nbgrader": {"grade": true,'
        '"grade_id": "t1", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false,'
        '"cell_type": "code"}}, "outputs": [], "source": "assert True"}], "metadata": {"kernelspec": {"display_name":'
        '"Python 3", "language": "python", "name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}'
    )
    (folder / "source/count/count.ipynb").write_text(notebook)
    (folder / "source/count/data.csv").write_text("a,b\n1,2\n")
    run = sync(database, folder)

    with database.reading() as session:
        found = service.assignment_files(session, "count", run.snapshot_id)
        with pytest.raises(NotFound):
            service.assignment_files(session, "intro", run.snapshot_id)
    found.export(tmp_path / "out")

    exported = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert exported == {"source/count/count.ipynb", "source/count/data.csv"}
    assert (tmp_path / "out/source/count/count.ipynb").read_text() == notebook
