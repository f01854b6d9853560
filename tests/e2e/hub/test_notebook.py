"""Open and submit, in JupyterLab as a participant sees it."""

import json

from playwright.sync_api import Page, expect

from tests.e2e.hub.lab import LAB_MS, open_notebook
from tests.e2e.hub.running import Hub


def _type_into_first_cell(page: Page, text: str) -> None:
    cell = page.locator(".jp-Notebook .jp-CodeCell .cm-content").first
    cell.click()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def _source(notebook: str) -> str:
    return "".join(json.loads(notebook)["cells"][0]["source"])


def test_submit_sends_what_was_typed_a_moment_before_and_says_so(page: Page, hub: Hub) -> None:
    before = len(hub.taken("uanna"))
    open_notebook(page, hub, "uanna")
    _type_into_first_cell(page, "answer = 41 + 1")

    page.get_by_role("button", name="Отправить").click()

    expect(page.get_by_text("Отправлено. Проверяем…")).to_be_visible(timeout=10_000)
    assert [_source(each) for each in hub.taken("uanna")[before:]] == ["answer = 41 + 1"]


def test_submit_of_the_same_bytes_makes_no_second_submission(page: Page, hub: Hub) -> None:
    open_notebook(page, hub, "ubella")
    expect(page.locator("#jp-main-statusbar")).to_contain_text("Idle", timeout=LAB_MS)
    button = page.get_by_role("button", name="Отправить")
    counts = []

    for _ in range(6):  # the first saves may differ: Lab adds what the kernel says of itself when it hears it
        with page.expect_response(lambda answer: answer.request.method == "POST" and "/lms/" in answer.url):
            button.click()
        expect(button).to_be_enabled()
        counts.append(len(hub.taken("ubella")))

    assert counts[3:] == [counts[3]] * 3


def test_open_again_keeps_the_participants_work(page: Page, hub: Hub) -> None:
    open_notebook(page, hub, "uanna")
    _type_into_first_cell(page, "mine = 1")
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_text("Отправлено. Проверяем…")).to_be_visible(timeout=10_000)

    open_notebook(page, hub, "uanna")

    expect(page.locator(".jp-Notebook .jp-CodeCell .cm-content").first).to_have_text("mine = 1", timeout=LAB_MS)


def test_english_reader_gets_english_words(page: Page, hub: Hub) -> None:
    open_notebook(page, hub, "enoch")

    page.get_by_role("button", name="Submit", exact=True).click()

    expect(page.get_by_text("Sent. We are checking it…")).to_be_visible(timeout=10_000)


def test_closed_assignment_says_so_on_its_button(page: Page, hub: Hub) -> None:
    open_notebook(page, hub, "uanna")

    page.goto(hub.open_link("closed"))

    expect(page.get_by_role("button", name="Приём работ закрыт")).to_be_disabled(timeout=LAB_MS)


def test_nbgraders_own_list_submits_too(page: Page, hub: Hub) -> None:
    open_notebook(page, hub, "udasha")
    page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
    page.get_by_role("menuitem", name="Assignment List").click()
    panel = page.locator("#nbgrader-assignment-list")

    panel.get_by_role("button", name="Submit").click()

    expect(panel.locator("#submitted_assignments_list")).to_contain_text("2026-09-01", timeout=15_000)
    assert len(hub.taken("udasha")) == 1


def test_teachers_panels_terminals_and_news_are_absent(page: Page, hub: Hub) -> None:
    open_notebook(page, hub, "udasha")

    page.get_by_role("menuitem", name="Nbgrader", exact=True).click()

    expect(page.get_by_role("menuitem", name="Assignment List")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Formgrader")).to_have_count(0)
    expect(page.get_by_role("menuitem", name="Course List")).to_have_count(0)
    expect(page.get_by_text("Create Assignment")).to_have_count(0)
    expect(page.get_by_text("Would you like to get notified")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.locator(".lm-Menu-item[data-type=submenu]", has_text="New").first.hover()
    expect(page.get_by_role("menuitem", name="Notebook", exact=True)).to_be_visible()
    expect(page.get_by_role("menuitem", name="Terminal", exact=True)).to_have_count(0)
