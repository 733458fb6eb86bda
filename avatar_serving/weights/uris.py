"""The addresses in the lock file.

pypi://NAME==VERSION/path/in/wheel[!path/in/zip]
npm://NAME@VERSION/path/in/tarball[!path/in/zip]
hf://OWNER/REPO/path@REVISION
file:///path
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from avatar_serving.errors import InvalidRequest

Registry = Literal["pypi", "npm"]


@dataclass(frozen=True, slots=True)
class Package:
    registry: Registry
    name: str
    version: str

    @property
    def requirement(self) -> str:
        return f"{self.name}{'==' if self.registry == 'pypi' else '@'}{self.version}"


@dataclass(frozen=True, slots=True)
class PackageMember:
    package: Package
    member: str
    inner: str | None
    """A file inside *member*, which is itself a zip."""


@dataclass(frozen=True, slots=True)
class HubFile:
    repository: str
    path: str
    revision: str


@dataclass(frozen=True, slots=True)
class LocalFile:
    path: Path


Address = PackageMember | HubFile | LocalFile

_NAME = r"(?P<name>(?:@[a-z0-9][\w.-]*/)?[A-Za-z0-9][\w.-]*)"
_VERSION = r"(?P<version>[0-9][\w.+-]*)"
_MEMBER = r"(?P<member>[^!]+)(?:!(?P<inner>[^!]+))?"
_PACKAGE: dict[Registry, re.Pattern[str]] = {
    "pypi": re.compile(f"pypi://{_NAME}=={_VERSION}/{_MEMBER}"),
    "npm": re.compile(f"npm://{_NAME}@{_VERSION}/{_MEMBER}"),
}
_HUB = re.compile(r"hf://(?P<repository>[\w.-]+/[\w.-]+)/(?P<path>[^@]+)@(?P<revision>[\w./-]+)")


def parse_address(uri: str) -> Address:
    """Raises InvalidRequest: no address of a kind that is known."""
    for registry, pattern in _PACKAGE.items():
        if found := pattern.fullmatch(uri):
            package = Package(registry, found["name"], found["version"])
            return PackageMember(package, found["member"], found["inner"])
    if found := _HUB.fullmatch(uri):
        return HubFile(found["repository"], found["path"], found["revision"])
    if uri.startswith("file://"):
        return LocalFile(Path(uri.removeprefix("file://")))
    raise InvalidRequest(f"not a weight source: {uri!r}", "sources")


def origin(uri: str) -> str:
    """Where an address leads, without the path there."""
    match parse_address(uri):
        case PackageMember(package):
            return f"{package.registry} {package.requirement}"
        case HubFile(repository, _, revision):
            return f"hub {repository}@{revision}"
        case LocalFile(path):
            return str(path)
