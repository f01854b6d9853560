"""The whole story: from the school's LMS through lessons, notebook, tutor, completion and skillfolio back to its gradebook."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lms.demo.works import solve
from tests.e2e.story.demo import ROOT, Demo
from tests.e2e.story.launching import TITLE, launch

COURSE = "data-for-everyone"
LESSONS = ("why-data", "tables", "averages", "honest-charts")
LAB_MS = 120_000
GRADING_MS = 240_000
_TOKEN = "JSON.parse(document.getElementById('jupyter-config-data').textContent).token"
_PUT = f"""async ([path, content]) => (await fetch(path, {{
    method: 'PUT', headers: {{ Authorization: 'token ' + {_TOKEN}, 'Content-Type': 'application/json' }},
    body: JSON.stringify({{ type: 'notebook', format: 'json', content }})
}})).status"""


def solved(released: bytes, step: str, answer: str) -> bytes:
    """The handed-out notebook with the author's solutions and a written answer of this participant's own."""
    source = ROOT / "courses" / COURSE / "source" / step / f"{step}.ipynb"
    return solve(released, source.read_bytes(), tasks=None, answer=answer)


def read_lessons(page: Page, demo: Demo) -> None:
    for lesson in LESSONS:
        page.goto(f"{demo.tool}/courses/{COURSE}/lessons/{lesson}")
        button = page.get_by_role("main").get_by_role("button", name=re.compile("Прочитано"))
        if button.count():  # read already when a story is told twice
            button.click()
            page.wait_for_load_state()


def hand_in_from_lab(page: Page, demo: Demo, step: str, answer: str) -> None:
    """Open the notebook in JupyterLab, work, press the button."""
    page.goto(f"{demo.tool}/courses/{COURSE}/assignments/{step}")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Открыть тетрадь").click()
    lab = opened.value
    button = lab.get_by_role("button", name="Отправить")
    expect(button).to_be_visible(timeout=LAB_MS)
    found = re.search(r"/user/([^/]+)/lab/tree/(.+\.ipynb)", lab.url)
    assert found, lab.url
    contents = f"/user/{found[1]}/api/contents/{found[2]}"
    released = lab.evaluate(
        f"path => fetch(path, {{ headers: {{ Authorization: 'token ' + {_TOKEN} }} }}).then(a => a.json())", contents
    )
    work = json.loads(solved(json.dumps(released["content"]).encode(), step, answer))
    assert lab.evaluate(_PUT, [contents, work]) == 200
    lab.reload()
    expect(button).to_be_visible(timeout=LAB_MS)
    expect(lab.get_by_text(answer[:20]).first).to_be_attached(timeout=LAB_MS)
    button.click()
    taken = re.compile("Отправлено|Проверяем|проверка готова|уже отправлена")
    expect(lab.get_by_role("alert").filter(has_text=taken)).to_be_visible(timeout=60_000)
    lab.close()


def hand_in_as_file(page: Page, demo: Demo, step: str, answer: str, folder: Path) -> None:
    """Download the notebook, solve it, upload it."""
    page.goto(f"{demo.tool}/courses/{COURSE}/assignments/{step}")
    page.get_by_text("Сдать файлом").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=f"{step}.ipynb").click()
    work = folder / f"{step}.ipynb"
    work.write_bytes(solved(Path(download.value.path()).read_bytes(), step, answer))
    page.locator("input[type=file]").set_input_files(work)
    page.get_by_role("button", name="Сдать", exact=True).click()
    expect(page.get_by_text("Попытка 1").first).to_be_visible()


def wait_until_graded(page: Page, demo: Demo, step: str) -> None:
    page.goto(f"{demo.tool}/courses/{COURSE}/assignments/{step}")
    expect(page.get_by_role("main").get_by_text("У тьютора").first).to_be_visible(timeout=GRADING_MS)


def accompany(admin: Page, demo: Demo, pupil: str) -> None:
    """The administrator puts the pupil, who came by launch, into the first tutor's group."""
    admin.goto(f"{demo.tool}/admin/people/groups")
    admin.get_by_role("main").get_by_role("link", name="Кама").click()
    admin.get_by_role("searchbox").fill(pupil)
    admin.keyboard.press("Enter")
    found = admin.get_by_role("listitem").filter(has_text=pupil)
    found.locator("form:has(input[name=act][value=add_member])").get_by_role("button").click()
    expect(admin.get_by_role("main").get_by_role("link", name=pupil)).to_be_visible()


def judge_and_release(tutor: Page, demo: Demo, pupil: str, points: str) -> None:
    """The tutor finds the pupil's answer in the inbox, gives points and a comment, releases."""
    tutor.goto(f"{demo.tool}/desk?q={pupil}")
    tutor.get_by_role("rowheader", name=pupil).first.get_by_role("link").click()
    tutor.locator("#score").fill(points)
    tutor.get_by_label("Комментарий для участника").fill("Хорошо: вывод опирается на числа.")
    tutor.get_by_role("button", name="Сохранить и выдать").click()
    expect(tutor.get_by_text("Выдано: теперь участник видит баллы и комментарии.").first).to_be_visible()


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("pupil", "link"),
    [("Матвей Чусовитин", TITLE), ("Дарья Вяткина", f"{TITLE}: кабинет информатики")],
    ids=["lti-1.3", "lti-1.1"],
)
def test_from_the_schools_lms_to_its_gradebook(
    demo: Demo, browser: Browser, staff: dict[str, Page], tmp_path: Path, pupil: str, link: str
) -> None:
    context = browser.new_context(locale="ru-RU", accept_downloads=True)
    window = launch(context.new_page(), demo, pupil, link)
    read_lessons(window, demo)
    hand_in_from_lab(window, demo, "population", f"{pupil} считает, что людей стало меньше, потому что уехали.")
    hand_in_as_file(window, demo, "buses", f"{pupil} проверит автобус № 4.", tmp_path)
    accompany(staff["admin"], demo, pupil)
    for step in ("population", "buses"):
        wait_until_graded(window, demo, step)
        judge_and_release(staff["tutor"], demo, pupil, "3")

    window.goto(f"{demo.tool}/courses/{COURSE}")
    expect(window.get_by_role("main").get_by_text("Курс завершён").first).to_be_visible()
    window.goto(f"{demo.tool}/skillfolio")
    expect(window.get_by_role("heading", name=TITLE)).to_be_visible(timeout=30_000)
    expect(window.get_by_text("22 / 23").first).to_be_visible()
    window.goto(f"{demo.school}/gradebook")
    cell = window.get_by_role("row").filter(has_text=pupil)
    expect(cell).to_contain_text("95", timeout=60_000)
    context.close()
