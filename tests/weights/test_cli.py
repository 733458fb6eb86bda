"""The commands, on a lock file of their own whose sources are files beside it."""

from pathlib import Path

import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner

from avatar_serving.cli import app
from avatar_serving.cli.progress import drawn_progress
from tests.weights.registry import sha

FILES = {"alpha": b"a" * 5000, "beta": b"b" * 100}


class Cli:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.cache = home / "cache"
        entries = [self._entry(name, content) for name, content in FILES.items()]
        entries[1]["licence_class"] = "non-commercial"
        (home / "lock.yaml").write_text(yaml.safe_dump({"version": 1, "weights": entries}))

    def _entry(self, name: str, content: bytes) -> dict[str, object]:
        source = self.home / f"{name}.source"
        source.write_bytes(content)
        return {
            "name": name,
            "kind": "file",
            "licence": "MIT",
            "licence_class": "commercial",
            "origin": "a test",
            "sha256": sha(content),
            "size": len(content),
            "sources": [f"file://{source}"],
        }

    def __call__(self, *words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["weights", *words])
        return result.exit_code, result.output

    def damage(self, name: str) -> None:
        blob = self.cache / "blobs" / sha(FILES[name])
        blob.write_bytes(b"\x00" + FILES[name][1:])


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    cli = Cli(tmp_path)
    monkeypatch.setenv("AVATAR_CACHE", str(cli.cache))
    monkeypatch.setenv("AVATAR_WEIGHTS_LOCK", str(tmp_path / "lock.yaml"))
    monkeypatch.delenv("AVATAR_LICENCE", raising=False)
    monkeypatch.delenv("AVATAR_WEIGHTS_MIRROR", raising=False)
    return cli


def test_pull_list_verify(cli: Cli) -> None:
    status, text = cli("list")
    assert (status, text.count("missing")) == (0, 2)
    status, text = cli("pull")
    assert status == 0
    assert "alpha: fetched and verified, 5.0 kB" in text
    assert f"2 weights, 5.1 kB, are in {cli.cache}" in text
    status, text = cli("list")
    assert text.count("present") == 2
    rows = [line.split() for line in text.splitlines()]
    assert rows[1][:6] == ["alpha", "5.0", "kB", "MIT", "commercial", "present"]
    assert cli("verify")[0] == 0


def test_pull_by_name(cli: Cli) -> None:
    assert cli("pull", "beta")[0] == 0
    _, text = cli("list")
    assert (text.count("present"), text.count("missing")) == (1, 1)


def test_damage_is_found_and_mended(cli: Cli) -> None:
    cli("pull")
    cli.damage("alpha")
    status, text = cli("verify")
    assert status == 1
    assert "to mend: avatar-serving weights pull alpha" in text
    assert cli("pull", "alpha")[0] == 0
    assert cli("verify")[0] == 0


def test_unknown_name_and_lost_source_are_told_in_a_line(cli: Cli) -> None:
    status, text = cli("pull", "gamma")
    assert (status, text.strip()) == (1, "not_found: no weight 'gamma'")
    (cli.home / "alpha.source").unlink()
    status, text = cli("pull")
    assert status == 1
    assert text.startswith("weight_unavailable: weight 'alpha' could not be fetched")


def test_commercial_mode(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATAR_LICENCE", "commercial")
    status, text = cli("pull")
    assert status == 0
    assert "beta: left out, its licence is non-commercial" in text
    assert cli("list")[1].count("present") == 1
    status, text = cli("pull", "beta")
    assert status == 1
    assert text.startswith("licence_refused: weight 'beta' is non-commercial")


def test_mirror(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = cli.home / "mirror"
    mirror.mkdir()
    for name, content in FILES.items():
        (cli.home / f"{name}.source").unlink()
        (mirror / sha(content)).write_bytes(content)
    monkeypatch.setenv("AVATAR_WEIGHTS_MIRROR", str(mirror))
    assert cli("pull")[0] == 0


def test_help_says_what_each_does() -> None:
    for words in ([], ["weights"], ["weights", "pull"]):
        result = CliRunner().invoke(app, [*words, "--help"])
        assert result.exit_code == 0
    assert "goes on where it was" in result.output


def test_bars_on_a_terminal() -> None:
    console = Console(force_terminal=True, width=100, record=True)
    with drawn_progress(console, {"alpha": 1000, "beta": 1000}) as progress:
        progress.waiting()
        progress.advance("alpha", 500)
        progress.advance("alpha", 1000)
        progress.finish("alpha", fetched=True)
        progress.advance("beta", 1000)
        progress.finish("beta", fetched=False)
    text = console.export_text()
    assert "another pull is running" in text
    assert "alpha: fetched and verified, 1.0 kB" in text
    assert "beta: fetched" not in text
    assert "2.0/2.0 kB" in text
