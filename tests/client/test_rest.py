"""The REST client against a server of a few lines."""

import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from avatar_serving.client import Avatar, RequestRefused, Rest
from avatar_serving.errors import InvalidRequest
from avatar_serving.media import Drawing, Likeness, Look, Progress

STEPS = (
    'event: progress\ndata: {"step": "review", "fraction": 0.1, "message": "looking"}\n\n'
    'event: review\ndata: {"checks": []}\n\n'
    'event: progress\ndata: {"step": "rig", "fraction": 0.8}\n\n'
)
DONE = 'event: done\ndata: {"avatar": {"id": "a1", "name": "Ada", "voice": "v"}}\n\n'
REFUSED = 'event: error\ndata: {"code": "image_rejected", "message": "no face found"}\n\n'


class Handler(BaseHTTPRequestHandler):
    replies: dict[str, tuple[int, str]] = {}
    bodies: list[bytes] = []

    def do_GET(self) -> None:
        status, text = self.replies[self.path]
        self.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def rest() -> Generator[Rest, None, None]:
    Handler.replies, Handler.bodies = {}, []
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        with Rest(f"http://127.0.0.1:{server.server_port}", "key") as client:
            yield client
        server.shutdown()
        thread.join()


def create(rest: Rest) -> tuple[list[Progress], Avatar]:
    steps, seen = rest.create_avatar(b"photo bytes", "Ada", statement="I may"), list[Progress]()
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            return seen, end.value


def test_progress_comes_before_the_avatar(rest: Rest) -> None:
    Handler.replies["/v1/avatars"] = (200, STEPS + DONE)
    seen, avatar = create(rest)
    assert seen == [Progress("review", 0.1, "looking"), Progress("rig", 0.8)]
    assert (avatar.id, avatar.voice) == ("a1", "v")
    assert b"photo bytes" in Handler.bodies[0] and b'"agreed": true' in Handler.bodies[0]


def test_a_refused_photo_says_why(rest: Rest) -> None:
    Handler.replies["/v1/avatars"] = (200, STEPS + REFUSED)
    with pytest.raises(RequestRefused, match="no face found") as caught:
        create(rest)
    assert caught.value.code == "image_rejected"


def test_a_stream_that_just_ends_is_an_error(rest: Rest) -> None:
    Handler.replies["/v1/avatars"] = (200, STEPS)
    with pytest.raises(RequestRefused, match="stopped before it was done"):
        create(rest)


def test_errors_keep_the_server_s_words(rest: Rest) -> None:
    body = '{"error": {"type": "x", "code": "not_found", "message": "no voice", "param": null}}'
    Handler.replies["/v1/audio/speech"] = (404, body)
    with pytest.raises(RequestRefused, match="no voice") as caught:
        rest.speech("hello", "nobody")
    assert caught.value.code == "not_found"
    Handler.replies["/v1/avatars/a/package"] = (502, "<html>bad gateway")
    with pytest.raises(RequestRefused, match="HTTP 502"):
        rest.package("a")


def test_voices_are_typed(rest: Rest) -> None:
    voice = '{"id": "af", "name": "A", "language": "en", "gender": "female", "engine": "kokoro"}'
    Handler.replies["/v1/voices"] = (200, f'{{"data": [{voice}]}}')
    assert rest.voices()[0].engine == "kokoro"
    Handler.replies["/v1/voices"] = (200, '{"data": 3}')
    with pytest.raises(InvalidRequest, match="out of protocol"):
        rest.voices()


def test_a_service_that_is_gone_is_a_typed_error() -> None:
    with Rest("http://127.0.0.1:9") as client, pytest.raises(RequestRefused) as caught:
        client.voices()
    assert caught.value.code == "unreachable"


def test_a_look_is_seen_before_an_avatar_is_made_of_it(rest: Rest) -> None:
    drawn = (
        'event: progress\ndata: {"step": "stylise", "fraction": 0.5, "message": "Drawing"}\n\n'
        'event: progress\ndata: {"step": "stylise", "fraction": 0.95, "distance": 0.7, '
        '"kept": false}\n\n'
        'event: done\ndata: {"picture": "data:image/webp;base64,UklGRg==", "sides": [8, 8]}\n\n'
    )
    Handler.replies["/v1/looks/preview"] = (200, drawn)
    look = Look(style="oil", drawing=Drawing(prompt="a sailor", seed=7))
    steps, seen = rest.restyle(b"photo bytes", look, statement="I may", face=2), list[Progress]()
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            assert end.value == b"RIFF"
            break
    assert seen == [Progress("stylise", 0.5, "Drawing"), Likeness("stylise", 0.95, "", 0.7, False)]
    assert b'"prompt": "a sailor"' in Handler.bodies[0] and b'"seed": 7' in Handler.bodies[0]
    assert b'"face": 2' in Handler.bodies[0]


def test_a_character_is_taught_from_pictures(rest: Rest) -> None:
    asked = '{"id": "training_1", "name": "guide", "status": "queued", "object": "training"}'
    failed = asked.replace("queued", "failed")[:-1] + ', "error": {"code": "c", "message": "m"}}'
    Handler.replies["/v1/trainings"] = (202, asked)
    Handler.replies["/v1/trainings/training_1"] = (200, failed)
    taught = rest.train([b"one", b"two"], "guide", statement="I may", steps=50)
    assert (taught.id, taught.status) == ("training_1", "queued")
    body = Handler.bodies[0]
    assert b"one" in body and b"two" in body and b'"steps": 50' in body
    told = rest.training("training_1")
    assert told.error is not None and told.error.message == "m"
