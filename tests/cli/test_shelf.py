"""``avatar-serving avatar create`` and ``list``, against a gateway with test engines."""

import pytest
from PIL import Image
from typer.testing import CliRunner

from avatar_serving.cli import app
from tests.deployments.serving import gateway
from tests.deployments.several import Maker, several_profile


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "eva.png"
    Image.new("RGB", (256, 256), (200, 170, 150)).save(path)
    return str(path)


def run(*arguments: str):
    return CliRunner().invoke(app, ["avatar", *arguments])


def test_an_avatar_is_made_and_listed(photo, tmp_path) -> None:
    with gateway(tmp_path / "data") as (services, url):
        assert "no avatars yet" in run("list", "--url", url).output
        unasked = run("create", photo, "--url", url)
        assert unasked.exit_code == 1 and "--consent" in unasked.output
        made = run("create", photo, "--consent", "--persona", "A patient teacher.", "--url", url)
        assert made.exit_code == 0, made.output
        [kept] = services.store.avatars()
        assert made.stdout.splitlines() == [kept.id]
        assert (kept.name, kept.persona) == ("eva", "A patient teacher.")
        assert f"{url}/#/talk/{kept.id}" in made.stderr
        listed = run("list", "--url", url).output
        assert kept.id in listed and "eva" in listed


def test_an_avatar_is_made_of_several_pictures(photo, tmp_path) -> None:
    side = tmp_path / "side.png"
    Image.new("RGB", (300, 256), (190, 160, 150)).save(side)
    maker = Maker()
    served = gateway(tmp_path / "data", several_profile(2), remote={"reconstruct": maker})
    with served as (_, url):
        made = run("create", photo, str(side), "--consent", "--url", url)
        assert made.exit_code == 0, made.output
        assert maker.widths == [256, 300]
        refused = run("create", photo, str(side), str(side), "--consent", "--url", url)
        assert refused.exit_code == 1 and "the engine looks at 2" in refused.output


def test_what_cannot_be_done_is_said(photo) -> None:
    absent = run("create", "nobody.jpg", "--consent")
    assert absent.exit_code == 1 and "No such file" in absent.output
    alone = run("list", "--url", "http://127.0.0.1:9")
    assert alone.exit_code == 1 and "does not answer" in alone.output


def test_an_id_is_shown_whole_on_a_narrow_terminal(photo, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    with gateway(tmp_path / "data") as (services, url):
        run("create", photo, "--consent", "--url", url)
        [kept] = services.store.avatars()
        lines = run("list", "--url", url).output.splitlines()
        assert len(lines) == 2 and lines[1].split()[:2] == [kept.id, "eva"]
