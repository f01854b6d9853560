"""What can go wrong between a learning platform and us.

Two families: a launch that we refuse (a person stands before it and reads the sentence; `detail` is for the log and for
administrators), and a call of ours to a platform that failed (a job reads it, and must know whether trying again can
help).
"""

from lms.errors import N_, BadRequest, Forbidden, Gone, LmsError, Unavailable


class RefusedLaunch(LmsError):
    """What a person reads is the sentence; `detail`, for the log and for administrators, says what was wrong."""

    detail = ""

    def __str__(self) -> str:
        return f"{super().__str__()} ({self.detail})" if self.detail else super().__str__()


class MalformedLaunch(RefusedLaunch, BadRequest):
    """The message is not one of LTI: a part is missing, of a wrong type or too big. `detail` names it."""

    def __init__(self, part: str) -> None:
        super().__init__(
            N_(
                "Your school's platform sent us an incomplete message. "
                "Open the course there again; if it happens again, tell your teacher the error id."
            )
        )
        self.detail = part


class UnknownMessage(RefusedLaunch, BadRequest):
    """A true message of a kind that we do not answer; `detail` is its name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            N_("Your school's platform asked for something that we do not offer. Open the course there by its link.")
        )
        self.detail = name


class LaunchRefused(RefusedLaunch, Forbidden):
    """The message is well formed but must not be believed. `detail` is a stable short name."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            N_(
                "We could not make sure that your school's platform sent you here. "
                "Open the course there again; if it happens again, tell your teacher the error id."
            )
        )
        self.detail = reason


class LaunchTooOld(RefusedLaunch, Gone):
    """Used already, or older than we accept: going back to the platform cures it."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            N_(
                "This way in was used already or has expired. "
                "Go back to your school's platform and open the course again."
            )
        )
        self.detail = reason


class UnknownPlatform(RefusedLaunch, BadRequest):
    """Nobody registered this platform, or it is switched off. `detail`: its issuer and client id, as far as they came."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            N_("This platform is not connected to us. Tell your teacher the error id: an administrator can connect it.")
        )
        self.detail = detail


class DeploymentPending(RefusedLaunch, Forbidden):
    """The platform is known, this deployment of it is not: an administrator must approve it."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(
            N_(
                "Your school's platform is connected, but this deployment of it waits for an administrator's approval. "
                "Tell your teacher, or try again later."
            )
        )
        self.detail = detail


class PlatformSaidNo(RefusedLaunch, BadRequest):
    """The platform answered the sign-in with an error of its own (OpenID Connect Core, 3.1.2.6), kept in `detail`."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(
            N_("Your school's platform did not sign you in. Go back there, sign in again and open the course.")
        )
        self.detail = f"{error}: {description}" if description else error


class PlatformError(LmsError):
    """A call to a platform failed. `is_final`: trying again changes nothing until somebody acts."""

    is_final = True


class PlatformUnreachable(Unavailable, PlatformError):
    """No answer in time, no connection, or an answer bigger than we read."""

    is_final = False

    def __init__(self, host: str, detail: str) -> None:
        super().__init__(
            N_("The platform at %(host)s does not answer (%(detail)s)."),
            host=host,
            detail=detail,
        )


class PlatformBusy(Unavailable, PlatformError):
    """The platform asks us to come later: 429, 5xx, or its rate limit."""

    is_final = False

    def __init__(self, host: str, status: int) -> None:
        super().__init__(
            N_("The platform at %(host)s is busy (HTTP %(status)d)."),
            host=host,
            status=status,
        )


class SendingUnderWay(LmsError):
    """Another score of the same person is on its way to the same column; a moment later the newest one goes."""

    def __init__(self) -> None:
        super().__init__(N_("An earlier score of this person is still on its way to the platform."))


class PlatformConflict(PlatformBusy):
    """409: not later than the score before (Moodle, Open edX). A new try carries a new time."""

    def __init__(self, host: str) -> None:
        super().__init__(host, 409)


class PlatformRefused(PlatformError):
    """The platform understood and said no. `detail` is its own text, cut."""

    def __init__(self, host: str, status: int, detail: str) -> None:
        self.host, self.detail = host, detail
        super().__init__(
            N_("The platform at %(host)s refused (HTTP %(status)d): %(detail)s"),
            host=host,
            status=status,
            detail=detail,
        )


class NotEnrolledThere(PlatformError):
    """The platform has no grades for this person: left, a teacher, or never a pupil there."""

    def __init__(self, host: str) -> None:
        super().__init__(
            N_(
                "The platform at %(host)s says that the participant is not enrolled there or gets no grades. "
                "Enrol them in its course, then send the score again."
            ),
            host=host,
        )


class TokenRefused(PlatformError):
    """The platform gives us no access token."""

    def __init__(self, host: str, detail: str) -> None:
        super().__init__(
            N_(
                "The platform at %(host)s gives us no access token (%(detail)s). "
                "Check there that it may fetch our keys and that the grade service is allowed for this tool."
            ),
            host=host,
            detail=detail,
        )


class AddressRefused(PlatformError):
    """The URL leads to where we do not go: not http(s), a private address, or a host of nobody we registered."""

    def __init__(self, host: str) -> None:
        super().__init__(
            N_(
                "We do not call %(host)s: it is a private address, or not a host of the registered platform. "
                "An administrator can allow it in the registration."
            ),
            host=host,
        )
