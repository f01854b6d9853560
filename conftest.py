"""Fixtures for every test, the plugins' included; each topic has its file in tests/fixtures."""

pytest_plugins = (
    "tests.fixtures.absent",
    "tests.fixtures.order",
    "tests.fixtures.shared",
    "tests.fixtures.postgresql",
    "tests.fixtures.databases",
    "tests.fixtures.application",
    "tests.fixtures.browser",
)
