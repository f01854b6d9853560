"""The school's database file: opened, brought up to date, filled with what is there from the start."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from alembic import command
from alembic.config import Config
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from sqlalchemy import Engine, create_engine, delete, event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from lms_demo_platform.school import LINKS
from lms_demo_platform.tables import LineItem, PlatformKey, UsedOnce

Sessions = sessionmaker[Session]


def open_store(path: Path) -> Sessions:
    """Sessions on the migrated and filled database; every transaction may write (BEGIN IMMEDIATE)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    migrate(engine)
    sessions = sessionmaker(engine, expire_on_commit=False)
    with sessions.begin() as session:
        _fill(session, datetime.now(UTC))
    return sessions


def migrate(engine: Engine) -> None:
    """Upgrade to the newest revision of the school's own history."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "history"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _connected(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}").close()


def _fill(session: Session, at: datetime) -> None:
    if session.scalar(select(PlatformKey)) is None:
        pem = generate_private_key(65537, 2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        session.add(PlatformKey(kid=uuid4().hex, pem=pem.decode(), created_at=at))
    for link in LINKS:
        if session.scalar(select(LineItem).where(LineItem.link_id == link.id)) is None:
            session.add(LineItem(label=link.id, maximum=Decimal(link.maximum), link_id=link.id))


def signing_key(session: Session) -> tuple[str, RSAPrivateKey]:
    """(kid, key): the newest of ours."""
    row = session.scalars(select(PlatformKey).order_by(PlatformKey.created_at.desc())).first()
    if row is None:
        raise LookupError("the school has no signing key")
    key = serialization.load_pem_private_key(row.pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("the school's signing key is not RSA")
    return row.kid, key


def use_once(sessions: Sessions, kind: str, value: str, *, at: datetime, keep: timedelta) -> bool:
    """Whether this is the first time that `value` comes; remembered for `keep`."""
    try:
        with sessions.begin() as session:
            session.execute(delete(UsedOnce).where(UsedOnce.expires_at < at))
            session.add(UsedOnce(kind=kind, value=value[:255], expires_at=at + keep))
    except IntegrityError:
        return False
    return True
