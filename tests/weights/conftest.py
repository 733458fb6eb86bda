from pathlib import Path

import pytest

from avatar_serving.weights.environment import WeightsEnvironment
from tests.weights.registry import FakeRegistry, Seen


@pytest.fixture
def environment(tmp_path: Path) -> WeightsEnvironment:
    return WeightsEnvironment(cache=tmp_path / "cache", hub="http://127.0.0.1:9")


@pytest.fixture
def registry() -> FakeRegistry:
    return FakeRegistry()


@pytest.fixture
def seen() -> Seen:
    return Seen()
