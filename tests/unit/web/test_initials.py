"""The letters that stand for a name."""

import pytest

from lms.web.initials import initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Вера Петрова", "ВП"),
        ("Петрова Вера Ивановна", "ПВ"),
        ("Вера Ивановна Петрова", "ВП"),
        ("Илья Ильич Обломов", "ИО"),
        ("Пётр Ильич", "П"),
        ("Анна Никитична Соловьёва", "АС"),
        ("Роман Аркадьевич Абрамович", "РА"),
        ("Абрамович Роман Аркадьевич", "АР"),
        ("Ильдар Вагиф оглы Мамедов", "ИМ"),
        ("Dmitry Ivanovich Mendeleev", "DM"),
        ("Ann Mary Smith", "AM"),
        ("Анна Мария Коваль", "АМ"),
        ("вера", "В"),
        ("", ""),
    ],
)
def test_initials_of_name_are_not_those_of_the_father(name: str, letters: str) -> None:
    assert initials(name) == letters
