"""What an examination finds."""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

Level = Literal["ok", "warn", "fail"]


class Finding(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    check: str
    """A short name that stays the same: ``memory``, ``weights``, ``crds`` ..."""
    level: Level
    """``warn``: it works, but not as it should. ``fail``: it does not."""
    message: str
    remedy: str = ""
    """What to do about it."""


def ok(check: str, message: str) -> Finding:
    return Finding(check=check, level="ok", message=message)


def warn(check: str, message: str, remedy: str = "") -> Finding:
    return Finding(check=check, level="warn", message=message, remedy=remedy)


def fail(check: str, message: str, remedy: str = "") -> Finding:
    return Finding(check=check, level="fail", message=message, remedy=remedy)


def worst(findings: Iterable[Finding]) -> Level:
    found = {finding.level for finding in findings}
    if "fail" in found:
        return "fail"
    return "warn" if "warn" in found else "ok"
