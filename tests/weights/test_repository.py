"""Repositories of a hub: pinned at the first pull, held to that afterwards."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from avatar_serving.errors import LicenceRefused, WeightMissing, WeightUnavailable
from avatar_serving.weights.environment import WeightsEnvironment
from avatar_serving.weights.library import Library
from avatar_serving.weights.lock import Lock, RepositoryWeight, total_size
from avatar_serving.weights.pull import Puller
from tests.http_server import QuietHandler, serving
from tests.weights.registry import Seen, sha

WEIGHTS = bytes(range(256)) * 40
FILES = {"config.json": b"{}", "nested/model.safetensors": WEIGHTS, "README.md": b"Hello"}


@dataclass
class RepositoryHub:
    """Speaks the hub's API for one repository; files of over 1000 bytes are large ones."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=lambda: dict(FILES))
    commit: str = "c0ffee"
    asked: list[str] = field(default_factory=list[str])

    def answer(self, path: str) -> bytes | None:
        self.asked.append(path)
        if path == "/api/models/owner/model/revision/v1":
            return json.dumps({"sha": self.commit}).encode()
        if path == f"/api/models/owner/model/tree/{self.commit}?recursive=true":
            return json.dumps([self._entry(p, c) for p, c in self.files.items()]).encode()
        return self.files.get(path.removeprefix(f"/owner/model/resolve/{self.commit}/"))

    @staticmethod
    def _entry(path: str, content: bytes) -> dict[str, object]:
        blob = hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()
        entry: dict[str, object] = {"type": "file", "path": path, "oid": blob, "size": len(content)}
        return entry | ({"lfs": _large(content)} if len(content) > 1000 else {})


def _large(content: bytes) -> dict[str, object]:
    return {"oid": sha(content), "size": len(content), "pointerSize": 130}


@pytest.fixture
def hub() -> Iterator[RepositoryHub]:
    fake = RepositoryHub()

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            body = fake.answer(self.path)
            if body is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(Handler) as fake.url:
        yield fake


WEIGHT = RepositoryWeight(
    name="large",
    kind="repository",
    licence="Apache-2.0",
    licence_class="unknown",
    origin="a test",
    repository="owner/model",
    revision="v1",
    files=("*.json", "*.safetensors"),
    size=12_000,
)
LOCK = Lock(version=1, weights=(WEIGHT,))


@pytest.fixture
def here(environment: WeightsEnvironment, hub: RepositoryHub) -> WeightsEnvironment:
    return replace(environment, hub=hub.url)


def pull(environment: WeightsEnvironment) -> None:
    Puller(environment, Seen()).pull(LOCK.weights)


def test_before_it_is_pulled_it_is_missing(here: WeightsEnvironment) -> None:
    shelf = Library(LOCK, here)
    assert shelf.state(WEIGHT) == "missing" and total_size(WEIGHT) == 12_000
    with pytest.raises(WeightMissing, match="avatar-serving weights pull large"):
        shelf.path("large")


def test_what_is_wanted_of_it_becomes_a_folder(here: WeightsEnvironment) -> None:
    shelf = Library(LOCK, here)
    pull(here)
    folder = shelf.path("large")
    found = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert found == {"config.json", "nested/model.safetensors"}
    assert (folder / "nested/model.safetensors").read_bytes() == WEIGHTS
    assert shelf.state(shelf.get("large"), thorough=True) == "present"
    assert total_size(shelf.get("large")) == 2 + len(WEIGHTS)


def test_it_is_held_to_what_came_first(here: WeightsEnvironment, hub: RepositoryHub) -> None:
    pull(here)
    asked = len(hub.asked)
    pull(here)
    assert len(hub.asked) == asked, "nothing is asked for that is here"
    (here.cache / "blobs" / sha(WEIGHTS)).unlink()
    hub.files["nested/model.safetensors"] = bytes(len(WEIGHTS))
    with pytest.raises(WeightUnavailable, match="has sha256"):
        pull(here)


def test_a_small_file_that_is_not_as_listed_is_refused(
    here: WeightsEnvironment, hub: RepositoryHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = RepositoryHub._entry("config.json", b"[]")
    monkeypatch.setattr(hub, "_entry", lambda path, content: listed)
    with pytest.raises(WeightUnavailable, match="not what the hub's list says"):
        pull(here)


def test_an_absent_one_says_why(environment: WeightsEnvironment, hub: RepositoryHub) -> None:
    with pytest.raises(WeightUnavailable, match="out of reach"):
        pull(environment)
    hub.files = {"README.md": b"Hello"}
    with pytest.raises(WeightUnavailable, match=r"none of: \*.json"):
        pull(replace(environment, hub=hub.url))


def test_its_licence_counts(here: WeightsEnvironment) -> None:
    pull(here)
    with pytest.raises(LicenceRefused, match="unknown"):
        Library(LOCK, replace(here, commercial=True)).path("large")
