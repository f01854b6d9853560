"""Sentences said without the tool."""

import pytest

from lms.notebooks.server.texts import sentence


@pytest.mark.parametrize(
    ("languages", "beginning"),
    [
        ("en-US,en;q=0.9", "The course"),
        ("ru", "Платформа"),
        ("de,en;q=0.5", "The course"),
        ("de", "Платформа"),
        ("", "Платформа"),
    ],
)
def test_first_known_language_is_taken_else_russian(languages, beginning):
    assert sentence("unreachable", languages).startswith(beginning)
