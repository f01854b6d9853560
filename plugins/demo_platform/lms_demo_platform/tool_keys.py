"""The tool's public keys, fetched from its JWKS when a message of the tool must be verified."""

import threading

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SECONDS = 5.0


class ToolKeys:
    """Keys by kid; the set is fetched again when a kid is not in it, so a rotation of the tool needs no action."""

    def __init__(self, jwks_url: str) -> None:
        self._url = jwks_url
        self._keys: dict[str, RSAPublicKey] = {}
        self._lock = threading.Lock()

    def find(self, kid: str) -> RSAPublicKey | None:
        """Raises requests.RequestException when the tool does not answer."""
        with self._lock:
            if kid not in self._keys:
                answer = requests.get(self._url, timeout=SECONDS, headers={"User-Agent": "school-7/0.1"})
                answer.raise_for_status()
                self._keys = {jwk["kid"]: _rsa(jwk) for jwk in answer.json()["keys"] if jwk.get("kty") == "RSA"}
            return self._keys.get(kid)


def _rsa(jwk: dict[str, str]) -> RSAPublicKey:
    key = jwt.algorithms.RSAAlgorithm.from_jwk(jwk)
    if not isinstance(key, RSAPublicKey):
        raise TypeError("the tool publishes a private key")
    return key
