"""Whatever addresses and paths strangers send, nothing is asked of them, and no file is opened."""

import json
import socket
import threading
import wave
from pathlib import Path

import pytest
import websockets

from avatar_serving.avatars import package
from avatar_serving.errors import AudioRejected, InvalidRequest, PackageInvalid
from avatar_serving.exchange.lam_reader import read_lam
from avatar_serving.film.recording import read_recording
from avatar_serving.sound_files import read_sound
from tests.deployments.sockets import read_until, socket_url
from tests.fuzz.archives import glb_of, members, zipped
from tests.fuzz.test_packages import LAM, MESHES, draw_accepted
from tests.http_server import QuietHandler, serving


@pytest.fixture
def asked():
    """A server that must not be asked: its address, and what it was asked for."""
    paths: list[str] = []

    class Canary(QuietHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_error(404)

    with serving(Canary) as address:
        yield address, paths
    assert paths == []


def playlists(url):
    """Files of FFmpeg's that name others."""
    hls = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"
    key = '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{}/key"\n#EXTINF:9,\na.ts\n'
    dash = (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT9S" profiles="urn:mpeg:dash:profile:isoff-live:2011"><Period>'
        '<AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1"><BaseURL>{}/a.mp4'
        "</BaseURL></Representation></AdaptationSet></Period></MPD>"
    )
    return (
        hls.format(url + "/a.ts"),
        hls.format("secret.wav"),
        key.format(url),
        dash.format(url),
        f"ffconcat version 1.0\nfile {url}/a.wav\n",
        "ffconcat version 1.0\nfile secret.wav\nduration 1\n",
    )


def test_playlists_are_not_followed(asked, tmp_path, monkeypatch):
    """FFmpeg knows a list of pieces by its first words, and reads files beside it."""
    with wave.open(str(tmp_path / "secret.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(b"\x10\x20" * 16_000)
    monkeypatch.chdir(tmp_path)
    assert read_sound(Path("secret.wav").read_bytes(), 5.0).seconds == pytest.approx(1.0)
    for text in playlists(asked[0]):
        with pytest.raises(InvalidRequest):
            read_sound(text.encode(), 5.0)
        with pytest.raises(AudioRejected):
            read_recording(text.encode(), 5.0)


def test_a_session_description_opens_no_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    text = (
        f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n"
    )
    heard = []
    reading = threading.Thread(target=lambda: heard.append(refused(text)))
    reading.start()
    reading.join(60)
    assert heard == [True], "it waits for sound from the network"


def refused(text):
    try:
        read_sound(text.encode(), 5.0)
    except InvalidRequest:
        return True
    return False


@pytest.mark.parametrize("kind", ["frame", "item", "response"])
async def test_pictures_of_a_session_are_not_fetched(asked, served, kind):
    part = {"type": "input_image", "image_url": asked[0] + "/a.png"}
    item = {"type": "message", "role": "user", "content": [part]}
    message = {
        "frame": {"type": "avatar.frame", "image": asked[0] + "/a.png"},
        "item": {"type": "conversation.item.create", "item": item},
        "response": {"type": "response.create", "response": {"input": [item]}},
    }[kind]
    async with websockets.connect(socket_url(served[1])) as socket:
        await socket.send(json.dumps(message))
        if kind == "response":
            await read_until(socket, "response.done")
        else:
            assert "data:image/" in (await read_until(socket, "error"))[-1]["error"]["message"]


def test_pictures_of_a_chat_are_not_fetched(asked, rest):
    part = {"type": "image_url", "image_url": {"url": asked[0] + "/a.png"}}
    body = {"messages": [{"role": "user", "content": [part]}]}
    assert rest.post("/v1/chat/completions", json=body).status_code == 400


def test_drawings_that_name_pictures_are_no_pictures(asked, rest):
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{asked[0]}/a.png"/></svg>'
    answer = rest.post("/v1/avatars/review", files={"image": ("a.svg", svg.encode())})
    assert answer.json()["error"]["code"] == "image_rejected"


def with_addresses(content, url):
    """A glTF binary whose buffers and pictures are said to lie elsewhere."""
    size = int.from_bytes(content[12:16], "little")
    tree, binary = json.loads(content[20 : 20 + size]), content[28 + size :]
    for kind in ("buffers", "images"):
        for entry in tree.get(kind, ()):
            entry["uri"] = url
    return glb_of(tree, binary)


@pytest.mark.parametrize("path", ["/a.bin", "file:///etc/passwd", "../../../etc/passwd"])
def test_addresses_in_models_are_not_followed(asked, path):
    url = asked[0] + path if path.startswith("/") else path
    opened = package.read(MESHES)
    files = {**opened.files, "avatar.glb": with_addresses(opened.files["avatar.glb"], url)}
    draw_accepted(package.write(opened.manifest, files))
    theirs = members(LAM)
    name = next(name for name in theirs if name.endswith("skin.glb"))
    draw_accepted(read_lam(zipped(theirs | {name: with_addresses(theirs[name], url)})))


def test_a_link_in_a_zip_is_what_it_says_and_leads_nowhere():
    """Unpacked, it would lead to the file it names; read, it is that name."""
    theirs = members(LAM)
    name = next(name for name in theirs if name.endswith("skin.glb"))
    linked = zipped(theirs | {name: b"/etc/passwd"}, mode=0o120777 << 16)
    with pytest.raises(PackageInvalid):
        read_lam(linked)
