"""Limits of a key: of one gateway, and of two that share a store."""

import json

import httpx
import pytest
import websockets

from avatar_serving.config import load_profile
from avatar_serving.errors import RateLimited
from avatar_serving.limits import Limits
from avatar_serving.store import ANYBODY, Caller, Store
from deployments.allowances import Allowances, rate_headers
from tests.deployments.serving import gateway
from tests.deployments.sockets import read_until, socket_url

SHOP, PHONE = Caller("shop"), Caller("phone")


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path)
    yield opened
    opened.close()


def allowances(store, **limits):
    return Allowances(Limits(**limits), store.quotas("me"))


async def test_what_a_caller_is_told_is_in_openais_names(store):
    standing = await allowances(store, key_requests=2).request(SHOP)
    assert rate_headers(standing) == {
        "x-ratelimit-limit-requests": "2",
        "x-ratelimit-remaining-requests": "1",
        "x-ratelimit-reset-requests": "30.000s",
    }


async def test_one_key_does_not_use_up_anothers(store):
    held = allowances(store, key_requests=1, key_creations=1)
    for count in (held.request, held.creation):
        await count(SHOP)
        with pytest.raises(RateLimited):
            await count(SHOP)
        await count(PHONE)


async def test_sessions_are_given_back(store):
    held = allowances(store, key_sessions=1)
    async with held.session(SHOP, "sess_1"):
        async with held.session(PHONE, "sess_2"):
            with pytest.raises(RateLimited):
                async with held.session(SHOP, "sess_3"):
                    raise AssertionError("a second session of one key")
    async with held.session(SHOP, "sess_3"):
        pass


async def test_without_keys_nothing_is_counted(store):
    held = allowances(store, key_requests=1, key_sessions=1, key_creations=1)
    for _ in range(5):
        assert await held.request(ANYBODY) is None
        await held.creation(ANYBODY)
    async with held.session(ANYBODY, "sess_1"), held.session(ANYBODY, "sess_2"):
        pass


async def test_two_gateways_count_together(tmp_path):
    limits = Limits(key_requests=7, key_sessions=1)
    profile = load_profile("test").model_copy(update={"limits": limits})
    with (
        gateway(tmp_path, profile, api_key_required=True) as (services, one),
        gateway(tmp_path, profile, api_key_required=True) as (_, two),
    ):
        key = {"Authorization": f"Bearer {services.store.create_key('shop')}"}
        async with websockets.connect(socket_url(one), additional_headers=key) as first:
            await read_until(first, "session.created")
            async with websockets.connect(socket_url(two), additional_headers=key) as second:
                assert json.loads(await second.recv())["error"]["code"] == "rate_limit_exceeded"
                await second.wait_closed()
                assert second.close_code == 1013
        async with httpx.AsyncClient(headers=key) as http:
            answers = [await http.get(f"{url}/v1/avatars") for url in (one, two) * 3]
        assert [a.status_code for a in answers] == [200] * 5 + [429]
        left = [a.headers["x-ratelimit-remaining-requests"] for a in answers[:5]]
        assert left == ["4", "3", "2", "1", "0"]
