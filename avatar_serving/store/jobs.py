"""Jobs that all gateways know of: states in the database, files in the bucket."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, select, update

from avatar_serving.storage import Storage
from avatar_serving.store.database import Database
from avatar_serving.store.s3 import client_of, ours
from avatar_serving.store.tables import JobTable
from avatar_serving.store.times import kept, read
from avatar_serving.whole_files import whole

_CHUNK = 1 << 20


class SharedJobs:
    """Those of one kind. What a state says is the callers' affair. Ids are checked by them.

    Every call raises `Unavailable` where the database or the bucket does not answer, `StageFailed`
    where they refuse.
    """

    def __init__(
        self, database: Database, place: Storage, now: Callable[[], datetime], noun: str
    ) -> None:
        """*noun*: how their ids begin."""
        self._database = database
        self._now = now
        self._bucket = place.s3_bucket
        self._folder = f"{place.s3_prefix}{noun}s/"
        self._noun = noun
        self._client = client_of(place)

    def add(self, job: str, state: str) -> None:
        with self._database.session() as session:
            session.add(JobTable(id=job, state=state, touched_at=self._utc()))

    def replace(self, job: str, state: str) -> bool:
        """False: it was deleted."""
        return self._change(job, state=state)

    def touch(self, job: str) -> bool:
        """Say that it is being worked on. False: it was deleted."""
        return self._change(job)

    def get(self, job: str) -> tuple[str, float] | None:
        """Its state, and the Unix time when it was last written or touched."""
        with self._database.session() as session:
            row = session.get(JobTable, job)
            return None if row is None else (row.state, read(row.touched_at).timestamp())

    def ids(self) -> set[str]:
        with self._database.session() as session:
            mine = JobTable.id.startswith(f"{self._noun}_", autoescape=True)
            return set(session.scalars(select(JobTable.id).where(mine)))

    def delete(self, job: str) -> None:
        """Files, then the state; nothing happens where there are none."""
        with ours(f"{job} could not be deleted"):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=f"{self._folder}{job}/"):
                for found in page.get("Contents", ()):
                    self._client.delete_object(Bucket=self._bucket, Key=found["Key"])
        with self._database.session() as session:
            session.execute(delete(JobTable).where(JobTable.id == job))

    def upload(self, job: str, file: Path) -> None:
        with file.open("rb") as body, ours(f"{job} could not be kept"):
            self._client.put_object(Bucket=self._bucket, Key=self._key(job, file.name), Body=body)

    def download(self, job: str, file: Path) -> None:
        """To *file*, which is whole or absent."""
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole(file) as part, part.open("wb") as out, ours(f"{job}: its file is lost"):
            key = self._key(job, file.name)
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
            for chunk in answer["Body"].iter_chunks(_CHUNK):
                out.write(chunk)

    def close(self) -> None:
        self._client.close()

    def _change(self, job: str, **columns: str) -> bool:
        named = update(JobTable).where(JobTable.id == job).returning(JobTable.id)
        with self._database.session() as session:
            changed = session.execute(named.values(touched_at=self._utc(), **columns))
            return changed.first() is not None

    def _utc(self) -> datetime:
        return kept(self._now())

    def _key(self, job: str, name: str) -> str:
        return f"{self._folder}{job}/{name}"
