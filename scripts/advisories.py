"""Known vulnerabilities from a folder, for machines that cannot ask PyPI.

The folder is a copy of github.com/pypa/advisory-database (CC-BY 4.0), which PyPI's answers are made
from: files in the OSV format (ossf.github.io/osv-schema), a folder for each package.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


@dataclass(frozen=True, slots=True)
class Advisory:
    id: str
    package: str
    version: str
    """The one that is installed."""
    fixed: tuple[str, ...]


def known(folder: Path, installed: Iterable[tuple[str, str]]) -> Iterator[Advisory]:
    """What is known against the packages that are *installed*, as (name, version)."""
    for name, version in installed:
        for path in sorted((folder / "vulns" / canonicalize_name(name)).glob("*.yaml")):
            told: dict[str, Any] = yaml.load(path.read_text(), yaml.CBaseLoader)
            if "withdrawn" in told:
                continue
            fixed = [f for part in told["affected"] for f in _fixed_in(part, version)]
            if any(_affected(part, version) for part in told["affected"]):
                yield Advisory(told["id"], name, version, tuple(fixed))


def newest(folder: Path) -> str:
    """Date of the last change in the folder; empty: there are no advisories in it."""
    dates = (_date(path) for path in folder.glob("vulns/*/*.yaml"))
    return max(dates, default="")


def _date(path: Path) -> str:
    lines = path.read_text().splitlines()
    told = next((line for line in lines if line.startswith("modified:")), "")
    return told.partition(":")[2].strip(" '\"")[:10]


def _affected(part: dict[str, Any], version: str) -> bool:
    return version in part.get("versions", ()) or any(
        _within(events, version) for events in _ranges(part)
    )


def _ranges(part: dict[str, Any]) -> Iterator[list[dict[str, str]]]:
    """Those that count in versions; others count in commits."""
    for found in part.get("ranges", ()):
        if found["type"] == "ECOSYSTEM":
            yield found["events"]


def _within(events: list[dict[str, str]], version: str) -> bool:
    """As OSV evaluates a range: the last event at or before *version* decides."""
    at, inside = Version(version), False
    for event in events:
        kind, mark = next(iter(event.items()))
        try:
            limit = Version(mark)
        except InvalidVersion:
            continue
        if kind == "introduced" and at >= limit:
            inside = True
        elif (kind == "fixed" and at >= limit) or (kind == "last_affected" and at > limit):
            inside = False
    return inside


def _fixed_in(part: dict[str, Any], version: str) -> Iterator[str]:
    for events in _ranges(part):
        if _within(events, version):
            yield from (event["fixed"] for event in events if "fixed" in event)
