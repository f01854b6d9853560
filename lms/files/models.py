"""The table of the file store."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Base, Id


class LetGo(Base):
    """Bytes to which a row referred until now, or is about to refer. They go when after a while no row does."""

    __tablename__ = "files_let_go"

    id: Mapped[Id]
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
