"""Weights as engines get them: verified, or an error that says what to do."""

import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from avatar_serving.errors import LicenceRefused, NotFound, WeightCorrupt, WeightMissing
from avatar_serving.weights.environment import WeightsEnvironment
from avatar_serving.weights.library import Library
from avatar_serving.weights.lock import Lock
from avatar_serving.weights.pull import Puller
from tests.weights.registry import FakeRegistry, Seen, file_weight, folder_weight, sha

MODEL = b"model" * 100
FILES = {"config.json": b"{}", "sub/model.bin": MODEL}
LOCK = Lock(
    version=1,
    weights=(
        file_weight("m", MODEL, "pypi://pack==1/sub/model.bin"),
        folder_weight("f", "pypi://pack==1/{path}", FILES),
        file_weight("free", b"x", "pypi://pack==1/x", licence_class="non-commercial"),
        file_weight("odd", b"y", "pypi://pack==1/y", licence_class="unknown"),
    ),
)


@pytest.fixture
def pulled(environment: WeightsEnvironment, registry: FakeRegistry) -> WeightsEnvironment:
    registry.wheel("pack==1", FILES | {"x": b"x", "y": b"y"})
    Puller(environment, Seen(), registry).pull(LOCK.weights)
    return environment


def fresh(environment: WeightsEnvironment) -> Library:
    """As another process would see it."""
    return Library(LOCK, environment)


def damage(environment: WeightsEnvironment, content: bytes) -> None:
    blob = environment.cache / "blobs" / sha(content)
    blob.write_bytes(b"\x00" + content[1:])


def test_file_and_folder(pulled: WeightsEnvironment) -> None:
    assert fresh(pulled).path("m").read_bytes() == MODEL
    folder = fresh(pulled).path("f")
    assert {p: (folder / p).read_bytes() for p in FILES} == FILES


def test_missing_names_the_file_and_the_command(environment: WeightsEnvironment) -> None:
    with pytest.raises(WeightMissing) as error:
        fresh(environment).path("f")
    assert str(environment.cache / "weights" / "f" / "config.json") in str(error.value)
    assert "avatar-serving weights pull f" in str(error.value)
    assert str(pickle.loads(pickle.dumps(error.value))) == str(error.value)


def test_flipped_byte_is_noticed(pulled: WeightsEnvironment) -> None:
    damage(pulled, MODEL)
    with pytest.raises(WeightCorrupt, match=r"f/sub/model.bin.*avatar-serving weights pull f"):
        fresh(pulled).path("f")


def test_flipped_byte_with_the_old_time_is_noticed_by_verify(pulled: WeightsEnvironment) -> None:
    blob = pulled.cache / "blobs" / sha(MODEL)
    before = blob.stat()
    damage(pulled, MODEL)
    os.utime(blob, ns=(before.st_atime_ns, before.st_mtime_ns))
    library = fresh(pulled)
    assert library.state(LOCK.get("m")) == "present"
    assert library.state(LOCK.get("m"), thorough=True) == "corrupt"
    with pytest.raises(WeightCorrupt):
        library.path("m")


def test_lost_names_are_given_again(pulled: WeightsEnvironment) -> None:
    (pulled.cache / "weights" / "m").unlink()
    assert fresh(pulled).path("m").read_bytes() == MODEL


def test_names_survive_a_move_of_the_cache(pulled: WeightsEnvironment, tmp_path: Path) -> None:
    moved = pulled.cache.rename(tmp_path / "elsewhere")
    assert fresh(replace(pulled, cache=moved)).path("m").read_bytes() == MODEL


@pytest.mark.parametrize(("name", "what"), [("free", "non-commercial"), ("odd", "unknown")])
def test_commercial_mode_refuses_by_name(pulled: WeightsEnvironment, name: str, what: str) -> None:
    assert fresh(pulled).path(name).exists()
    with pytest.raises(LicenceRefused, match=f"'{name}' is {what}"):
        fresh(replace(pulled, commercial=True)).path(name)
    assert fresh(replace(pulled, commercial=True)).path("m").exists()


def test_unknown_name(environment: WeightsEnvironment) -> None:
    with pytest.raises(NotFound, match="no weight 'nonsense'"):
        fresh(environment).path("nonsense")


def test_derived_file_is_made_once(pulled: WeightsEnvironment) -> None:
    calls: list[Path] = []

    def make(source: Path, target: Path) -> None:
        calls.append(source)
        target.write_bytes(source.read_bytes()[::-1])

    first = fresh(pulled).derived("reversed.bin", "m", make)
    again = fresh(pulled).derived("reversed.bin", "m", make)
    assert (first, first.read_bytes(), len(calls)) == (again, MODEL[::-1], 1)
    newer = fresh(pulled).derived("reversed.bin", "m", make, version="2")
    assert newer != first
    assert len(calls) == 2


def test_derived_file_appears_whole_or_not_at_all(pulled: WeightsEnvironment) -> None:
    def fail(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise ValueError("broken graph")

    with pytest.raises(ValueError, match="broken graph"):
        fresh(pulled).derived("d.bin", "m", fail)
    assert not list((pulled.cache / "derived").rglob("d.bin"))
    done = fresh(pulled).derived("d.bin", "m", lambda source, target: _write(target))
    assert done.read_bytes() == b"whole"


def _write(target: Path) -> None:
    target.write_bytes(b"whole")
