"""RSA keys: our own signing keys, and platforms' public ones out of their JWKS (RFC 7517)."""

import json
from collections.abc import Mapping
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)

from lms.lti.errors import MalformedLaunch
from lms.lti.json_limits import parse_object
from lms.lti.text import is_plain_id

MIN_BITS, MAX_BITS = 2048, 8192
MAX_KEYS = 50


def new_private_key() -> str:
    """A fresh 2048-bit RSA key as PEM, unencrypted: seal it before it is stored."""
    return (
        generate_private_key(public_exponent=65537, key_size=MIN_BITS)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def new_kid() -> str:
    """A name for a key; says nothing about it."""
    return uuid4().hex


def private_key(pem: str) -> RSAPrivateKey:
    """Raises ValueError when this is no PEM of a private key, TypeError when the key is not RSA."""
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key


def public_jwk(pem: str, kid: str) -> dict[str, str]:
    """The public half of a private key, as an entry of our JWKS."""
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private_key(pem).public_key()))
    return {
        "kty": "RSA",
        "n": jwk["n"],
        "e": jwk["e"],
        "kid": kid,
        "use": "sig",
        "alg": "RS256",
    }


def public_keys(jwks: bytes) -> dict[str, RSAPublicKey]:
    """The keys by kid that may verify an RS256 signature; others in the set are passed over.

    Raises MalformedLaunch when this is no JWKS.
    """
    entries = parse_object(jwks, "jwks").get("keys")
    if not isinstance(entries, list):
        raise MalformedLaunch("jwks")
    found = {}
    for entry in entries[:MAX_KEYS]:
        if isinstance(entry, dict) and (key := _public_key(entry)) is not None:
            found[str(entry["kid"])] = key
    return found


def _public_key(entry: Mapping[str, object]) -> RSAPublicKey | None:
    if entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig" or entry.get("alg", "RS256") != "RS256":
        return None
    if not is_plain_id(entry.get("kid")):
        return None
    try:
        key = jwt.algorithms.RSAAlgorithm.from_jwk({"kty": "RSA", "n": entry["n"], "e": entry["e"]})
    except (KeyError, ValueError, TypeError, AttributeError, jwt.InvalidKeyError):
        return None
    return key if isinstance(key, RSAPublicKey) and MIN_BITS <= key.key_size <= MAX_BITS else None
