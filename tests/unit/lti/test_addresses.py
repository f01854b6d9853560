import pytest

from lms.lti.addresses import is_public, origin, public_address
from lms.lti.errors import AddressRefused


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://School.example/a?b", "school.example:443"),
        ("http://127.0.0.1:8000/", "127.0.0.1:8000"),
        ("http://[::1]:80/x", "::1:80"),
    ],
)
def test_origin_names_host_and_port(url: str, expected: str) -> None:
    assert origin(url) == expected


@pytest.mark.parametrize(
    "url", ["", "file:///etc/passwd", "javascript:alert(1)", "http://", "http://a:b@c/", "http://a:99999/", "//a/b"]
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        origin(url)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True),
        ("2a02:6b8::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_global_unicast_is_public(address: str, expected: bool) -> None:
    assert is_public(address) is expected


def test_name_of_a_private_address_is_refused() -> None:
    with pytest.raises(AddressRefused):
        public_address("localhost", 80)
