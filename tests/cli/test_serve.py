"""``serve`` hands its options on in the environment that the service reads."""

import os
import sys
from collections.abc import Mapping, Sequence

import pytest
from typer.testing import CliRunner

from avatar_serving.cli import app
from avatar_serving.config import load_profile, read_profile
from deployments.serve import shares


class Became(Exception):
    """Stands for the process having turned into another program."""


def test_options_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Sequence[str], Mapping[str, str]]] = []

    def execve(path: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        assert path == sys.executable
        seen.append((command, env))
        raise Became

    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("PROFILE", "cpu")
    result = CliRunner().invoke(app, ["serve", "--profile", "test"])
    assert isinstance(result.exception, Became)
    ((command, env),) = seen
    assert command[1:] == ["-m", "deployments.serve"]
    assert (env["PROFILE"], env["PORT"]) == ("test", "9000")


def test_wrong_port_is_refused() -> None:
    assert CliRunner().invoke(app, ["serve", "--port", "70000"]).exit_code == 2


def test_what_a_profile_reserves_is_there_on_a_small_machine() -> None:
    two = read_profile({"base": "cpu", "gateways": 2}, "a test")
    assert shares(load_profile("cpu"), 2.0) is None, "Ray counts for itself"
    assert shares(two, 2.0) == 3 and shares(two, 4.0) is None
