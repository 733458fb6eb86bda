"""The tables. A change raises SCHEMA_VERSION and brings the statements that take an older file
there."""

from datetime import datetime

from sqlalchemy import JSON, DateTime, Double, String, Text, UniqueConstraint, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA_VERSION = 8
MIGRATIONS: dict[int, tuple[str, ...]] = {
    2: (
        "ALTER TABLE avatars ADD COLUMN licence_class VARCHAR(20) NOT NULL DEFAULT 'unknown'",
        "ALTER TABLE avatars ADD COLUMN consented_at DATETIME",
    ),
    3: (
        "ALTER TABLE avatars ADD COLUMN template VARCHAR(40) NOT NULL DEFAULT ''",
        "ALTER TABLE avatars ADD COLUMN greeting TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE avatars ADD COLUMN rails JSON NOT NULL DEFAULT '{}'",
    ),
    4: (
        "ALTER TABLE avatars ADD COLUMN speed FLOAT NOT NULL DEFAULT 1.0",
        "ALTER TABLE avatars ADD COLUMN pitch FLOAT NOT NULL DEFAULT 0.0",
    ),
    5: (),
    6: (
        "ALTER TABLE avatars ADD COLUMN owner VARCHAR(40) NOT NULL DEFAULT ''",
        "ALTER TABLE keys ADD COLUMN owner VARCHAR(40) NOT NULL DEFAULT ''",
        "ALTER TABLE keys ADD COLUMN scopes JSON NOT NULL "
        """DEFAULT '["read", "talk", "create", "memories"]'""",
        "ALTER TABLE keys ADD COLUMN created_at TIMESTAMP",
        "ALTER TABLE keys ADD COLUMN used_at TIMESTAMP",
    ),
    7: (),
    8: ("ALTER TABLE sessions ADD COLUMN unheld BOOLEAN NOT NULL DEFAULT FALSE",),
}
"""What leads to each version from the one before it: ``ALTER TABLE <name> ...``. New tables need no
statement: they are made before, as they are now, and nothing is altered in them. PostgreSQL came
with version 5, so it never sees the statements of earlier ones."""


class Base(DeclarativeBase):
    pass


class Meta(Base):
    __tablename__ = "meta"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class AvatarTable(Base):
    """Times are UTC."""

    __tablename__ = "avatars"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(DateTime, index=True)
    description: Mapped[str] = mapped_column(Text)
    voice: Mapped[str] = mapped_column(String(80))
    persona: Mapped[str] = mapped_column(Text)
    engine: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    licences: Mapped[list[str]] = mapped_column(JSON)
    licence_class: Mapped[str] = mapped_column(String(20), server_default="unknown")
    consented_at: Mapped[datetime | None] = mapped_column(DateTime)
    template: Mapped[str] = mapped_column(String(40), server_default="", default="")
    greeting: Mapped[str] = mapped_column(Text, server_default="", default="")
    rails: Mapped[dict[str, object]] = mapped_column(JSON, server_default="{}", default=dict)
    speed: Mapped[float] = mapped_column(server_default="1.0")
    pitch: Mapped[float] = mapped_column(server_default="0.0")
    owner: Mapped[str] = mapped_column(String(40), server_default="", default="")
    """Whose keys may see it; empty: everybody's."""


class KeyTable(Base):
    """API keys and client secrets, as sha256 only: the table alone opens nothing. Times are UTC."""

    __tablename__ = "keys"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime)
    session: Mapped[dict[str, object] | None] = mapped_column(JSON)
    """For a client secret: the session it opens, which its holder cannot change."""
    owner: Mapped[str] = mapped_column(String(40), server_default="", default="")
    scopes: Mapped[list[str]] = mapped_column(
        JSON, server_default='["read", "talk", "create", "memories"]'
    )
    created_at: Mapped[datetime | None] = mapped_column(DateTime)
    used_at: Mapped[datetime | None] = mapped_column(DateTime)
    """To the minute."""


class MemoryTable(Base):
    """What an avatar remembers of a user. Times are UTC."""

    __tablename__ = "memories"
    __table_args__ = (UniqueConstraint("user", "avatar", "slot"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    user: Mapped[str] = mapped_column(String(170), index=True)
    """Of a key's owner: behind their name and a separator."""
    avatar: Mapped[str] = mapped_column(String(32), index=True)
    slot: Mapped[str] = mapped_column(String(80))
    """What it is about: one fact for each."""
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(DateTime)
    updated_at: Mapped[datetime] = mapped_column(DateTime, index=True)


class SessionTable(Base):
    """Live sessions whose client may come back, to this gateway or another. Times are UTC."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(32))
    """The gateway that runs it."""
    token: Mapped[str] = mapped_column(String(64), unique=True)
    """sha256 of the token that opens it next."""
    previous: Mapped[str] = mapped_column(String(64), index=True, server_default="", default="")
    """sha256 of the one before."""
    unheld: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """The client may not have the newest token yet: the one before opens the session, too."""
    state: Mapped[str | None] = mapped_column(Text)
    """A snapshot as JSON; none: the session is over, or nothing was said yet."""
    tail: Mapped[str | None] = mapped_column(Text)
    """The newest messages to the client as a JSON list, that it may not have received."""
    over: Mapped[bool] = mapped_column(default=False)
    ends_at: Mapped[datetime] = mapped_column(DateTime, index=True)
    """When ``limits.session_s`` is over."""


class QuotaTable(Base):
    """What a key has used up of what comes back evenly."""

    __tablename__ = "quotas"

    label: Mapped[str] = mapped_column(String(80), primary_key=True)
    option: Mapped[str] = mapped_column(String(40), primary_key=True)
    """The limit, by its name in the profile."""
    empty_at: Mapped[float] = mapped_column(Double)
    """Unix time at which all would have been used up, had it been so at the steady rate."""


class HoldTable(Base):
    """Live sessions that count against the limit of a key."""

    __tablename__ = "holds"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    """The session's."""
    label: Mapped[str] = mapped_column(String(80), index=True)
    owner: Mapped[str] = mapped_column(String(32), index=True)
    """The gateway that runs it."""
    until: Mapped[float] = mapped_column(Double)
    """Unix time at which it counts no more, unless its gateway says before that it lives."""


class JobTable(Base):
    """Talking videos and trainings, under way or over, of all gateways. Times are UTC."""

    __tablename__ = "videos"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    """As JSON, written by the gateway that makes it."""
    touched_at: Mapped[datetime] = mapped_column(DateTime)
    """When that gateway last said that it lives."""
