"""The school's own tables, in its own database file."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """Aware times as ISO 8601 text, since SQLite keeps no zone."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Exact(TypeDecorator[Decimal]):
    """Points as text, since SQLite would round them."""

    impl = String(20)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value.quantize(Decimal("0.0001")).normalize() + 0)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class SchoolBase(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Utc(), Decimal: Exact()}


class PlatformKey(SchoolBase):
    """Our signing key."""

    __tablename__ = "demo_platform_key"

    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    pem: Mapped[str]
    created_at: Mapped[datetime]


class PlatformLaunch(SchoolBase):
    """A click on a link that waits for the tool to ask who clicked; used once. Without a link: a teacher who picks one."""

    __tablename__ = "demo_platform_launch"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(64))
    link_id: Mapped[str] = mapped_column(String(64))
    is_framed: Mapped[bool]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class UsedOnce(SchoolBase):
    """What must not come twice: the `jti` of a client assertion, the nonce of a signed message."""

    __tablename__ = "demo_platform_used"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(String(255), primary_key=True)
    expires_at: Mapped[datetime]


class AccessToken(SchoolBase):
    """A token that we gave to the tool, as a hash."""

    __tablename__ = "demo_platform_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    scopes: Mapped[str]
    expires_at: Mapped[datetime]


class LineItem(SchoolBase):
    """A column of the gradebook. `link_id`: coupled to a link of the course; empty: made by the tool."""

    __tablename__ = "demo_platform_line_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(200))
    maximum: Mapped[Decimal]
    link_id: Mapped[str | None] = mapped_column(String(64), index=True)
    resource_id: Mapped[str] = mapped_column(String(255), default="")
    tag: Mapped[str] = mapped_column(String(255), default="")


class Grade(SchoolBase):
    """One cell of the gradebook; `points` are of the line item's maximum. `sent_at` is the tool's time, for order."""

    __tablename__ = "demo_platform_grade"

    line_item_id: Mapped[int] = mapped_column(ForeignKey("demo_platform_line_item.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    points: Mapped[Decimal | None]
    comment: Mapped[str] = mapped_column(String(2000), default="")
    way: Mapped[str] = mapped_column(String(16))
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime]


class PickedLink(SchoolBase):
    """A link that a teacher picked in the tool; `custom` is what the tool wants to hear at each click on it."""

    __tablename__ = "demo_platform_link"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    about: Mapped[str] = mapped_column(String(500))
    custom: Mapped[dict[str, str]] = mapped_column(JSON)
    added_at: Mapped[datetime]
