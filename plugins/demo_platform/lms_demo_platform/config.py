"""What the school's process must know; handed over in its environment."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from urllib.parse import urlsplit

ISSUER = "https://school.localhost"
"""Without a port, so that pupils keep their accounts in the tool when the demo starts on another one."""
CLIENT_ID = "future-cadres"
DEPLOYMENT_ID = "1"
CONSUMER_KEY = "school-7"
PREFIX = "SCHOOL_"


@dataclass(frozen=True, slots=True)
class SchoolConfig:
    """URLs have no slash at the end. `public_url` is for browsers, `internal_url` for calls between servers."""

    public_url: str
    internal_url: str
    tool_public_url: str
    tool_internal_url: str
    database: str
    """Path of the SQLite file."""
    secret: str
    """Signs the school's cookies and sourcedIds."""
    consumer_secret: str
    """Shared with the tool, for LTI 1.1; empty: the school introduces itself to the tool first and gets it."""

    @property
    def auth_url(self) -> str:
        return f"{self.public_url}/oidc/auth"

    @property
    def token_url(self) -> str:
        return f"{self.internal_url}/oidc/token"

    @property
    def jwks_url(self) -> str:
        return f"{self.internal_url}/oidc/jwks"

    @property
    def outcomes_url(self) -> str:
        return f"{self.internal_url}/outcomes"

    @property
    def is_trustworthy(self) -> bool:
        """Whether browsers let this site set Secure cookies: https, or http on a loopback name."""
        parts = urlsplit(self.public_url)
        return parts.scheme == "https" or (parts.hostname or "").endswith("localhost")

    def environment(self) -> dict[str, str]:
        """The same as environment variables, for the school's own process."""
        return {PREFIX + name.upper(): value for name, value in asdict(self).items()}


def from_environment(environment: Mapping[str, str]) -> SchoolConfig:
    """What `environment` wrote. Raises KeyError naming a variable that is missing."""
    return SchoolConfig(**{field.name: environment[PREFIX + field.name.upper()] for field in fields(SchoolConfig)})
