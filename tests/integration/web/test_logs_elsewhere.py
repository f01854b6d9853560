"""A program of somebody else's that makes the application logs no local variables either."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
from lms.app import create_app
from lms.settings import Settings
from lms.web.access import PUBLIC, needs

app = create_app(Settings())

@needs(PUBLIC)
def broken():
    answer = "секрет" + "ный ответ"
    raise RuntimeError("broken here")

app.add_url_rule("/broken-here", view_func=broken)
assert app.test_client().get("/broken-here").status_code == 500
"""


def test_log_of_another_entry_point_holds_no_local_variables(tmp_path: Path) -> None:
    state = tmp_path / "var"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**environment, "LMS_STATE_DIR": str(state)},
        capture_output=True,
        text=True,
        check=True,
    )

    told = done.stdout + done.stderr
    assert "broken here" in told
    assert "секретный ответ" not in told
    assert state.stat().st_mode & 0o777 == 0o700
