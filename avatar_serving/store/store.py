"""SQLite and a folder. Every method is quick; callers on an event loop use a thread."""

import hashlib
import os
import re
import secrets
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, delete, event, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from avatar_serving.avatars import package
from avatar_serving.errors import NotFound, StageFailed
from avatar_serving.store.tables import SCHEMA_VERSION, AvatarTable, Base, KeyTable, Meta

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class AvatarRow:
    """An avatar as the list shows it."""

    id: str
    name: str
    created_at: str
    description: str
    voice: str
    persona: str
    engine: str
    size: int
    licences: tuple[str, ...]

    def public(self) -> dict[str, Any]:
        return {"object": "avatar", **asdict(self), "licences": list(self.licences)}


class Store:
    """Avatars in ``<folder>/avatars/<id>.zip`` and ``.webp``, rows beside them in ``avatars.db``.

    A file is written before its row and a row deleted before its file: what a crash leaves behind
    is at worst a file without a row, which the next start removes.
    """

    def __init__(self, folder: Path) -> None:
        self._files = folder / "avatars"
        self._files.mkdir(parents=True, exist_ok=True)
        self._engine = _open(folder / "avatars.db")
        self._sweep()

    def close(self) -> None:
        self._engine.dispose()

    def add_avatar(self, data: bytes) -> AvatarRow:
        """Keep an avatar package under a new id: one picture may become several avatars.

        Raises:
            PackageInvalid: it is not a sound package.
        """
        read = package.read(data)
        manifest = read.manifest
        row = AvatarRow(
            id=secrets.token_hex(16),
            name=manifest.name,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            description=manifest.description,
            voice=manifest.voice,
            persona=manifest.persona,
            engine=manifest.engine.name,
            size=len(data),
            licences=tuple(sorted({part.licence for part in manifest.licences})),
        )
        _write(self._files / f"{row.id}.zip", data)
        _write(self._files / f"{row.id}.webp", read.files["thumbnail.webp"])
        with Session(self._engine) as session:
            values = asdict(row) | {
                "created_at": datetime.fromisoformat(row.created_at),
                "licences": list(row.licences),
            }
            session.merge(AvatarTable(**values))
            session.commit()
        return row

    def avatars(self) -> list[AvatarRow]:
        """Newest first."""
        with Session(self._engine) as session:
            query = select(AvatarTable).order_by(AvatarTable.created_at.desc(), AvatarTable.id)
            return [_row(found) for found in session.scalars(query)]

    def avatar(self, avatar_id: str) -> AvatarRow:
        """Raises:
        NotFound: no such avatar.
        """
        with Session(self._engine) as session:
            found = session.get(AvatarTable, avatar_id)
            if found is None:
                raise NotFound("avatar", avatar_id)
            return _row(found)

    def delete_avatar(self, avatar_id: str) -> None:
        """Raises:
        NotFound: no such avatar.
        """
        self.avatar(avatar_id)
        with Session(self._engine) as session:
            session.execute(delete(AvatarTable).where(AvatarTable.id == avatar_id))
            session.commit()
        for kind in ("zip", "webp"):
            self._file(avatar_id, kind).unlink(missing_ok=True)

    def package(self, avatar_id: str) -> bytes:
        return self._read(avatar_id, "zip")

    def thumbnail(self, avatar_id: str) -> bytes:
        return self._read(avatar_id, "webp")

    def create_key(self, label: str) -> str:
        """A new API key. It is shown here and never again."""
        key = "ak_" + secrets.token_urlsafe(32)
        self._keep_key(key, "api", label, None, None)
        return key

    def verify_key(self, key: str) -> bool:
        with Session(self._engine) as session:
            found = session.get(KeyTable, _digest(key))
            return found is not None and found.kind == "api"

    def keys(self) -> list[tuple[str, str]]:
        """(label, beginning of the digest) of every API key."""
        with Session(self._engine) as session:
            query = select(KeyTable).where(KeyTable.kind == "api").order_by(KeyTable.label)
            return [(found.label, found.digest[:8]) for found in session.scalars(query)]

    def revoke_key(self, label: str) -> int:
        """How many keys of that label there were."""
        with Session(self._engine) as session:
            query = select(KeyTable).where(KeyTable.kind == "api", KeyTable.label == label)
            found = list(session.scalars(query))
            for row in found:
                session.delete(row)
            session.commit()
            return len(found)

    def create_secret(self, seconds: int, session: dict[str, Any]) -> tuple[str, int]:
        """A client secret for one session, and when it expires (Unix time)."""
        secret = "ek_" + secrets.token_urlsafe(32)
        expires = datetime.now(UTC) + timedelta(seconds=seconds)
        self._keep_key(secret, "secret", "", expires.replace(tzinfo=None), session)
        return secret, int(expires.timestamp())

    def redeem_secret(self, secret: str) -> dict[str, Any] | None:
        """The session of a client secret, once; None if it is unknown, used or expired."""
        now = datetime.now(UTC).replace(tzinfo=None)
        with Session(self._engine) as session:
            session.execute(delete(KeyTable).where(KeyTable.expires_at < now))
            gone = session.execute(
                delete(KeyTable)
                .where(KeyTable.digest == _digest(secret), KeyTable.kind == "secret")
                .returning(KeyTable.session)
            ).first()
            session.commit()
            return None if gone is None else dict(gone[0] or {})

    def _keep_key(
        self,
        key: str,
        kind: str,
        label: str,
        expires_at: datetime | None,
        bound: dict[str, Any] | None,
    ) -> None:
        with Session(self._engine) as session:
            session.add(
                KeyTable(
                    digest=_digest(key),
                    kind=kind,
                    label=label,
                    expires_at=expires_at,
                    session=bound,
                )
            )
            session.commit()

    def _read(self, avatar_id: str, kind: str) -> bytes:
        self.avatar(avatar_id)
        try:
            return self._file(avatar_id, kind).read_bytes()
        except OSError as error:
            raise StageFailed("store", f"avatar {avatar_id}: its {kind} file is lost") from error

    def _file(self, avatar_id: str, kind: str) -> Path:
        if not _ID.fullmatch(avatar_id):
            raise NotFound("avatar", avatar_id)
        return self._files / f"{avatar_id}.{kind}"

    def _sweep(self) -> None:
        """Remove files that a crash left without a row, once they are old enough to be nobody's."""
        known = {row.id for row in self.avatars()}
        old = datetime.now(UTC).timestamp() - 3600
        for path in self._files.iterdir():
            if path.stem not in known and path.stat().st_mtime < old:
                path.unlink(missing_ok=True)


def _open(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 10})

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    Base.metadata.create_all(engine)
    with Session(engine) as session:
        version = session.get(Meta, "schema")
        if version is None:
            session.merge(Meta(key="schema", value=str(SCHEMA_VERSION)))
            session.commit()
        elif int(version.value) > SCHEMA_VERSION:
            raise StageFailed("store", f"{path} was written by a newer version of this program")
    return engine


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _row(found: AvatarTable) -> AvatarRow:
    return AvatarRow(
        id=found.id,
        name=found.name,
        created_at=found.created_at.replace(tzinfo=UTC).isoformat(timespec="seconds"),
        description=found.description,
        voice=found.voice,
        persona=found.persona,
        engine=found.engine,
        size=found.size,
        licences=tuple(found.licences),
    )
