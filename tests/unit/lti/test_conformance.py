from tests.contract.lti.acceptance.cases import CASES
from tests.contract.lti.acceptance.conformance import PAGE, page, shown_by


def test_page_is_what_cases_and_tests_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python3 -m tests.contract.lti.acceptance.conformance"


def test_every_case_has_a_test_and_every_mark_a_case() -> None:
    assert set(shown_by()) == set(CASES)
