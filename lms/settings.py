"""One frozen, typed object that says how this installation runs.

Read from `LMS_…` environment variables, then `<state_dir>/lms.toml`, then the defaults below, which are those of a
single machine. Nothing else in the project reads the environment.
"""

import os
import secrets
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from lms.errors import WrongSettings

ROOT = Path(__file__).resolve().parent.parent
Bytes = Annotated[int, Field(ge=1)]
Memory = Annotated[int, Field(ge=64 * 2**20)]
Seconds = Annotated[float, Field(gt=0)]
LOCALES = ("ru", "en")


def _a_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # unknown, a folder of the zones' database, a path
        raise ValueError("no such time zone; write one like Asia/Yekaterinburg") from None
    return name


def _a_locale(name: str) -> str:
    if name not in LOCALES:
        raise ValueError(f"no such language here; write one of {', '.join(LOCALES)}")
    return name


class Settings(BaseSettings):
    """Sizes are bytes, durations seconds. `*_public_url` is what browsers see (and the `iss` of our tokens);
    `*_internal_url` is for calls between servers. Neither ends with a slash. Making one raises WrongSettings.
    """

    model_config = SettingsConfigDict(env_prefix="LMS_", frozen=True, extra="forbid")

    root: Path = ROOT
    state_dir: Path = ROOT / "var"
    courses_dir: Path = ROOT / "courses"
    database_url: str = ""
    """SQLAlchemy URL; empty: SQLite in the state directory."""
    secret_key: SecretStr = SecretStr("")
    """Signs cookies and derives other keys; empty: made once and kept in the state directory."""

    tool_public_url: str = "http://lms.localhost:8080"
    tool_internal_url: str = "http://127.0.0.1:8080"
    hub_public_url: str = "http://hub.localhost:8081"
    hub_internal_url: str = "http://127.0.0.1:8081"
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    """How many reverse proxies stand before the tool; their X-Forwarded-* headers are believed."""

    demo: bool = False
    platform_public_url: str = ""
    """Where the demo platform answers; empty outside the demo."""
    platform_internal_url: str = ""
    locale: Annotated[str, AfterValidator(_a_locale)] = "ru"
    timezone: Annotated[str, AfterValidator(_a_zone)] = "Asia/Yekaterinburg"
    programme_name: dict[str, str] = {"ru": "Кадры будущего", "en": "Future Cadres"}
    disabled_plugins: frozenset[str] = frozenset()

    session_days: Annotated[int, Field(ge=1, le=90)] = 14
    upload_limit: Bytes = 10 * 2**20
    grading_seconds: Seconds = 120.0
    grading_memory: Memory = 2 * 2**30
    grading_processes: Annotated[int, Field(ge=1, le=64)] = 2
    job_poll_seconds: Seconds = 0.2
    worker_heartbeat_seconds: Seconds = 2.0
    worker_lost_seconds: Seconds = 10.0
    """A worker whose heartbeat is older than this has lost its jobs to the others."""

    notebook_memory: Memory = 2 * 2**30
    notebook_processes: Annotated[int, Field(ge=16)] = 200
    notebook_idle_seconds: Seconds = 3600.0

    metrics_token: SecretStr = SecretStr("")
    """Opens /metrics to a scraper that sends it as a bearer token; empty: there is no such page."""

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise WrongSettings("%(problems)s", problems=" ".join(map(_sentence, error.errors()))) from None
        except OSError as error:  # a file of somebody else
            raise WrongSettings(
                "%(file)s cannot be read (%(why)s): give it and its folder to the user who starts this.",
                file=_file(),
                why=error.strerror,
            ) from None
        except ValueError as error:  # a file that is no TOML, a variable that is no JSON
            cause = error.__cause__ or error
            raise WrongSettings(
                "%(file)s or a variable LMS_… cannot be read: %(why)s.", file=_file(), why=cause
            ) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is handed in wins over the environment, the environment over the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _file())

    @property
    def database(self) -> str:
        """The database's URL with the default filled in."""
        return self.database_url or f"sqlite:///{self.state_dir / 'lms.sqlite'}"

    @property
    def files_dir(self) -> Path:
        """Where stored bytes live, named by their SHA-256."""
        return self.state_dir / "files"

    def secret(self) -> bytes:
        """The installation's secret, at least 32 bytes; made on first use, readable by the owner alone."""
        given = self.secret_key.get_secret_value()
        return given.encode() if given else _kept_secret(self.state_dir / "secret_key")


def _file() -> Path:
    return Path(os.environ.get("LMS_STATE_DIR", ROOT / "var")) / "lms.toml"


def _sentence(problem: Any) -> str:
    """What is wrong with one setting. The value is not shown: it may be a secret."""
    key = ".".join(map(str, problem["loc"]))
    if problem["type"] == "extra_forbidden":
        return f"{key} in {_file()} is no setting: take it out or mend its name (docs/running.md, lms/settings.py)."
    variable = f"LMS_{key.partition('.')[0].upper()}"
    place = f"the variable {variable}" if variable in os.environ else str(_file())
    reason = problem["msg"].removeprefix("Value error, ")
    return f"{key} in {place} cannot be used: {reason[:1].lower()}{reason[1:]}. Mend it there."


def _kept_secret(path: Path) -> bytes:
    """Two processes may start at once: the first to create the file decides."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_bytes()
