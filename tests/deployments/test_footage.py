"""A film that is to say something else, over HTTP: taken on, refused, failing with a reason."""

import json

import pytest

from tests.deployments.test_videos import followed
from tests.film.test_recording import tone, wav
from tests.footage.test_reading import film, humming

AGREED = {"agreed": True, "statement": "This is a film of me."}


@pytest.fixture(scope="module")
def grey(tmp_path_factory):
    """A film in which nobody is seen."""
    return film(tmp_path_factory.mktemp("film") / "grey.mp4", 8.5, 25, humming(8.5))


def ask(rest, data, files=None, **fields):
    body = {"consent": AGREED, "text": "Ma ma."} | fields
    sent = {"film": ("me.mp4", data)} if data is not None else {"other": ("x", b"x")}
    form = {"request": json.dumps(body)}
    return rest.post("/v1/videos/footage", data=form, files=sent | (files or {}))


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"consent": {"agreed": False, "statement": "x"}}, "invalid_request", "consent.agreed"),
        ({"consent": {"agreed": True}}, "invalid_request", "consent.statement"),
        ({"text": ""}, "invalid_request", "text"),
        ({"text": "x" * 9000}, "limit_exceeded", None),
        ({"fps": 31}, "invalid_request", "fps"),
        ({"avatar": "a"}, "invalid_request", "avatar"),
        ({"voice": "nobody"}, "not_found", None),
    ],
)
def test_what_cannot_be_is_refused_at_once(rest, grey, fields, code, param):
    error = ask(rest, grey, **fields).json()["error"]
    assert (error["code"], error["param"]) == (code, param), error


@pytest.mark.parametrize(
    ("data", "code", "param"),
    [
        (None, "invalid_request", "film"),
        (b"no film", "footage_rejected", "decodable"),
        (wav(tone(9.0)), "footage_rejected", "decodable"),
    ],
)
def test_files_that_are_no_films(rest, data, code, param):
    answer = ask(rest, data)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, code, param), error


def test_a_text_and_a_recording_are_one_too_many(rest, grey):
    answer = ask(rest, grey, {"audio": ("a.wav", wav(tone(0.5)))})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "text")


@pytest.mark.weights
def test_what_only_watching_tells_fails_the_job(rest, grey):
    asked = ask(rest, grey)
    assert asked.status_code == 202, asked.text
    video = asked.json()
    assert (video["object"], video["avatar"], video["fps"]) == ("video", "", 25)
    assert all(int(side) > 0 for side in video["size"].split("x"))
    kind, state = followed(rest, video["id"])[-1]
    assert (kind, state["error"]["code"]) == ("error", "footage_rejected")
    assert "no face is seen" in state["error"]["message"]
