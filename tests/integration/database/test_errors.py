"""What a database says of a row that it refuses holds no value of the row: errors are logged."""

import traceback

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from lms.clock import now
from lms.database import Database, new_id
from lms.people.models import Account, Cohort

NAME = "Прасковья Жемчужникова"


@pytest.mark.parametrize(
    "refused",
    [
        insert(Cohort).values(code=NAME, title="2026"),
        insert(Account).values(
            id=new_id(),
            person_id=new_id(),
            provider="password",
            issuer="",
            client_id="",
            subject=NAME,
            created_at=now(),
        ),
        insert(Cohort).values(id=new_id(), code=f"{NAME}!", title=None),
        text("INSERT INTO people_cohort (id, code, title) SELECT id, title, NULL FROM people_cohort"),
        text("INSERT INTO people_cohort (id, code, title) SELECT id, date(title), NULL FROM people_cohort"),
    ],
    ids=["twice", "foreign key", "empty", "statement", "value"],
)
def test_error_of_a_refused_row_names_the_constraint_and_no_value(database: Database, refused: object) -> None:
    with database.writing() as session:
        session.add(Cohort(id=new_id(), code=NAME, title=NAME))

    with pytest.raises(DBAPIError) as caught, database.writing() as session:
        session.execute(refused)  # type: ignore[call-overload]

    told = "".join(traceback.format_exception(caught.value))
    assert NAME not in told
    assert "people_" in str(caught.value)
