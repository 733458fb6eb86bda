"""What gateways keep: a database, and the files of avatars. Calls are quick, but wait for a
database that went away; on an event loop use a thread."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from avatar_serving.avatars import package
from avatar_serving.callers import ANYBODY, SCOPES, Caller, Scope
from avatar_serving.errors import NotFound
from avatar_serving.storage import Storage
from avatar_serving.store.avatar_rows import AvatarRow, Character, change, new_row, shown
from avatar_serving.store.blobs import Blobs, checked_id
from avatar_serving.store.database import Database
from avatar_serving.store.files import AvatarFiles
from avatar_serving.store.jobs import SharedJobs
from avatar_serving.store.keys import KeyRow, Keys, Redeemed
from avatar_serving.store.memories import Memories
from avatar_serving.store.quotas import Quotas
from avatar_serving.store.s3 import S3Files
from avatar_serving.store.seal import Seal
from avatar_serving.store.sessions import Sessions
from avatar_serving.store.tables import AvatarTable, MemoryTable


class Store:
    """Avatars in ``<folder>/avatars/``, all rows in ``<folder>/avatars.db``; or, where *storage*
    says so, in a bucket and in PostgreSQL, which many gateways on many machines share.

    A file is written before its row and a row deleted before its file: what a crash leaves behind
    is at worst a file without a row, which a later start removes.
    """

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        storage: Storage | None = None,
    ) -> None:
        """Raises:
        StageFailed: there is no store here that this program could use.
        Unavailable: the database or the file storage does not answer.
        """
        place = storage or Storage()
        self._place = place
        self._seal = Seal(place.keys)
        self._opened = ExitStack()
        self._files = _files(folder, place)
        self._opened.callback(self._files.close)
        url = place.database_url
        self._database = Database(url.get_secret_value() if url else folder / "avatars.db")
        self._opened.callback(self._database.close)
        self._keys = Keys(self._database, now)
        self._now = now
        self._files.sweep({row.id for row in self.avatars()})
        self.memories().reseal()

    def close(self) -> None:
        self._opened.close()

    def add_avatar(
        self, data: bytes, character: Character | None = None, owner: str = ""
    ) -> AvatarRow:
        """Keep an avatar package under a new id: one picture may become several avatars.

        Raises:
            PackageInvalid: it is not a sound package.
            StageFailed: it could not be written.
        """
        opened = package.read(data)
        made = new_row(secrets.token_hex(16), opened.manifest, len(data), self._now())
        made.owner = owner
        change(made, character or Character())
        row = shown(made)
        self._files.write(row.id, data, opened.files["thumbnail.webp"])
        try:
            with self._database.session() as session:
                session.add(made)
        except BaseException:
            self._files.delete(row.id)
            raise
        return row

    def avatars(self) -> list[AvatarRow]:
        """Newest first."""
        query = select(AvatarTable).order_by(AvatarTable.created_at.desc(), AvatarTable.id)
        with self._database.session() as session:
            return [shown(found) for found in session.scalars(query)]

    def avatar(self, avatar_id: str) -> AvatarRow:
        """Raises:
        NotFound: no such avatar.
        """
        with self._database.session() as session:
            found = session.get(AvatarTable, checked_id(avatar_id))
            if found is None:
                raise NotFound("avatar", avatar_id)
            return shown(found)

    def change_avatar(self, avatar_id: str, character: Character) -> AvatarRow:
        """Raises:
        NotFound: no such avatar.
        """
        with self._database.session() as session:
            found = session.get(AvatarTable, checked_id(avatar_id))
            if found is None:
                raise NotFound("avatar", avatar_id)
            change(found, character)
            return shown(found)

    def delete_avatar(self, avatar_id: str) -> None:
        """Row, files, and what it knows of its users, for good.

        Raises:
            NotFound: no such avatar.
        """
        named = AvatarTable.id == checked_id(avatar_id)
        gone = delete(AvatarTable).where(named).returning(AvatarTable.id)
        with self._database.session() as session:
            if session.execute(gone).first() is None:
                raise NotFound("avatar", avatar_id)
            session.execute(delete(MemoryTable).where(MemoryTable.avatar == avatar_id))
        self._files.delete(avatar_id)
        self._database.forget_the_past()

    def package(self, avatar_id: str) -> bytes:
        """Raises:
        NotFound: no such avatar.
        """
        return self._files.package(self.avatar(avatar_id).id)

    def thumbnail(self, avatar_id: str) -> bytes:
        """Raises:
        NotFound: no such avatar.
        """
        return self._files.thumbnail(self.avatar(avatar_id).id)

    def memories(self, retention_days: int = 180, most: int = 200) -> Memories:
        """What avatars remember of users: see `Memories` for the limits."""
        return Memories(self._database, self._now, retention_days, most, self._seal)

    def sessions(self, owner: str) -> Sessions:
        """Live sessions, seen by the gateway *owner*."""
        return Sessions(self._database, self._now, owner, self._seal)

    def quotas(self, owner: str) -> Quotas:
        """What keys have used up, counted by the gateway *owner* and all others."""
        return Quotas(self._database, self._now, owner)

    def jobs(self, noun: str) -> SharedJobs | None:
        """Those of a kind that all gateways share; None where they share no database and bucket.
        *noun*: how their ids begin, ``video`` or ``training``."""
        if self._place.database_url is None or not self._place.s3_bucket:
            return None
        shared = SharedJobs(self._database, self._place, self._now, noun)
        self._opened.callback(shared.close)
        return shared

    def create_key(
        self,
        label: str,
        scopes: Sequence[Scope] = SCOPES,
        owner: str = "",
        lifetime: timedelta | None = None,
    ) -> str:
        """A new API key, shown here and never again: see `Keys.create`."""
        return self._keys.create(label, scopes, owner, lifetime)

    def adopt_key(self, label: str, key: str) -> None:
        """Accept a *key* made elsewhere, in place of those that had its label."""
        self._keys.adopt(label, key.strip())

    def rotate_key(self, label: str, overlap: timedelta, lifetime: timedelta | None = None) -> str:
        """A new key in place of those with its label, which open for *overlap* still."""
        return self._keys.rotate(label, overlap, lifetime)

    def caller(self, key: str) -> Caller | None:
        """Who shows this key; None: nobody that is known, or not any more."""
        return self._keys.caller(key)

    def keys(self) -> list[KeyRow]:
        """Every API key, by label."""
        return self._keys.list()

    def revoke_key(self, label: str) -> int:
        """How many keys of that label there were."""
        return self._keys.revoke(label)

    def create_secret(
        self, seconds: int, session: dict[str, Any], caller: Caller = ANYBODY
    ) -> tuple[str, int]:
        """A client secret for one session of *caller*, and when it expires (Unix time).

        Raises:
            InvalidRequest: a lifetime out of 10..7200 s.
        """
        return self._keys.create_secret(seconds, session, caller)

    def redeem_secret(self, secret: str) -> Redeemed | None:
        """The session of a client secret, once; None if it is unknown, used or expired."""
        return self._keys.redeem_secret(secret)


def _files(folder: Path, place: Storage) -> Blobs:
    folder.mkdir(parents=True, exist_ok=True)
    return S3Files(place) if place.s3_bucket else AvatarFiles(folder / "avatars")
