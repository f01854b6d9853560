"""Secrets at rest: our private keys and consumers' secrets are sealed before they become rows.

Whoever reads the database alone can neither sign as us nor as a platform.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lms.errors import N_, Unavailable


class Vault:
    """Seals and opens with a key derived from the installation's secret."""

    def __init__(self, secret: bytes) -> None:
        key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"lms.lti.vault").derive(secret)
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises Unavailable when it was sealed with another installation's secret."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unavailable(
                N_(
                    "A stored LTI secret cannot be opened: the installation's secret key has changed. "
                    "Restore it, or register the platforms again."
                )
            ) from None
