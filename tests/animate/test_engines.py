"""What every animate engine must do."""

from typing import get_args

import pytest

from avatar_serving.flow import collect
from avatar_serving.media import CHANNELS, AnimateRequest
from avatar_serving.stages.animate import AnimateConfig
from avatar_serving.stages.base import StageConfig
from tests.animate.conftest import spell

CONFIGS: list[type[StageConfig]] = [
    config for config in get_args(get_args(AnimateConfig)[0]) if not config.modules
]
"""Those on torch are tested in tests/torch."""
ENGINES = [
    pytest.param(config, marks=[pytest.mark.weights] if config.weights else [])
    for config in CONFIGS
]


@pytest.mark.parametrize("config", ENGINES)
async def test_frames_have_every_channel_and_cover_the_stretch(config: type[StageConfig]) -> None:
    frames = await collect(config().build().run(AnimateRequest(1.0, spell("mɑ"), 0.5)))
    assert len(frames) == 30
    assert [f.at_s for f in frames] == [pytest.approx((15 + i) / 30) for i in range(30)]
    assert all(len(f.values) == len(CHANNELS) for f in frames)
    jaw = [f.values[CHANNELS.index("jawOpen")] for f in frames]
    assert max(jaw) > 0.2 and jaw[0] == jaw[-1] == 0


@pytest.mark.parametrize("config", ENGINES)
async def test_an_empty_stretch_has_no_frames(config: type[StageConfig]) -> None:
    assert await collect(config().build().run(AnimateRequest(0.0))) == []


@pytest.mark.parametrize("config", ENGINES)
async def test_a_stream_can_be_closed_after_one_frame(config: type[StageConfig]) -> None:
    stream = config().build().run(AnimateRequest(5.0))
    assert (await anext(stream)).at_s == 0
    await stream.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
