"""Make source/buses/buses.csv, the synthetic data of the assignment "buses".

Nothing here was measured: routes A, B and C, the stop and the weather are invented, so that each route has a character a
pupil can discover. A is frequent but irregular, B is punctual, C is usually punctual and sometimes terribly late.
Running it again writes the same bytes: `python make.py`.

source/population/population.csv has no generator: it was typed in, with numbers rounded for teaching.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TARGET = Path(__file__).parents[1] / "source" / "buses" / "buses.csv"
SEED = 2026
DAYS = range(1, 11)
SNOWY_DAYS = frozenset({3, 4, 8})
FIRST_MINUTE, LAST_MINUTE = 7 * 60, 9 * 60


@dataclass(frozen=True, slots=True)
class Route:
    """How one invented route behaves; times in minutes, `breakdown` a probability per bus."""

    name: str
    interval: int
    usual_delay: float
    spread: float
    breakdown: float
    snow_delay: float


ROUTES = (
    Route("A", interval=8, usual_delay=4.0, spread=4.5, breakdown=0.02, snow_delay=3.0),
    Route("B", interval=15, usual_delay=1.0, spread=1.2, breakdown=0.0, snow_delay=1.0),
    Route("C", interval=20, usual_delay=0.5, spread=1.0, breakdown=0.16, snow_delay=2.0),
)


def clock(minute: int) -> str:
    """The minute of the day as HH:MM."""
    return f"{minute // 60:02}:{minute % 60:02}"


def rows(chance: random.Random) -> Iterator[tuple[int, str, str, str, str]]:
    """Yield day, weather, route, planned and actual arrival; no bus is more than two minutes early."""
    for day in DAYS:
        snow = day in SNOWY_DAYS
        for route in ROUTES:
            for planned in range(FIRST_MINUTE, LAST_MINUTE + 1, route.interval):
                delay = chance.gauss(route.usual_delay + route.snow_delay * snow, route.spread)
                if chance.random() < route.breakdown:
                    delay += chance.uniform(12, 25)
                actual = planned + max(-2, round(delay))
                yield day, "snow" if snow else "clear", route.name, clock(planned), clock(actual)


def main() -> None:
    """Write the file anew."""
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("day", "weather", "route", "planned", "actual"))
        table.writerows(rows(random.Random(SEED)))


if __name__ == "__main__":
    main()
