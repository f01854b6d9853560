"""A home belongs to one participant, for good."""

import os

import pytest

from lms.notebooks.hub.homes import FIRST_UID, prepare


def test_home_keeps_its_uid_and_others_get_another(tmp_path):
    anna, boris, again = (prepare(tmp_path / "homes", name) for name in ("uanna", "uboris", "uanna"))

    assert again == anna
    if os.geteuid() == 0:
        assert (anna[1], boris[1]) == (FIRST_UID, FIRST_UID + 1)
    else:
        assert anna[1] == boris[1] == os.geteuid()
    assert (anna[0].stat().st_mode & 0o777, anna[0].name) == (0o700, "uanna")


@pytest.mark.parametrize("name", ["", "../x", "u/x", "Anna", "u x", "0x", "u" * 64])
def test_name_that_is_no_plain_name_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="not a user name"):
        prepare(tmp_path / "homes", name)

    assert list(tmp_path.iterdir()) == []
