"""Avatars that leave in other formats, and that come in."""

import json

import httpx
import pytest

from avatar_serving.avatars import package
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.splat_view import load_scene
from avatar_serving.exchange.lam_writer import write_lam
from tests.avatars.pictures import colourful
from tests.deployments.serving import gateway

CONSENT = {"agreed": True, "statement": "This is a picture of me", "at": "2026-11-21T04:00:00Z"}
OURS = package.with_details(plain_package(colourful()), name="Ada", consent=CONSENT)
LAM = write_lam(load_scene(OURS, 1 / 30), package.inspect(OURS))
REQUEST = {"name": "Lin", "consent": CONSENT}


@pytest.fixture(scope="module")
def rest(tmp_path_factory):
    with (
        gateway(tmp_path_factory.mktemp("data")) as (_, url),
        httpx.Client(base_url=url, timeout=120) as client,
    ):
        yield client


def brought(rest, data, **request):
    return rest.post(
        "/v1/avatars/import", files={"file": ("a.zip", data)}, data={"request": json.dumps(request)}
    )


def test_a_lam_package_becomes_an_avatar_that_leaves_again(rest):
    avatar = brought(rest, LAM, **REQUEST).json()
    assert (avatar["name"], avatar["engine"]) == ("Lin", "lam")
    assert avatar in rest.get("/v1/avatars").json()["data"]
    path = f"/v1/avatars/{avatar['id']}"
    assert package.inspect(rest.get(f"{path}/package").content).type == "gaussian"
    assert rest.get(f"{path}/thumbnail").content[8:12] == b"WEBP"
    again = rest.get(f"{path}/export", params={"format": "lam"})
    assert again.headers["content-type"] == "application/zip"
    refused = rest.get(f"{path}/export", params={"format": "glb"})
    assert refused.status_code == 400 and "splats alone" in refused.json()["error"]["message"]


def test_a_package_of_ours_keeps_what_it_says(rest):
    avatar = brought(rest, OURS).json()
    assert avatar["name"] == "Ada" and avatar["consented_at"]
    path = f"/v1/avatars/{avatar['id']}/export"
    for wanted, begins in (("glb", b"glTF"), ("ply", b"ply\n"), ("spz", b"\x1f\x8b")):
        answer = rest.get(path, params={"format": wanted})
        assert answer.content.startswith(begins)
        assert f'{avatar["id"]}.{wanted}"' in answer.headers["content-disposition"]
    assert rest.get(path, params={"format": "obj"}).status_code in (400, 422)


@pytest.mark.parametrize(
    ("data", "request_", "code"),
    [
        (b"no zip", REQUEST, "package_invalid"),
        (LAM[:-40], REQUEST, "package_invalid"),
        (LAM, {"name": "Lin"}, "invalid_request"),
        (LAM, {"consent": CONSENT}, "invalid_request"),
        (LAM, REQUEST | {"consent": {"agreed": False}}, "invalid_request"),
        (LAM, REQUEST | {"surprise": 1}, "invalid_request"),
        (LAM, REQUEST | {"voice": "nobody"}, "not_found"),
        (LAM, REQUEST | {"persona": "x" * 9000}, "limit_exceeded"),
        (bytes(34 * 2**20), REQUEST, "package_invalid"),
    ],
)
def test_what_cannot_come_in_is_refused(rest, data, request_, code):
    before = rest.get("/v1/avatars").json()
    answer = brought(rest, data, **request_)
    assert answer.status_code >= 400 and answer.json()["error"]["code"] == code
    assert rest.get("/v1/avatars").json() == before


def test_commercial_use_refuses_other_licences(rest, monkeypatch):
    strict = package.read(OURS)
    entry = {"part": "look", "licence": "CC-BY-NC-4.0", "class": "non-commercial"}
    kind = strict.manifest.model_validate(
        strict.manifest.model_dump(mode="json", by_alias=True) | {"licences": [entry]}
    )
    data = package.write(kind, strict.files)
    monkeypatch.setenv("AVATAR_LICENCE", "commercial")
    answer = brought(rest, data)
    assert answer.status_code == 400 and "AVATAR_LICENCE" in answer.json()["error"]["message"]
