"""Passwords that are guessed first are not taken."""

import pytest

from lms.errors import Invalid
from lms.people.passwords import choose


@pytest.mark.parametrize(
    "password",
    ["password1", "Password!", "12345678", "87654321", "qwertyui", "ЙЦУКЕНГШ", "пароль2026", "aaaaaaaa", "1qaz2wsx"],
)
def test_choose_refuses_a_password_that_is_guessed_first(password: str) -> None:
    with pytest.raises(Invalid, match="first that are guessed"):
        choose(password)


@pytest.mark.parametrize(
    "password", ["длинный пароль", "verschwiegene Flussforelle", "мой пароль от школы", "12345 яблок"]
)
def test_choose_takes_a_password_of_ones_own(password: str) -> None:
    assert choose(password).text == password
