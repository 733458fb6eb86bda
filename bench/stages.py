"""Stages that need no service: motion and drawing, in this process."""

import asyncio
import time

from avatar_serving.flow import collect
from avatar_serving.media import AnimateRequest, Phone, RenderRequest
from avatar_serving.stages.animate import PhonesConfig
from avatar_serving.stages.render import RenderConfig
from bench.figures import Figure, Target, figure

_ANIMATE = Target("<= 1 ms", p95=1.0)
_MESH = Target("<= 10 ms", p50=10.0)
_SPEECH = "həlˈO maɪ nˈAm ɪz ˈAdə ænd ˈI lˈʌv ðə stˈɑɹz"
_PHONE_S = 0.07
_ROUNDS, _FRAMES = 20, 90


def speech() -> tuple[Phone, ...]:
    """A sentence's phones, as a speech engine would time them."""
    return tuple(Phone(p, i * _PHONE_S, (i + 1) * _PHONE_S) for i, p in enumerate(_SPEECH))


def animate_frames() -> Figure:
    """Milliseconds of one core for each frame, over whole clauses."""
    engine, phones = PhonesConfig().build(), speech()
    seconds = len(phones) * _PHONE_S

    async def clause(seed: int) -> float:
        began = time.process_time()
        frames = await collect(engine.run(AnimateRequest(seconds, phones, seed=seed)))
        return (time.process_time() - began) * 1000 / len(frames)

    values = [asyncio.run(clause(seed)) for seed in range(_ROUNDS + 1)][1:]
    return figure("animate, a frame", "ms", _ANIMATE, values, "CPU time, clause by clause")


def mesh_frames(config: RenderConfig, package: bytes) -> Figure:
    """Milliseconds for each 512 x 512 frame of a talking avatar, one core."""

    async def draw() -> list[float]:
        phones = speech()
        motion = await collect(
            PhonesConfig().build().run(AnimateRequest(_FRAMES / 30, phones, seed=1))
        )
        engine, times = config.build(), list[float]()
        await collect(engine.run(RenderRequest(package, tuple(motion[:2]), 512)))
        began = time.process_time()
        async for _ in engine.run(RenderRequest(package, tuple(motion), 512)):
            times.append((time.process_time() - began) * 1000)
            began = time.process_time()
        return times[1:]

    return figure("mesh frame 512x512", "ms", _MESH, asyncio.run(draw()), "CPU time")
