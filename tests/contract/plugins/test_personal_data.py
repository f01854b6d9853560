"""Every table that names a person says how it is exported and erased, in the core and in each installed plugin."""

import pytest
from flask import Flask

from lms.database import Base
from lms.people.personal import PersonalDataRegistry
from lms.plugins.manners import tables_of_people
from lms.registries import Registries

pytestmark = pytest.mark.databases("sqlite")


def contributors(app: Flask) -> PersonalDataRegistry:
    registries: Registries = app.extensions["lms.registries"]
    return registries.get(PersonalDataRegistry)


def test_every_table_with_a_person_is_accounted_for(app: Flask) -> None:
    accounted = {table for one in contributors(app) for table in one.tables}
    of_people = tables_of_people(Base.metadata.tables.values())

    assert {"people_account", "ledger_fact", "skillfolio_entry"} <= of_people
    assert of_people - accounted == set()


def test_tables_accounted_for_exist_and_belong_to_one_contributor(app: Flask) -> None:
    named = [table for one in contributors(app) for table in one.tables]

    assert set(named) - set(Base.metadata.tables) == set()
    assert len(named) == len(set(named))


def test_each_says_how_long_it_keeps_the_data(app: Flask) -> None:
    assert [one.name for one in contributors(app) if len(one.retention) < 10] == []
