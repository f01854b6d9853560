"""Make source/budget/expenses.csv, the synthetic data of the assignment "budget".

One invented month of one invented pupil; the prices are only plausible. Running it again writes the same bytes:
`python make.py`.
"""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).parents[1] / "source" / "budget" / "expenses.csv"
SEED = 14
DAYS = range(1, 31)
FARE_ROUBLES = 40
CATEGORIES = {
    "еда": "food",
    "транспорт": "transport",
    "развлечения": "fun",
    "связь": "phone",
    "подарки": "gifts",
    "учёба": "school",
}
ONCE = {3: ("связь", 450), 7: ("учёба", 320), 12: ("подарки", 1200), 19: ("учёба", 180), 25: ("подарки", 600)}


def rows(chance: random.Random) -> Iterator[tuple[int, str, int]]:
    """Yield day of the month, category and roubles; the month begins on a Monday."""
    for day in DAYS:
        is_school_day = (day - 1) % 7 < 5
        if is_school_day:
            yield day, "транспорт", 2 * FARE_ROUBLES
            if chance.random() < 0.75:
                yield day, "еда", chance.randrange(60, 190, 5)
        elif chance.random() < 0.8:
            yield day, "развлечения", chance.randrange(200, 700, 10)
        if day in ONCE:
            yield day, *ONCE[day]


def main() -> None:
    """Write the file anew."""
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("day", "category", "category_en", "amount"))
        for day, category, amount in rows(random.Random(SEED)):
            table.writerow((day, category, CATEGORIES[category], amount))


if __name__ == "__main__":
    main()
