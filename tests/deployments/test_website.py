"""What other websites can make a visitor's browser do to a service: what it allows."""

import httpx
import pytest
import websockets

from avatar_serving.config import Profile, load_profile
from tests.deployments.serving import gateway
from tests.deployments.sockets import read_until, socket_url

EVIL, SHOP = "https://evil.example", "https://shop.example"


@pytest.fixture(scope="module")
def open_to_shop(tmp_path_factory):
    profile = load_profile("test").model_copy(update={"origins": (SHOP,)})
    with gateway(tmp_path_factory.mktemp("shop"), profile) as (_, url):
        yield url


@pytest.mark.parametrize(
    "offered",
    [[], ["realtime"], ["realtime", "openai-insecure-api-key.made-up"], ["avatar-resume.made-up"]],
)
async def test_a_website_cannot_talk_whatever_key_it_makes_up(served, offered):
    """Browsers ask nobody before they open a socket to another site."""
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(socket_url(served[1]), origin=EVIL, subprotocols=offered or None)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer made-up"}])
def test_a_website_cannot_write(rest, headers):
    answer = rest.post("/v1/realtime/client_secrets", json={}, headers={"Origin": EVIL, **headers})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "unauthorised"
    assert "access-control-allow-origin" not in answer.headers


def test_a_website_is_not_shown_answers(rest):
    answer = rest.get("/v1/avatars", headers={"Origin": EVIL})
    assert "access-control-allow-origin" not in answer.headers
    asked = {"Origin": EVIL, "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in rest.options("/v1/avatars", headers=asked).headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 200),
        ("127.0.0.1", 200),
        ("[::1]:8000", 200),
        ("avatar.localhost", 200),
        ("evil.example:8000", 403),
        ("localhost.evil.example", 403),
        ("[::1", 403),
    ],
)
def test_a_name_that_is_made_to_lead_here_is_refused(rest, host, status):
    assert rest.get("/v1/avatars", headers={"Host": host}).status_code == status


async def test_a_website_that_is_allowed_may_call(open_to_shop):
    with httpx.Client(base_url=open_to_shop, headers={"Origin": SHOP}) as shop:
        answer = shop.post("/v1/realtime/client_secrets", json={})
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == SHOP
        asked = {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type",
        }
        allowed = shop.options("/v1/avatars", headers=asked)
        assert allowed.status_code == 200
        assert "POST" in allowed.headers["access-control-allow-methods"]
        assert "access-control-allow-credentials" not in allowed.headers
    async with websockets.connect(socket_url(open_to_shop), origin=SHOP) as socket:
        await read_until(socket, "session.created")


def test_others_are_not_allowed_beside_it(open_to_shop):
    evil = httpx.get(open_to_shop + "/v1/avatars", headers={"Origin": EVIL})
    assert "access-control-allow-origin" not in evil.headers
    refused = httpx.post(
        open_to_shop + "/v1/realtime/client_secrets", json={}, headers={"Origin": EVIL}
    )
    assert refused.status_code == 403


@pytest.mark.parametrize("wrong", ["*", "shop.example", "https://shop.example/", "https://a b"])
def test_origins_are_origins(wrong):
    options = load_profile("test").model_dump(mode="json") | {"origins": [wrong]}
    with pytest.raises(ValueError, match="origins"):
        Profile.model_validate(options)


def test_answers_tell_browsers_what_they_may_do(rest):
    answer = rest.get("/v1/avatars")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; frame-ancestors 'none'"
    )
    docs = rest.get("/docs").headers["content-security-policy"]
    assert "http" not in docs and "script" not in docs and "frame-ancestors 'none'" in docs


@pytest.fixture
def page(tmp_path):
    from starlette.testclient import TestClient

    from avatar_serving.environment import Environment
    from deployments.gateway import create_app
    from deployments.services import Services

    web = tmp_path / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html><title>page</title>")
    (web / "assets" / "index-C0FFEE.js").write_text("let avatar = 1;\n" * 100)
    profile = load_profile("test").model_copy(update={"origins": (SHOP,)})
    services = Services.build(profile, Environment(data=tmp_path / "data"))
    return TestClient(create_app(services, web), base_url="http://localhost")


def test_the_page_may_load_only_what_is_its_own(page):
    first = page.get("/")
    policy = first.headers["content-security-policy"]
    assert first.status_code == 200 and "default-src 'self'" in policy
    assert policy.endswith(f"frame-ancestors 'self' {SHOP}")
    scripts = policy.partition("script-src ")[2].partition(";")[0]
    assert "unsafe-inline" not in scripts and "'unsafe-eval'" not in scripts


def test_a_page_that_is_kept_keeps_its_policy(page):
    """Browsers put the headers of "not modified" over those that they have kept."""
    kept = page.get("/").headers["etag"]
    again = page.get("/", headers={"If-None-Match": kept})
    assert again.status_code == 304
    assert "content-security-policy" not in again.headers
    assert again.headers["x-content-type-options"] == "nosniff"


def test_browsers_ask_for_the_page_and_keep_what_it_loads(page):
    assert page.get("/").headers["cache-control"] == "no-cache"
    script = page.get("/assets/index-C0FFEE.js")
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-encoding"] == "gzip" and script.text.startswith("let avatar")
