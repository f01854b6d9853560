"""One frozen, typed object that says how this installation runs.

Read from `LMS_…` environment variables, then `<state_dir>/lms.toml`, then the defaults below, which are those of a
single machine. Nothing else in the project reads the environment.
"""

import os
import secrets
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

ROOT = Path(__file__).resolve().parent.parent
Bytes = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """Sizes are bytes, durations seconds. `*_public_url` is what browsers see (and the `iss` of our tokens);
    `*_internal_url` is for calls between servers. Neither ends with a slash.
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
    locale: str = "ru"
    timezone: str = "Asia/Yekaterinburg"
    programme_name: dict[str, str] = {"ru": "Кадры будущего", "en": "Future Cadres"}
    disabled_plugins: frozenset[str] = frozenset()

    session_days: Annotated[int, Field(ge=1, le=90)] = 14
    upload_limit: Bytes = 10 * 2**20
    grading_seconds: Seconds = 120.0
    grading_memory: Bytes = 2 * 2**30
    grading_processes: Annotated[int, Field(ge=1, le=64)] = 2
    job_poll_seconds: Seconds = 0.2
    worker_heartbeat_seconds: Seconds = 2.0
    worker_lost_seconds: Seconds = 10.0
    """A worker whose heartbeat is older than this has lost its jobs to the others."""

    notebook_memory: Bytes = 2 * 2**30
    notebook_processes: Annotated[int, Field(ge=16)] = 200
    notebook_idle_seconds: Seconds = 3600.0

    metrics_token: SecretStr = SecretStr("")
    """Opens /metrics to a scraper that sends it as a bearer token; empty: there is no such page."""

    mail_url: str = ""
    """smtp://user:password@host:port; empty: letters are written to files in the state directory."""
    mail_from: str = "lms@localhost"

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
        state_dir = Path(os.environ.get("LMS_STATE_DIR", ROOT / "var"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, state_dir / "lms.toml")

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


def _kept_secret(path: Path) -> bytes:
    """Two processes may start at once: the first to create the file decides."""
    path.parent.mkdir(parents=True, exist_ok=True)
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
