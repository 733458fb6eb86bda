import io
import json
import struct
import wave
import zlib

import numpy as np
import PIL.Image
import pytest

CONSENT = {"agreed": True, "statement": "This is a picture of me."}


def picture(size=256):
    rng = np.random.default_rng(0)
    out = io.BytesIO()
    PIL.Image.fromarray(rng.integers(0, 255, (size, size, 3), np.uint8)).save(out, "PNG")
    return out.getvalue()


def create(rest, image, **fields):
    form = {"name": "Ada", "consent": CONSENT} | fields
    answer = rest.post(
        "/v1/avatars", files={"image": ("a.png", image)}, data={"request": json.dumps(form)}
    )
    return answer, events(answer.text) if answer.status_code == 200 else []


def events(text):
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [(b[0].removeprefix("event: "), json.loads(b[1].removeprefix("data: "))) for b in blocks]


def huge_header(side=40_000):
    """A PNG that promises 40,000 x 40,000 pixels in 60 bytes."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + chunk
        + struct.pack(">I", zlib.crc32(chunk)) + b"\0\0\0\0IEND\xaeB`\x82"
    )  # fmt: skip


def test_operations(rest):
    assert rest.get("/healthz").json() == {"status": "ok"}
    assert rest.get("/readyz").json()["ready"] is True
    assert "avatar_stage_seconds" in rest.get("/metrics").text
    paths = rest.get("/openapi.json").json()["paths"]
    assert "/v1/avatars" in paths


def test_every_call_is_on_a_page_that_needs_no_network(rest):
    page = rest.get("/docs").text
    paths = rest.get("/openapi.json").json()["paths"]
    assert all(f"<code>{path}</code>" in page for path in paths)
    assert "curl -X DELETE http://localhost:8000/v1/avatars/{avatar_id}" in page
    assert "-F image=... " in page and "-F request=... " in page
    assert "<script" not in page and "https://" not in page


def test_more_pictures_than_the_engine_looks_at_are_refused(rest):
    assert rest.get("/v1/looks").json()["pictures"] == 1
    files = [("image", ("a.png", picture())), ("more_images", ("b.png", picture()))]
    form = {"request": json.dumps({"name": "Ada", "consent": CONSENT})}
    answer = rest.post("/v1/avatars", files=files, data=form)
    assert answer.status_code == 400 and answer.json()["error"]["param"] == "more_images"


def test_catalogues(rest):
    assert rest.get("/v1/voices").json()["data"][0]["id"] == "tone"
    models = rest.get("/v1/models").json()["data"]
    assert [(m["id"], m["default"], m["engine"]) for m in models] == [("echo", True, "echo")]
    assert rest.get("/v1/models/default").json() == models[0]
    refused = rest.get("/v1/models/nobody")
    assert refused.status_code == 404
    assert refused.json()["error"]["code"] == "model_not_found"
    assert "keep" in rest.get("/v1/looks").json()["backgrounds"]


def test_the_life_of_an_avatar(rest):
    answer, said = create(rest, picture(), persona="You sell shoes.", voice="tone")
    assert answer.headers["content-type"].startswith("text/event-stream")
    kinds = [kind for kind, _ in said]
    assert kinds[-1] == "done" and {"progress", "review", "description"} <= set(kinds)
    fractions = [data["fraction"] for kind, data in said if kind == "progress"]
    assert fractions == sorted(fractions) and 0 <= fractions[0] <= fractions[-1] <= 1
    avatar = said[-1][1]["avatar"]
    assert (avatar["name"], avatar["persona"]) == ("Ada", "You sell shoes.")
    path = f"/v1/avatars/{avatar['id']}"
    assert rest.get(path).json() == avatar
    assert avatar in rest.get("/v1/avatars").json()["data"]
    package = rest.get(f"{path}/package")
    assert package.content[:2] == b"PK" and len(package.content) == avatar["size"]
    thumbnail = PIL.Image.open(io.BytesIO(rest.get(f"{path}/thumbnail").content))
    assert thumbnail.format == "WEBP" and thumbnail.width == thumbnail.height
    assert rest.delete(path).json()["deleted"] is True
    for gone in (path, f"{path}/package", f"{path}/thumbnail"):
        assert rest.get(gone).json()["error"]["code"] == "not_found"


def test_one_picture_makes_several_avatars(rest):
    ids = {create(rest, picture(), name=name)[1][-1][1]["avatar"]["id"] for name in ("A", "B")}
    assert len(ids) == 2
    for avatar_id in ids:
        rest.delete(f"/v1/avatars/{avatar_id}")


@pytest.mark.parametrize(
    "image", [b"", b"not an image", picture()[:200], huge_header(), b"GIF89a" + b"\0" * 50]
)
def test_bad_pictures_are_refused_with_a_reason(rest, image):
    before = rest.get("/v1/avatars").json()
    answer, said = create(rest, image)
    if answer.status_code == 200:
        kind, error = said[-1]
        assert kind == "error"
    else:
        error = answer.json()["error"]
    assert error["code"] in {"image_rejected", "invalid_request"} and error["message"]
    assert rest.get("/v1/avatars").json() == before


@pytest.mark.parametrize(
    "form",
    ["", "{", "[]", '{"name": ""}', '{"name": "x"}',
     '{"name": "x", "consent": {"agreed": true}, "x": 1}',
     json.dumps({"name": "x", "consent": CONSENT, "voice": "nobody"}),
     json.dumps({"name": "x", "consent": CONSENT, "look": {"strength": 7}}),
     json.dumps({"name": "x", "consent": CONSENT, "look": {"background": "image"}}),
     json.dumps({"name": "x", "consent": CONSENT, "persona": "x" * 9000})],
)  # fmt: skip
def test_bad_forms_are_refused(rest, form):
    answer = rest.post("/v1/avatars", files={"image": ("a.png", picture())}, data={"request": form})
    assert answer.status_code in (400, 404, 413)
    assert answer.json()["error"]["message"]


def test_no_consent_no_avatar(rest):
    _, said = create(rest, picture(), consent={"agreed": False, "statement": "me"})
    assert said[-1][0] == "error" and "consent" in said[-1][1]["message"]


@pytest.mark.parametrize(
    "asked", [{"face": "2"}, {"face": "-1"}, {"face": "left"}, {"language": "de"}]
)
def test_a_face_or_language_that_is_not_there_is_refused(rest, asked):
    files = {"image": ("a.png", picture())}
    answer = rest.post("/v1/avatars/review", files=files, data=asked)
    assert answer.status_code in (400, 422) and answer.json()["error"]["message"]


def test_an_upload_over_the_limit_is_not_read(rest):
    answer = rest.post("/v1/avatars/review", files={"image": ("a.png", b"\0" * 50_000_000)})
    assert answer.status_code == 413


def test_speech(rest):
    answer = rest.post("/v1/audio/speech", json={"input": "Hello there.", "voice": "tone"})
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (24_000, 1)
        assert sound.getnframes() > 12_000
    missing = rest.post("/v1/audio/speech", json={"input": "Hello.", "voice": "nobody"})
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    long = rest.post("/v1/audio/speech", json={"input": "x" * 9000, "voice": "tone"})
    assert long.status_code == 413
    assert rest.post("/v1/audio/speech", content=b"{").status_code == 400


def test_hostile_names(rest):
    for name in ("..%2f..%2fetc", "x" * 500, "%00", "' OR 1=1"):
        assert rest.get(f"/v1/avatars/{name}").status_code == 404
        assert rest.delete(f"/v1/avatars/{name}").status_code in (404, 405)


def test_another_website_cannot_write(rest):
    answer = rest.post(
        "/v1/audio/speech",
        json={"input": "Hello.", "voice": "tone"},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    same = rest.post(
        "/v1/audio/speech",
        json={"input": "Hello.", "voice": "tone"},
        headers={"Origin": str(rest.base_url).rstrip("/")},
    )
    assert same.status_code == 200
