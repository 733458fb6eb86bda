"""The examples below every help page are commands that exist, with options that they take."""

import shlex

import pytest
import typer
from typer.testing import CliRunner

from avatar_serving.cli import app
from avatar_serving.cli.examples import DRIVE_EXAMPLES, EXAMPLES, SAY_EXAMPLES, SELL_EXAMPLES
from pipelines.drive import drive
from pipelines.say import say
from pipelines.sell import sell

ROOT = typer.main.get_command(app)
PASSED_ON = {"drive", "jobs", "lora", "say", "sell"}
"""Another program reads their arguments."""


def commands(group, within=""):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{within}{name} ")
        else:
            yield within + name, command


EVERY = dict(commands(ROOT))


def test_every_command_has_examples() -> None:
    assert set(EVERY) - PASSED_ON == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_understood(name: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "anna.wav").touch()
    (tmp_path / "faces").mkdir()
    for line in EXAMPLES[name]:
        program, *words = shlex.split(line)
        path = name.split()
        assert program == "avatar-serving" and words[: len(path)] == path
        EVERY[name].make_context(name, words[len(path) :])


@pytest.mark.parametrize(
    ("command", "lines"), [(drive, DRIVE_EXAMPLES), (say, SAY_EXAMPLES), (sell, SELL_EXAMPLES)]
)
def test_examples_of_programs_are_understood(command, lines) -> None:
    alone = typer.Typer()
    alone.command()(command)
    for line in lines:
        words = shlex.split(line.rpartition("| ")[2])
        assert words[:2] == ["avatar-serving", command.__name__]
        typer.main.get_command(alone).make_context(command.__name__, words[2:])


def test_examples_are_shown() -> None:
    shown = CliRunner().invoke(app, ["keys", "create", "--help"]).output
    assert EXAMPLES["keys create"][0] in " ".join(shown.split())
