"""Environments of their own: named by what they are made of, and skipped aloud where they cannot
be made."""

import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.environment import __main__ as command
from scripts.environment.build import EnvironmentFailed, python_of
from scripts.environment.recipes import RECIPES, TORCH, VLLM, Recipe, Stub
from scripts.environment.stubs import write_stubs


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_has_pins_alone(name: str) -> None:
    lines = RECIPES[name].requirements.read_text().splitlines()
    wanted = [line.split("#")[0].strip() for line in lines]
    assert all("==" in line for line in wanted if line)


def test_a_changed_recipe_is_another_folder() -> None:
    changed = replace(TORCH, stubs=(Stub("x", "1.0"),))
    assert changed.folder != TORCH.folder == replace(TORCH).folder
    assert replace(VLLM, parent=changed).folder != VLLM.folder


def test_a_stub_is_a_wheel_that_pip_takes(tmp_path: Path) -> None:
    write_stubs([Stub("avatar-serving-nothing", "1.0+none")], tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    target = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--target", str(target), str(wheel)], check=True)
    assert [path.suffix for path in target.iterdir()] == [".dist-info"]
    with zipfile.ZipFile(wheel) as archive:
        assert all(name.split("/")[0].endswith(".dist-info") for name in archive.namelist())


def test_an_environment_is_made_once_and_sees_the_base_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVATAR_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (tmp_path / "none.txt").write_text("")
    below = Recipe("below", tmp_path / "none.txt", stubs=(Stub("nothing-a", "1.0+none"),))
    above = Recipe("above", tmp_path / "none.txt", below, stubs=(Stub("nothing-b", "2.0+none"),))
    python = python_of(above)
    program = (
        "from importlib.metadata import version as v; import pydantic, sys;"
        "print(v('nothing-a'), v('nothing-b'), sys.prefix)"
    )
    told = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["1.0+none", "2.0+none", str(python.parents[1])]
    made = python.stat().st_ctime_ns
    assert python_of(above) == python and python.stat().st_ctime_ns == made
    missing = replace(above, stubs=(), requirements=tmp_path / "missing.txt")
    missing.requirements.write_text("no-such-package-anywhere==1\n")
    with pytest.raises(EnvironmentFailed, match="pip install"):
        python_of(missing)


def test_tests_without_their_environment_are_skipped_aloud(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> Path:
        raise EnvironmentFailed("no network")

    monkeypatch.setattr(command, "python_of", fail)
    assert command.main(["torch", "--test", "tests/torch"]) == 0
    shown = capsys.readouterr()
    assert "LOUD: SKIPPED" in shown.out and "no network" in shown.err
    assert command.main(["torch"]) == 1
