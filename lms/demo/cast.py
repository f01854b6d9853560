"""Who plays in the demo, and what each has done so far. All of them are invented."""

from dataclasses import dataclass, field

PASSWORD = "kama-demo"  # noqa: S105 - printed at every start of the demo, and only there
COHORT = "2026"
GROUPS = ("Кама", "Чусовая")


@dataclass(frozen=True, slots=True)
class Work:
    """A notebook handed in `days_ago`: which of its tasks are solved, and the written answer ("" for none).

    `points` and `comment` are the tutor's; None leaves the answer in the queue.
    """

    course: str
    step: str
    solved: frozenset[str] | None
    answer: str
    days_ago: float
    points: str | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Participant:
    """`lessons` are those read, by course."""

    name: str
    login: str
    group: int
    locale: str = "ru"
    lessons: dict[str, tuple[str, ...]] = field(default_factory=dict)
    electives: tuple[str, ...] = ()
    works: tuple[Work, ...] = ()


DATA, MONEY = "data-for-everyone", "money-and-risk"
ALL_LESSONS = ("why-data", "tables", "averages", "honest-charts")
SOME = frozenset({"density", "total-people", "change-percent", "to-minutes", "delays", "late-share"})
MOST = SOME | {"small-names", "fastest-fall", "mean-and-median", "typical-delay", "average-wait"}

GOOD = (
    "За пятнадцать лет жителей стало меньше, но не везде: Пермь и округ вокруг неё выросли, а Гремячинск и Кизел "
    "потеряли больше трети. Чтобы понять, почему, я бы взял данные о том, сколько людей родилось и сколько уехало."
)
SHORT = "Людей стало меньше. Наверное, уезжают в Пермь."
BUS = (
    "Я бы проверил автобус № 4: у него медиана опозданий маленькая, а среднее большое, значит, иногда он ломается. "
    "Ещё бы я посчитал зимние дни отдельно: по одному месяцу судить рано."
)
MONEY_ADVICE = (
    "Микрозаём на месяц стоит дороже, чем кажется: ставка указана за день. Я бы откладывал по 10 % в месяц и брал "
    "кредит, только если он дешевле, чем ждать."
)
PRAISE = "Хорошо, что ты подтверждаешь вывод числами. Дальше попробуй сказать, чего в таблице не хватает."
MORE = "Мысль верная, но её пока не на что опереть: приведи хотя бы два числа из таблицы."

PARTICIPANTS = (
    Participant(
        "Анна Шилова",
        "anna",
        0,
        lessons={DATA: ALL_LESSONS, MONEY: ("interest", "risk")},
        electives=(MONEY,),
        works=(
            Work(DATA, "population", None, GOOD, 9, "4", PRAISE),
            Work(DATA, "buses", None, BUS, 5, "4", PRAISE),
            Work(MONEY, "budget", None, MONEY_ADVICE, 1.5),
        ),
    ),
    Participant(
        "Тимур Галиев",
        "timur",
        0,
        lessons={DATA: ("why-data", "tables")},
        works=(Work(DATA, "population", SOME, SHORT, 8, "1", MORE), Work(DATA, "population", MOST, GOOD, 0.2)),
    ),
    Participant("Мария Кузнецова", "maria", 0, lessons={DATA: ("why-data",)}),
    Participant(
        "Artyom Belov",
        "artyom",
        0,
        locale="en",
        lessons={DATA: ("why-data", "tables", "averages")},
        works=(Work(DATA, "population", None, GOOD, 2, "3", PRAISE),),
    ),
    Participant(
        "Дарья Пономарёва",
        "darya",
        0,
        lessons={DATA: ALL_LESSONS[:3]},
        electives=(MONEY,),
        works=(Work(DATA, "population", MOST, GOOD, 1.2),),
    ),
    Participant("Илья Субботин", "ilya", 0),
    Participant(
        "Алсу Нуриева",
        "alsu",
        1,
        lessons={DATA: ALL_LESSONS},
        works=(Work(DATA, "population", None, GOOD, 7, "4", PRAISE), Work(DATA, "buses", MOST, BUS, 0.4)),
    ),
    Participant(
        "Глеб Ощепков",
        "gleb",
        1,
        lessons={DATA: ("why-data", "tables")},
        works=(Work(DATA, "population", frozenset(), "", 3),),
    ),
    Participant(
        "Sofia Lind",
        "sofia",
        1,
        locale="en",
        lessons={DATA: ("why-data", "tables")},
        electives=(MONEY,),
        works=(Work(DATA, "population", SOME, SHORT, 0.8),),
    ),
    Participant("Егор Катаев", "egor", 1, lessons={DATA: ("why-data",)}),
    Participant("Полина Вяткина", "polina", 1, electives=(MONEY,), lessons={MONEY: ("interest",)}),
    Participant("Руслан Ахметов", "ruslan", 1),
)

STAFF = (
    ("tutor", "Ксения Орлова", "ksenia", 0),
    ("tutor", "Денис Фёдоров", "denis", 1),
    ("mentor", "Ольга Викторовна Лаптева", "lapteva", None),
    ("host", "Сергей Мальцев", "maltsev", None),
    ("admin", "Наталья Игоревна Зуева", "admin", None),
)
"""(role, name, login, group of a tutor)."""
