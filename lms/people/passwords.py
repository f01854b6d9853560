"""Passwords: argon2id by argon2-cffi's defaults (RFC 9106, second recommended option).

Hashing takes some 50 ms and 64 MiB by design, so it belongs outside every transaction that writes: on SQLite nobody
else writes meanwhile.
"""

from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms.errors import N_, Invalid
from lms.people.accounts import AccountKey
from lms.people.models import Account
from lms.people.names import tidy

MIN_LENGTH = 8
MAX_LENGTH = 200
COMMON = frozenset(
    [
        "abc",
        "abcd",
        "admin",
        "administrator",
        "adminadmin",
        "asdf",
        "asdfgh",
        "baseball",
        "dragon",
        "football",
        "hello",
        "iloveyou",
        "letmein",
        "login",
        "master",
        "monkey",
        "pass",
        "passw0rd",
        "password",
        "passwort",
        "pokemon",
        "princess",
        "qazwsx",
        "qwe",
        "qwer",
        "qwert",
        "qwerty",
        "qwertyuiop",
        "qwertyqwerty",
        "school",
        "secret",
        "sunshine",
        "superman",
        "test",
        "user",
        "welcome",
        "zxcvbn",
        "zxcvbnm",
        "parol",
        "parolparol",
        "privet",
        "lubov",
        "админ",
        "администратор",
        "йцукен",
        "йцукенг",
        "йцукенгшщзхъ",
        "любовь",
        "пароль",
        "парольпароль",
        "привет",
        "россия",
        "солнышко",
        "фывапролджэ",
        "школа",
    ]
)
"""Words at the head of published lists of leaked passwords, and their Russian likes."""
ROWS = (
    "1234567890",
    "0123456789",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "1qaz2wsx3edc4rfv",
    "q1w2e3r4t5y6",
)
_hasher = PasswordHasher()
NOBODYS = _hasher.hash("nobody has this password")
"""What an unknown login's password is compared with, so that it takes as long as a known one's."""


def password_key(login: str) -> AccountKey:
    """The account of a login; case, surrounding spaces and signs that nobody sees don't matter."""
    return AccountKey("password", tidy(login).casefold()[:255])


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password that somebody chose, and its hash. Made by `choose`."""

    text: str
    hash: str

    def must_differ_from(self, login: str) -> None:
        """Raises Invalid with the sentence to show."""
        if self.text.casefold() == login.strip().casefold():
            raise Invalid(N_("The password must differ from the login."))


def is_common(password: str) -> bool:
    """Whether it is what guessing begins with: one sign again and again, keys in a row, a word of `COMMON` with digits
    or marks around it (NIST SP 800-63B, 5.1.1.2).
    """
    text = password.casefold()
    bare = text.strip("".join(sign for sign in text if not sign.isalpha()))
    return (
        len(set(text)) < 3
        or bare in COMMON
        or any(text in f"{row}{row}" or text in f"{row}{row}"[::-1] for row in ROWS)
    )


def choose(password: str) -> NewPassword:
    """Hash a password that may be set. Raises Invalid with the sentence to show."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Invalid(N_("Choose a password of at least %(least)s characters."), least=MIN_LENGTH)
    if is_common(password):
        raise Invalid(
            N_("This password is among the first that are guessed. Take three words that nobody else would join.")
        )
    return NewPassword(password, _hasher.hash(password))


def set_password(account: Account, password: str) -> None:
    """Keep the hash; the password itself is kept nowhere."""
    account.password_hash = _hasher.hash(password)


def matches(kept: str, password: str) -> bool:
    """Whether the hash is this password's."""
    try:
        return _hasher.verify(kept, password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False


def renewed(kept: str, password: str) -> str:
    """The hash to keep from now on: another one when it was made by weaker parameters than today's."""
    return _hasher.hash(password) if _hasher.check_needs_rehash(kept) else kept
