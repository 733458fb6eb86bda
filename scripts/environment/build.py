"""Make an environment, or find the one that was made before."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from avatar_serving.weights.cache import exclusive
from avatar_serving.weights.environment import read_environment
from scripts.environment.recipes import Recipe
from scripts.environment.stubs import write_stubs

_READY = "ready"


class EnvironmentFailed(Exception):
    """pip or venv failed; what they printed went to the terminal."""


def python_of(recipe: Recipe) -> Path:
    """The interpreter of the environment, which is made first if it is not there.

    Raises:
        EnvironmentFailed: it could not be made.
    """
    home = read_environment().cache / "environments"
    folder = home / recipe.folder
    with exclusive(home / f"{recipe.name}.lock", lambda: _say("waiting for another process")):
        if not (folder / _READY).exists():
            _make(recipe, folder)
    return _python(folder)


def _make(recipe: Recipe, folder: Path) -> None:
    below = None if recipe.parent is None else python_of(recipe.parent).parents[1]
    _say(f"making the environment {recipe.name} in {folder}")
    shutil.rmtree(folder, ignore_errors=True)
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder))  # the base one is seen
    _see_packages_of(folder, [*([below] if below else []), Path(sys.prefix)])
    with tempfile.TemporaryDirectory() as stubs:
        write_stubs(recipe.stubs, Path(stubs))
        names = [f"{stub.name}=={stub.version}" for stub in recipe.stubs]
        pinned = [option for path in recipe.constraints for option in ("-c", str(path))]
        pip = [str(_python(folder)), "-m", "pip", "install", "--disable-pip-version-check"]
        _run(*pip, "--find-links", stubs, *pinned, "-r", str(recipe.requirements), *names)
    (folder / _READY).touch()


def _see_packages_of(folder: Path, others: list[Path]) -> None:
    """What *others* have need not be installed again; its own packages are found first."""
    lines = "\n".join(str(_packages(other)) for other in others)
    (_packages(folder) / "below.pth").write_text(lines + "\n")


def _packages(prefix: Path) -> Path:
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(prefix)}))


def _python(folder: Path) -> Path:
    return folder / "bin" / "python"


def _run(*command: str) -> None:
    # To the terminal's error stream: what is printed on the other one is the answer.
    done = subprocess.run(command, stdout=sys.stderr, check=False, env=_without_path())
    if done.returncode:
        raise EnvironmentFailed(f"failed: {' '.join(command)}")


def _without_path() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _say(text: str) -> None:
    print(f"== {text}", file=sys.stderr, flush=True)
