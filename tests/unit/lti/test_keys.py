import json

import pytest

from lms.errors import Unavailable
from lms.lti.errors import MalformedLaunch
from lms.lti.keys import public_jwk, public_keys
from lms.lti.text import shown
from lms.lti.vault import Vault
from tests.unit.lti.tokens_made import OTHER_PEM, PEM


def test_usable_keys_are_found_among_others() -> None:
    good = public_jwk(PEM, "good")
    others = [
        {**public_jwk(OTHER_PEM, "enc"), "use": "enc"},
        {**good, "kid": "es", "kty": "EC"},
        {**good, "kid": "rs384", "alg": "RS384"},
        {"kty": "RSA", "kid": "short", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "kid": "broken", "n": 7},
        {**good, "kid": 7},
        "key",
    ]

    keys = public_keys(json.dumps({"keys": [*others, good]}).encode())

    assert list(keys) == ["good"]


def test_published_key_has_no_private_part() -> None:
    assert set(public_jwk(PEM, "k")) == {"kty", "n", "e", "kid", "use", "alg"}


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"keys": 1}', b"[" * 100_000])
def test_what_is_no_jwks_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedLaunch):
        public_keys(body)


def test_vault_opens_what_it_sealed_and_nothing_else() -> None:
    sealed = Vault(b"one").seal("secret")

    assert "secret" not in sealed
    assert Vault(b"one").open(sealed) == "secret"
    with pytest.raises(Unavailable):
        Vault(b"two").open(sealed)


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("  Аня\n Соколова ", "Аня Соколова"),
        ("a\u202eb\x00c", "abc"),
        ("$Person.name.full", ""),
        (None, ""),
        (7, ""),
        ("x" * 10_000, "x" * 200),
        ("<script>", "<script>"),
    ],
)
def test_names_are_cleaned_for_showing(sent: object, seen: str) -> None:
    assert shown(sent) == seen
