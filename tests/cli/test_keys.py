from typer.testing import CliRunner

from avatar_serving.cli import app
from avatar_serving.store import Caller, Store


def run(folder, *words):
    return CliRunner().invoke(app, ["keys", *words, "--data", str(folder)], env={"COLUMNS": "160"})


def test_the_life_of_a_key(tmp_path):
    assert "no keys yet" in run(tmp_path, "list").output
    key = run(tmp_path, "create", "shop").output.strip()
    assert Store(tmp_path).caller(key)
    listed = run(tmp_path, "list").output
    assert "shop" in listed and "read talk create memories" in listed and key not in listed
    assert "1 deleted" in run(tmp_path, "revoke", "shop").output
    assert not Store(tmp_path).caller(key)
    assert run(tmp_path, "revoke", "shop").exit_code == 1


def test_a_key_for_less_is_rotated(tmp_path):
    words = ("create", "shop", "--may", "talk", "--may", "read", "--owner", "shop", "--days", "30")
    old = run(tmp_path, *words).output.strip()
    new = run(tmp_path, "rotate", "shop", "--overlap-hours", "1").output.strip()
    store = Store(tmp_path)
    assert old != new
    assert (
        store.caller(old)
        == store.caller(new)
        == Caller("shop", "shop", frozenset({"talk", "read"}))
    )
    assert [row.expires_at is None for row in store.keys()] == [False, True]


def test_what_cannot_be_is_said_in_words(tmp_path):
    for words in (("create", "shop", "--may", "fly"), ("rotate", "nobody")):
        result = run(tmp_path, *words)
        assert result.exit_code == 1 and "Traceback" not in result.output
