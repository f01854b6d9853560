# ruff: noqa: INP001 - a script, no package
"""Makes the pictures of the README from a running demo: `python docs/pictures/make.py var/demo.json`.

Needs the developers' packages (`python3 -m lms test` installs them) and Chromium.
"""

import io
import json
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.fixtures.browser import QUIET, find_chromium

HERE = Path(__file__).parent
SIZE = {"width": 1180, "height": 760}
GAP = 24


def signed_in(browser: Browser, tool: str, login: str, password: str) -> Page:
    """A page of somebody who has just signed in."""
    page = browser.new_context(viewport=SIZE, locale="ru-RU").new_page()
    page.goto(f"{tool}/sign-in")
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{tool}/")
    return page


def main(demo_file: Path) -> None:
    """Write `story.png`: the school, the course, the tutor's desk, the skillfolio."""
    demo = json.loads(demo_file.read_text())
    tool, school = demo["tool"], demo["platform"]
    passwords = {person["login"]: person["password"] for person in demo["people"]}
    shots: list[bytes] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*QUIET, "--no-sandbox"])
        at_school = browser.new_context(viewport=SIZE, locale="ru-RU").new_page()
        at_school.goto(school)
        at_school.get_by_role("button", name="Анна Соколова").click()
        at_school.wait_for_url(f"{school}/course")
        shots.append(at_school.screenshot())
        pupil = signed_in(browser, tool, "anna", passwords["anna"])
        for path in ("/courses/data-for-everyone", "/courses/data-for-everyone/assignments/population"):
            pupil.goto(f"{tool}{path}")
            shots.append(pupil.screenshot())
        tutor = signed_in(browser, tool, "ksenia", passwords["ksenia"])
        tutor.goto(f"{tool}/desk")
        tutor.locator("tbody th a").first.click()
        tutor.wait_for_load_state()
        shots.append(tutor.screenshot())
        pupil.goto(f"{tool}/skillfolio")
        shots.append(pupil.screenshot())
        teacher = browser.new_context(viewport=SIZE, locale="ru-RU").new_page()
        teacher.goto(school)
        teacher.get_by_role("button", name="Ольга Белова").click()
        teacher.wait_for_url(f"{school}/course")
        teacher.goto(f"{school}/gradebook")
        shots.append(teacher.screenshot())
        browser.close()
    compose(shots).save(HERE / "story.png", optimize=True)


def compose(shots: list[bytes]) -> Image.Image:
    """Three in a row, at half size."""
    pictures = [Image.open(io.BytesIO(shot)).convert("RGB") for shot in shots]
    width, height = SIZE["width"] // 2, SIZE["height"] // 2
    rows = -(-len(pictures) // 3)
    sheet = Image.new("RGB", (3 * width + 4 * GAP, rows * height + (rows + 1) * GAP), "#d9d7cf")
    for index, picture in enumerate(pictures):
        place = (GAP + index % 3 * (width + GAP), GAP + index // 3 * (height + GAP))
        sheet.paste(picture.resize((width, height), Image.Resampling.LANCZOS), place)
    return sheet.quantize(128)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
