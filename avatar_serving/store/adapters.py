"""Trained adapters in a bucket, where every gateway and every replica finds them."""

from pathlib import Path

from avatar_serving.storage import Storage
from avatar_serving.store.s3 import client_of, ours

_RECORD, _WEIGHTS = "adapter.json", "weights.safetensors"


class SharedAdapters:
    """``<prefix>adapters/<name>/``: the record, which says that an adapter is whole, and the
    weights. ``<prefix>drafts/<name>/<mark>/``: a training that is not done. Names are checked by
    the caller.

    Every call raises `Unavailable` where the bucket does not answer, `StageFailed` where it
    refuses.
    """

    def __init__(self, place: Storage) -> None:
        self._bucket = place.s3_bucket
        self._folder = f"{place.s3_prefix}adapters/"
        self._drafts = f"{place.s3_prefix}drafts/"
        self._client = client_of(place)

    def names(self) -> list[str]:
        """Of those that are whole."""
        with ours("adapters cannot be listed"):
            parts = [name.partition("/") for name in self._below(self._folder)]
        return sorted(name for name, _, file in parts if file == _RECORD)

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

    def drafts(self, name: str, mark: str) -> list[str]:
        """Names of the files of a training that is not done."""
        with ours(f"the training of {name} cannot be read"):
            return self._below(self._draft_key(name, mark, ""))

    def draft(self, name: str, mark: str, file: str) -> bytes:
        key = self._draft_key(name, mark, file)
        with ours(f"the training of {name} cannot be read"):
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()

    def keep_draft(self, name: str, mark: str, file: Path) -> None:
        key = self._draft_key(name, mark, file.name)
        with ours(f"the training of {name} could not be kept"), file.open("rb") as body:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body)

    def forget_drafts(self, name: str) -> None:
        folder = f"{self._drafts}{name}/"
        with ours(f"the training of {name} could not be deleted"):
            for file in self._below(folder):
                self._client.delete_object(Bucket=self._bucket, Key=folder + file)

    def close(self) -> None:
        self._client.close()

    def _below(self, folder: str) -> list[str]:
        """Keys of what is there, without *folder*."""
        pages = self._client.get_paginator("list_objects_v2")
        return [
            str(each["Key"]).removeprefix(folder)
            for page in pages.paginate(Bucket=self._bucket, Prefix=folder)
            for each in page.get("Contents", ())
        ]

    def _key(self, name: str, file: str) -> str:
        return f"{self._folder}{name}/{file}"

    def _draft_key(self, name: str, mark: str, file: str) -> str:
        return f"{self._drafts}{name}/{mark}/{file}"
