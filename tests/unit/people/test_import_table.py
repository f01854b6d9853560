import time

import pytest

from lms.errors import Invalid, TooLarge
from lms.people.actor import Role
from lms.people.importing.rows import read_row
from lms.people.importing.table import MOST_ROWS, read_table

TEXT = "Имя;Роль;Поток;Группа\nАня Ёлкина;участник;2026;Север\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_read_table_any_usual_form_gives_the_same_rows(encoding, delimiter, end):
    data = TEXT.replace(";", delimiter).replace("\n", end).encode(encoding)

    table = read_table(data)

    assert [(row.line, row.values) for row in table.rows] == [
        (2, {"name": "Аня Ёлкина", "role": "участник", "cohort": "2026", "tutor_group": "Север"})
    ]
    assert table.ignored == ()


def test_read_table_excel_names_its_delimiter_in_the_first_line():
    table = read_table(b"sep=;\r\nname;cohort\r\nAnn;2026\r\n")

    assert [(row.line, row.values) for row in table.rows] == [(3, {"name": "Ann", "cohort": "2026"})]


def test_read_table_unknown_headings_are_told_and_ignored():
    table = read_table("ФИО,e-mail,Ф.И.О. родителя\nАня,a@b.c,Мама\n".encode())

    assert table.ignored == ("e-mail", "Ф.И.О. родителя")
    assert table.rows[0].values == {"name": "Аня"}


def test_read_table_counts_lines_as_an_editor_does():
    table = read_table(b'name,cohort\n"Ann\nLee",1\n\nBob,2\n')

    assert [row.line for row in table.rows] == [2, 5]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"name\n", "nobody"),
        (b"role\nadmin\n", "no column"),
        (b"name,name\na,b\n", "twice"),
        ("name\nАня\n".encode("cp1251"), "UTF-8"),
        (b"PK\x03\x04\x00\x00name", "no CSV"),
        (b'name,cohort\n"Ann,2026\n', "Line 2"),
    ],
)
def test_read_table_unreadable_file_is_refused_with_the_cure(data, said):
    with pytest.raises(Invalid, match=said):
        read_table(data)


def test_read_table_too_many_rows_are_refused():
    with pytest.raises(TooLarge):
        read_table(b"name\n" + b"Ann\n" * (MOST_ROWS + 1))


def test_read_table_blank_lines_between_people_hide_nobody():
    table = read_table(b"name\n" + b"\n\n\nAnn\n" * (MOST_ROWS - 1))

    assert len(table.rows) == MOST_ROWS - 1


def test_read_table_a_hundred_thousand_people_are_refused_soon():
    started = time.perf_counter()

    with pytest.raises(TooLarge):
        read_table(b"name\n" + b"Ann\n" * 100_000)

    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_read_table_more_columns_than_any_list_has_are_refused(sign):
    with pytest.raises(TooLarge):
        read_table(f"name{sign}{sign.join(['x'] * 100_000)}\nAnn\n".encode())


def test_read_table_cell_of_a_megabyte_is_told_with_its_line():
    with pytest.raises(Invalid, match="Line 2"):
        read_table(b'name\n"' + b"A" * 10**6 + b'"\n')


def test_read_table_marks_of_byte_order_alone_are_an_empty_list():
    for data in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        with pytest.raises(Invalid, match="empty"):
            read_table(data)


def test_read_table_too_many_bytes_are_refused_unread():
    with pytest.raises(TooLarge):
        read_table(b"\xff" * (2 * 2**20 + 1))


def rows_of(text):
    return [read_row(cells) for cells in read_table(text.encode()).rows]


def test_read_row_tutor_of_two_groups():
    (row,) = rows_of("name;role;group;language\n Илья   Лебедев ;Тьютор;Север | Юг|Север;Русский\n")

    assert (row.name, row.role, row.groups, row.locale) == ("Илья Лебедев", Role.TUTOR, ("Север", "Юг"), "ru")
    assert row.problems == ()


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        (";;;;;", []),
        (";12;;;;", ["name"]),
        ("Аня;1 2;;;;", ["id"]),
        ("Аня;;два слова;;;", ["login"]),
        ("Аня;;;директор;;", ["role"]),
        ("Аня;;;тьютор;;", ["tutor_group"]),
        ("Аня;;;наставник;Север;", ["tutor_group"]),
        ("Аня;;;;;вторая", ["stage"]),
        ("Аня;;;;;;и ещё", [""]),
        (";1 2;два слова;директор;;вторая", ["role", "name", "id", "login", "stage"]),
    ],
)
def test_read_row_says_every_problem_with_its_column(line, columns):
    text = f"name;id;login;role;group;stage\nБорис;;;;;\n{line}\n"

    problems = [note.column for row in rows_of(text) for note in row.problems]

    assert problems == columns


def test_read_row_name_of_a_mac_is_the_name_of_everybody_else():
    mac, other = rows_of("name;cohort\nАндреи\u0306 Семе\u0308нов;2026\nАндрей Семёнов;2026\n")

    assert (mac.name, mac.key) == (other.name, other.key)


def test_read_row_name_that_grows_in_small_letters_has_a_key_that_can_be_kept():
    (row,) = rows_of(f"name;cohort\n{'ΐ' * 300};{'c' * 40}\n")

    assert len(row.name) <= 200
    assert len(row.key) <= 300


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+7 912", "@SUM(A1)", "-2+3"])
def test_read_row_name_that_a_spreadsheet_would_run_is_a_name_like_any(name):
    (row,) = rows_of(f'name\n"{name}"\n')

    assert (row.name, row.problems) == (name, ())


@pytest.mark.parametrize("login", ["ve\u202era", "ve ra", "v", "a/b"])
def test_read_row_login_that_cannot_be_typed_is_a_problem(login):
    (row,) = rows_of(f"name;login\nВера;{login}\n")

    assert [note.column for note in row.problems] == ["login"]
