"""A worker with the tests' own kinds of work: `python worker_program.py FOLDER`, settings from the environment.

Each writes into FOLDER what it does, so that a test sees it from outside.
"""

import os
import sys
import time
from pathlib import Path

from lms.app import create_app
from lms.jobs import Handler, Handlers, JobRun
from lms.registries import Registries
from lms.serve import work
from lms.settings import Settings
from lms.web.logs import init_logs


class Diary:
    """What was begun and ended, in `FOLDER/<thing>.diary`; a line is written whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, run: JobRun, word: str) -> None:
        with (self.folder / f"{run.ids['thing']}.diary").open("a") as file:
            file.write(f"{word} {os.getpid()}\n")

    def hold(self, run: JobRun) -> None:
        """Takes until `FOLDER/<thing>.go` exists."""
        self.write(run, "begin")
        while not (self.folder / f"{run.ids['thing']}.go").exists():
            time.sleep(0.02)
        self.write(run, "end")

    def fail(self, run: JobRun) -> None:
        """Fails until `FOLDER/<thing>.go` exists."""
        self.write(run, f"try-{run.attempt}")
        if not (self.folder / f"{run.ids['thing']}.go").exists():
            raise RuntimeError(f"{run.ids['thing']} is not there\0 \ud800 yet")

    def leave(self, run: JobRun) -> None:
        """Asks for the end of the whole program, as a careless library does."""
        self.write(run, "begin")
        sys.exit(3)


def main(folder: Path) -> None:
    init_logs()
    settings = Settings()
    app = create_app(settings)
    registries: Registries = app.extensions["lms.registries"]
    diary = Diary(folder)
    for handler in (
        Handler("tests.hold", diary.hold, heavy=True),
        Handler("tests.fail", diary.fail, retry_seconds=()),
        Handler("tests.fail_once", diary.fail, retry_seconds=(4,)),
        Handler("tests.leave", diary.leave, retry_seconds=()),
    ):
        registries.get(Handlers).add(handler)
    work(settings, app)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
