"""A home belongs to one participant, for good."""

import os

import pytest

from lms.notebooks.hub.homes import FIRST_UID, forget, prepare


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


def test_forget_deletes_all_of_one_participant_and_nothing_of_others(tmp_path):
    (anna, _), (boris, _) = (prepare(tmp_path / "homes", name) for name in ("uanna", "uboris"))
    (boris / "diary.ipynb").write_text("Борис")
    (anna / "data" / "closed").mkdir(parents=True)
    (anna / "data" / "closed" / "diary.ipynb").write_text("Анна")
    (anna / "data" / "closed").chmod(0)
    (anna / "link").symlink_to(boris)
    for folder, name in (("entrances", "uanna.sock"), ("logs", "uanna.log"), ("logs", "uboris.log")):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / name).touch()

    forget(tmp_path, "uanna")
    forget(tmp_path, "uanna")

    left = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(left) == ["homes/uboris/diary.ipynb", "logs/uboris.log"]
    with pytest.raises(ValueError, match="not a user name"):
        forget(tmp_path, "../homes")
