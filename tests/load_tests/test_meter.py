"""Cores that a run used, and that others took meanwhile."""

from collections.abc import Iterator

import pytest

from load_tests.crowd import Gathered
from load_tests.meter import Cores, Meter, Used


def looked(monkeypatch: pytest.MonkeyPatch, *seen: Used) -> Cores:
    looks: Iterator[Used] = iter(seen)

    def now(_pid: int) -> Used:
        return next(looks)

    monkeypatch.setattr(Used, "now", now)
    meter = Meter(service_pid=1, settled_s=0.0, seconds=1e9)
    for _ in seen:
        meter.look(Gathered())
    return meter.cores()


def test_what_is_neither_the_service_nor_the_generator_is_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = Used(-10.0, gateways=1.0, service=2.0, generator=1.0, machine=100.0)
    last = Used(0.0, gateways=6.0, service=9.0, generator=3.0, machine=114.0)
    assert looked(monkeypatch, first, last) == Cores(0.5, 0.7, 0.2, others=0.5)


def test_of_one_look_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    once = Used(-10.0, gateways=1.0, service=2.0, generator=1.0, machine=100.0)
    assert looked(monkeypatch, once) == Cores(0.0, 0.0, 0.0, 0.0)
