"""Real last words of pip, uv and venv, and what a person is told."""

import sys
from pathlib import Path

import pytest

from lms.bootstrap import diagnosis

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.mark.parametrize(
    ("output", "cure"),
    [
        ("OSError: [Errno 28] No space left on device", "free about 2 GB"),
        ("error: failed to write to file: No space left on device (os error 28)", "free about 2 GB"),
        (
            "The virtual environment was not created successfully because ensurepip is not available.",
            f"`apt-get install python{VERSION}-venv`",
        ),
        ("/usr/bin/python3: No module named venv", f"`apt-get install python{VERSION}-venv`"),
        (
            "NewConnectionError(<HTTPSConnection>: Failed to establish: [Errno -3] Temporary failure in name resolution'",
            "check the network",
        ),
        (
            "error: Failed to fetch: `https://pypi.org/simple/click/`\n  Caused by: error sending request for url",
            "check the network",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n    uv==0.13.9 from https://…",
            "suspect the network or the mirror",
        ),
        ("error: failed to create directory `/opt/x`: Permission denied (os error 13)", "LMS_VENV"),
        ("something that nobody foresaw", "/v/install.log"),
    ],
)
def test_explain_says_one_sentence_with_the_cure(output: str, cure: str) -> None:
    sentence = diagnosis.explain(output, venv=Path("/v"), log=Path("/v/install.log"))

    assert cure in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
