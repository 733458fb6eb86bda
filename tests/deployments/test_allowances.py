"""Limits of a key, on a clock of the test's own."""

import pytest

from avatar_serving.config import Limits
from avatar_serving.errors import RateLimited
from avatar_serving.store import ANYBODY, Caller
from deployments.allowances import Allowances

SHOP, PHONE = Caller("shop"), Caller("phone")


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def allowances(**limits):
    clock = Clock()
    return Allowances(Limits(**limits), clock), clock


def test_a_minute_of_requests_comes_back_evenly():
    held, clock = allowances(key_requests=60)
    left = [held.request(SHOP).remaining for _ in range(60)]
    assert left == list(range(59, -1, -1))
    with pytest.raises(RateLimited) as refused:
        held.request(SHOP)
    assert 0.99 < refused.value.retry_after_s <= 1.0
    clock.now += refused.value.retry_after_s
    assert held.request(SHOP).remaining == 0
    with pytest.raises(RateLimited):
        held.request(SHOP)
    clock.now += 3600
    assert held.request(SHOP).remaining == 59


def test_what_a_caller_is_told_is_in_openais_names():
    held, _ = allowances(key_requests=2)
    assert held.request(SHOP).headers() == {
        "x-ratelimit-limit-requests": "2",
        "x-ratelimit-remaining-requests": "1",
        "x-ratelimit-reset-requests": "30.000s",
    }


def test_one_key_does_not_use_up_anothers():
    held, _ = allowances(key_requests=1, key_creations=1)
    for count in (held.request, held.creation):
        count(SHOP)
        with pytest.raises(RateLimited):
            count(SHOP)
        count(PHONE)


def test_an_hour_of_creations():
    held, clock = allowances(key_creations=2)
    held.creation(SHOP)
    held.creation(SHOP)
    clock.now += 1799
    with pytest.raises(RateLimited, match=r"limits\.key_creations"):
        held.creation(SHOP)
    clock.now += 2
    held.creation(SHOP)


def test_sessions_are_given_back():
    held, _ = allowances(key_sessions=1)
    with held.session(SHOP):
        with held.session(PHONE), pytest.raises(RateLimited), held.session(SHOP):
            raise AssertionError("a second session of one key")
    with held.session(SHOP):
        pass


def test_without_keys_nothing_is_counted():
    held, _ = allowances(key_requests=1, key_sessions=1, key_creations=1)
    for _ in range(5):
        assert held.request(ANYBODY) is None
        held.creation(ANYBODY)
    with held.session(ANYBODY), held.session(ANYBODY):
        pass
