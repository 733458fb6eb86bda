from typer.testing import CliRunner

from avatar_serving.cli import app
from avatar_serving.store import Store


def test_the_life_of_a_key(tmp_path):
    def run(*words):
        return CliRunner().invoke(app, ["keys", *words, "--data", str(tmp_path)])

    assert "no keys yet" in run("list").output
    key = run("create", "shop").output.strip()
    assert Store(tmp_path).verify_key(key)
    assert "shop" in run("list").output and key not in run("list").output
    assert "1 deleted" in run("revoke", "shop").output
    assert not Store(tmp_path).verify_key(key)
    assert run("revoke", "shop").exit_code == 1
