"""``avatar-serving check``: one avatar, one spoken turn, nothing left behind."""

import io

import pytest
from PIL import Image
from typer.testing import CliRunner

from avatar_serving.cli import app
from tests.deployments.serving import gateway


@pytest.fixture
def photo(tmp_path):
    picture = io.BytesIO()
    Image.new("RGB", (256, 256), (200, 170, 150)).save(picture, "PNG")
    path = tmp_path / "photo.png"
    path.write_bytes(picture.getvalue())
    return str(path)


def test_a_service_that_works(photo, tmp_path):
    with gateway(tmp_path / "data", api_key_required=True) as (services, url):
        services.store.adopt_key("test", "ak_test_that_is_long_enough")
        with_key = CliRunner(env={"AVATAR_API_KEY": "ak_test_that_is_long_enough"})
        done = with_key.invoke(app, ["check", "--url", url, "--photo", photo])
        assert done.exit_code == 0, done.output
        assert "made avatar" in done.output and "frames of a face" in done.output
        assert services.store.avatars() == []
        refused = CliRunner(env={"AVATAR_API_KEY": ""}).invoke(
            app, ["check", "--url", url, "--photo", photo]
        )
        assert refused.exit_code == 1 and "API key" in refused.output


def test_a_service_that_is_not_there(photo):
    done = CliRunner().invoke(app, ["check", "--url", "http://127.0.0.1:9", "--photo", photo])
    assert done.exit_code == 1 and "does not answer" in done.output


def test_a_photo_that_is_not_there():
    done = CliRunner().invoke(app, ["check", "--photo", "absent.jpg"])
    assert done.exit_code == 1 and "absent.jpg: No such file" in done.output
