"""Looks: what is on offer, and a picture as it would look."""

import base64
import io
import json

import httpx
import PIL.Image
import pytest

from tests.deployments.drawing import UNLIKE, UNSAFE, Scripted, drawing_profile
from tests.deployments.serving import gateway
from tests.deployments.test_rest import CONSENT, create, events, picture


@pytest.fixture(scope="module")
def artist():
    return Scripted()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory, artist):
    folder = tmp_path_factory.mktemp("data")
    with (
        gateway(folder, drawing_profile(steps=8, guidance=1.5), remote={"stylise": artist}) as (
            _,
            url,
        ),
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        yield client


def preview(rest, image=None, consent=CONSENT, face=0, **look):
    return rest.post(
        "/v1/looks/preview",
        files={"image": ("a.png", image or picture(128))},
        data={"request": json.dumps({"consent": consent, "look": look, "face": face})},
    )


def test_a_profile_that_does_not_draw_says_so(rest):
    assert rest.get("/v1/looks").json()["drawing"] is None
    said = events(preview(rest, drawing={"prompt": "a sailor"}).text)
    assert said[-1][0] == "error" and "cannot be changed here" in said[-1][1]["message"]


def test_what_a_profile_that_draws_offers(drawn):
    offered = drawn.get("/v1/looks").json()["drawing"]
    assert {"id": "front", "name": "Facing the camera"} in offered["pose"]
    assert {"id": "shop", "name": "Live shop"} in offered["scene"]
    assert (offered["steps"], offered["guidance"], offered["adapter"]) == (8, 1.5, [])


def test_a_picture_is_seen_as_it_would_look(drawn, artist):
    drawing = {"prompt": "a sailor", "negative": "a hat", "pose": "left", "steps": 3, "seed": 150}
    answer = preview(drawn, style="oil", strength=0.4, drawing=drawing)
    assert answer.headers["content-type"].startswith("text/event-stream")
    said = events(answer.text)
    kinds = [kind for kind, _ in said]
    assert kinds[-1] == "done" and set(kinds[:-1]) == {"progress"}
    steps = [data["message"] for kind, data in said if kind == "progress" and "step" in data]
    assert steps.count("Drawing, step 3 of 3") == 1
    (likeness,) = [data for _, data in said if "distance" in data]
    assert (likeness["distance"], likeness["kept"]) == (0.31, True)
    look = artist.asked[-1]
    assert (look.style, look.strength, look.drawing.negative) == ("oil", 0.4, "a hat")
    seen = base64.b64decode(said[-1][1]["picture"].removeprefix("data:image/webp;base64,"))
    assert PIL.Image.open(io.BytesIO(seen)).size == tuple(said[-1][1]["sides"]) == (128, 128)
    assert drawn.get("/v1/avatars").json()["data"] == [], "nothing is kept"


def test_the_avatar_is_made_with_the_same_words(drawn, artist):
    _, said = create(drawn, picture(128), look={"drawing": {"prompt": "a sailor", "seed": 150}})
    assert said[-1][0] == "done"
    assert (artist.asked[-1].drawing.prompt, artist.asked[-1].drawing.seed) == ("a sailor", 150)
    assert any("distance" in data for kind, data in said if kind == "progress")


def test_a_drawing_that_is_withheld_or_unlike(drawn):
    before = drawn.get("/v1/avatars").json()["data"]
    kind, error = events(preview(drawn, drawing={"prompt": UNSAFE}).text)[-1]
    assert (kind, error["code"], error["param"]) == ("error", "image_rejected", "nsfw")
    _, said = create(drawn, picture(128), look={"drawing": {"prompt": UNSAFE}})
    assert (said[-1][0], said[-1][1]["code"]) == ("error", "image_rejected")
    assert drawn.get("/v1/avatars").json()["data"] == before, "nothing of it is stored"
    said = events(preview(drawn, drawing={"prompt": UNLIKE}).text)
    assert said[-1][0] == "done" and any(data.get("kept") is False for _, data in said)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"drawing": {"steps": 101}}, 400),
        ({"drawing": {"nonsense": 1}}, 400),
        ({"background": "image"}, 400),
        ({"image": b"no picture"}, 400),
    ],
)
def test_what_cannot_be_is_refused_at_once(drawn, changes, status):
    answer = preview(drawn, **changes)
    assert answer.status_code == status and answer.json()["error"]["message"]


def test_a_face_that_is_not_there_is_refused(drawn):
    said = events(preview(drawn, face=2, drawing={"prompt": "a sailor"}).text)
    assert said[-1][0] == "error" and "face 2: the picture has 0" in said[-1][1]["message"]


def test_nobody_is_drawn_without_consent(drawn, artist):
    before = len(artist.asked)
    kind, error = events(preview(drawn, consent={"agreed": False, "statement": "me"}).text)[-1]
    assert kind == "error" and "consent" in error["message"] and len(artist.asked) == before
