"""Points and places as people read them."""

from decimal import Decimal

from flask_babel import format_decimal

from lms.courses.kinds import Step


def points_text(points: Decimal | None) -> str | None:
    """`3,5` in Russian, `3.5` in English; None stays None."""
    return None if points is None else str(format_decimal(points, "#,##0.####"))


def step_total(step: Step) -> Decimal:
    """All points of an assignment."""
    return sum(map(Decimal, step.data["notebooks"].values()), Decimal(0))
