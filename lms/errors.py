"""Every refusal of the product: a code for machines, a sentence with the cure for people.

The sentence is a message id; whoever shows it (a page, problem+json, the command line) translates it and fills in
`params`. So services can refuse without knowing a language or Flask.
"""

from enum import StrEnum


def N_(message: str) -> str:
    """Mark a message id for translation where no translator is at hand."""
    return message


class ErrorCode(StrEnum):
    """Stable names; the value is shown to people beside the error id and kept in logs."""

    BAD_REQUEST = "bad_request"
    SIGN_IN_NEEDED = "sign_in_needed"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    GONE = "gone"
    TOO_LARGE = "too_large"
    INVALID = "invalid"
    TOO_MANY = "too_many"
    INTERNAL = "internal"
    UNAVAILABLE = "unavailable"


STATUS: dict[ErrorCode, int] = {
    ErrorCode.BAD_REQUEST: 400,
    ErrorCode.SIGN_IN_NEEDED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.CONFLICT: 409,
    ErrorCode.GONE: 410,
    ErrorCode.TOO_LARGE: 413,
    ErrorCode.INVALID: 422,
    ErrorCode.TOO_MANY: 429,
    ErrorCode.INTERNAL: 500,
    ErrorCode.UNAVAILABLE: 503,
}


class LmsError(Exception):
    """A refusal that a person will read. `text` is a message id with `%(name)s` places for `params`."""

    code = ErrorCode.BAD_REQUEST

    def __init__(self, text: str, **params: object) -> None:
        super().__init__(text)
        self.text = text
        self.params = params

    @property
    def status(self) -> int:
        """The HTTP status that says the same."""
        return STATUS[self.code]

    def __str__(self) -> str:
        return self.text % self.params if self.params else self.text


class BadRequest(LmsError):
    """The request itself is malformed."""


class SignInNeeded(LmsError):
    """Nobody is signed in, and the page is not public."""

    code = ErrorCode.SIGN_IN_NEEDED

    def __init__(self, text: str = N_("Please sign in to see this page."), **params: object) -> None:
        super().__init__(text, **params)


class Forbidden(LmsError):
    """The person is known and may not do this."""

    code = ErrorCode.FORBIDDEN

    def __init__(
        self,
        text: str = N_("You have no right to do this. Ask an administrator if you should have it."),
        **params: object,
    ) -> None:
        super().__init__(text, **params)


class NotFound(LmsError):
    """There is no such thing, or none that this person may know of."""

    code = ErrorCode.NOT_FOUND

    def __init__(
        self, text: str = N_("There is no such page. Check the address or go to the start page."), **params: object
    ) -> None:
        super().__init__(text, **params)


class Conflict(LmsError):
    """The thing has changed meanwhile, or is not in a state for this."""

    code = ErrorCode.CONFLICT


class Gone(LmsError):
    """It was there and has expired or been used."""

    code = ErrorCode.GONE


class TooLarge(LmsError):
    """More bytes than we take."""

    code = ErrorCode.TOO_LARGE


class Invalid(LmsError):
    """Well-formed, but a value is not acceptable."""

    code = ErrorCode.INVALID


class TooMany(LmsError):
    """Too many tries in too short a time."""

    code = ErrorCode.TOO_MANY


class Unavailable(LmsError):
    """Something that we need is down for now."""

    code = ErrorCode.UNAVAILABLE


class WrongSettings(LmsError):
    """The settings cannot be used: one sentence for each, with the place where it stands and the cure."""
