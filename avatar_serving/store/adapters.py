"""Trained adapters in a bucket, where every gateway and every replica finds them."""

from pathlib import Path

from avatar_serving.storage import Storage
from avatar_serving.store.s3 import client_of, ours

_RECORD, _WEIGHTS = "adapter.json", "weights.safetensors"


class SharedAdapters:
    """``<prefix>adapters/<name>/``: the record, which says that an adapter is whole, and the
    weights. Names are checked by the caller.

    Every call raises `Unavailable` where the bucket does not answer, `StageFailed` where it
    refuses.
    """

    def __init__(self, place: Storage) -> None:
        self._bucket = place.s3_bucket
        self._folder = f"{place.s3_prefix}adapters/"
        self._client = client_of(place)

    def names(self) -> list[str]:
        """Of those that are whole."""
        found: list[str] = []
        with ours("adapters cannot be listed"):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._folder):
                for each in page.get("Contents", ()):
                    name, _, file = str(each["Key"]).removeprefix(self._folder).partition("/")
                    found += [name] if file == _RECORD else []
        return sorted(found)

    def record(self, name: str) -> bytes | None:
        """As JSON; None: there is no such adapter."""
        with ours(f"adapter {name} cannot be read"):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=self._key(name, _RECORD))
            except self._client.exceptions.NoSuchKey:
                return None
            return answer["Body"].read()

    def weights(self, name: str) -> bytes:
        with ours(f"adapter {name}: its weights are lost"):
            answer = self._client.get_object(Bucket=self._bucket, Key=self._key(name, _WEIGHTS))
            return answer["Body"].read()

    def keep(self, name: str, record: bytes, weights: Path) -> None:
        with ours(f"adapter {name} could not be kept"), weights.open("rb") as body:
            key = self._key(name, _WEIGHTS)
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body)
            key = self._key(name, _RECORD)
            self._client.put_object(Bucket=self._bucket, Key=key, Body=record)

    def delete(self, name: str) -> None:
        with ours(f"adapter {name} could not be deleted"):
            for file in (_RECORD, _WEIGHTS):
                self._client.delete_object(Bucket=self._bucket, Key=self._key(name, file))

    def close(self) -> None:
        self._client.close()

    def _key(self, name: str, file: str) -> str:
        return f"{self._folder}{name}/{file}"
