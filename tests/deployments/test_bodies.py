"""Bodies that are too long, that lie about it, or that never end."""

import json
import socket
import time

import pytest

from avatar_serving.config import load_profile
from avatar_serving.limits import Limits
from tests.deployments.serving import gateway


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    limits = Limits(
        message_bytes=2048, image_bytes=4096, audio_bytes=4096, upload_s=1.0, text_chars=100
    )
    profile = load_profile("test").model_copy(update={"limits": limits})
    with gateway(tmp_path_factory.mktemp("small"), profile) as (_, url):
        yield int(url.rpartition(":")[2])


def talk(port, head, *parts, pause_s=0.0):
    """The answer to a request that is written as it stands: its status and its JSON body."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as wire:
        wire.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        try:
            for part in parts:
                wire.sendall(part)
                time.sleep(pause_s)
            wire.shutdown(socket.SHUT_WR) if not pause_s else None
        except OSError:
            pass  # it was refused half way, which is what is wanted
        answer = b""
        try:
            while piece := wire.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["error"]


POST = "POST /v1/realtime/client_secrets HTTP/1.1\nHost: localhost\nConnection: close\n"
JSON = "Content-Type: application/json\n"
CHUNKED = "Transfer-Encoding: chunked"


def chunk(data):
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def test_a_length_that_is_too_much_is_refused_unread(small):
    status, error = talk(small, POST + JSON + "Content-Length: 999999999999")
    assert (status, error["code"]) == (413, "limit_exceeded")


def test_a_body_without_a_length_is_counted(small):
    parts = [chunk(b" " * 1024)] * 64
    status, error = talk(small, POST + JSON + CHUNKED, *parts, b"0\r\n\r\n", pause_s=0.001)
    assert (status, error["code"]) == (413, "limit_exceeded")
    assert "over the limit of 2048" in error["message"]


def test_a_form_without_a_length_is_counted(small):
    form = POST.replace("realtime/client_secrets", "avatars/review")
    form += "Content-Type: multipart/form-data; boundary=x\n" + CHUNKED
    begin = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
    parts = [chunk(begin), *([chunk(b"a" * 2**20)] * 64)]
    status, error = talk(small, form, *parts)
    assert (status, error["code"]) == (413, "limit_exceeded")


def test_a_body_that_never_ends_is_given_up(small):
    status, error = talk(small, POST + JSON + CHUNKED, *[chunk(b" ")] * 4, pause_s=0.5)
    assert (status, error["code"]) == (413, "limit_exceeded")
    assert "limits.upload_s" in error["message"]


def test_json_that_is_deeper_than_any_stack_is_refused(small):
    body = b'{"session":' + b"[" * 1000 + b"]" * 1000 + b"}"
    status, _ = talk(small, POST + JSON + f"Content-Length: {len(body)}", body)
    assert status in (400, 422)
