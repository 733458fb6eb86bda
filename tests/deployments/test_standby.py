"""No replica of a stage runs: an engine of the gateway answers meanwhile, and only then."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from prometheus_client import REGISTRY
from pydantic import ValidationError
from ray.exceptions import RayActorError

from avatar_serving.config import Placement, Profile, Standby, load_profile
from avatar_serving.errors import EngineLost, LanguageUnavailable
from avatar_serving.flow import collect
from avatar_serving.media import SpeechRequest
from avatar_serving.protocol.status import ApplicationPart, DeploymentPart
from avatar_serving.stages.tts import HibariConfig, KokoroConfig, ToneConfig
from avatar_serving.stages.tts.likeness import InLikeVoice
from deployments import served, standby
from deployments.standby import StandIn, build_standby

SPEECH = SpeechRequest("Hello.", "hibari")


class Answers:
    """A stage that says one word, after a while or never; or fails, at once or after the word."""

    def __init__(self, word: str, *, after_s: float = 0.0, fails: Exception | None = None) -> None:
        self.word, self.after_s, self.fails, self.closed = word, after_s, fails, 0

    async def run(self, request: object, /) -> AsyncGenerator[str, None]:
        try:
            await asyncio.sleep(self.after_s)
            if self.word:
                yield self.word
            if self.fails:
                raise self.fails
        finally:
            self.closed += 1


@pytest.fixture(autouse=True)
def asked_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standby, "_ASK_S", 0.01)


def stand_in(
    remote: Answers, other: Answers, runs: Callable[[], bool] = lambda: False
) -> StandIn[Any, str]:
    return StandIn("tts", remote, "small", other, runs)


async def met(remote: Answers, other: Answers, **how: Any) -> StandIn[Any, str]:
    """One whose replicas have answered once."""
    stage = stand_in(remote, other, **how)
    assert await collect(stage.run(SPEECH)) == [remote.word]
    return stage


def answered_by_small() -> float:
    labels = {"stage": "tts", "engine": "small"}
    return REGISTRY.get_sample_value("avatar_stood_in_total", labels) or 0.0


async def test_another_engine_answers_while_no_replica_runs() -> None:
    remote, before = Answers("large"), answered_by_small()
    stage = await met(remote, Answers("small"))
    remote.after_s = 60.0
    assert await collect(stage.run(SPEECH)) == ["small"]
    assert await collect(stage.run(SPEECH)) == ["small"]
    assert answered_by_small() == before + 2
    assert remote.closed == 2, "nothing is left waiting, and the second did not wait at all"


async def test_replicas_that_come_back_answer_again() -> None:
    runs = False
    remote = Answers("large")
    stage = await met(remote, Answers("small"), runs=lambda: runs)
    remote.after_s = 60.0
    assert await collect(stage.run(SPEECH)) == ["small"]
    runs, remote.after_s = True, 0.05
    await asyncio.sleep(0.1)
    assert await collect(stage.run(SPEECH)) == ["large"]


async def test_slow_replicas_are_not_stood_in_for() -> None:
    remote = Answers("large")
    stage = await met(remote, Answers("small"), runs=lambda: True)
    remote.after_s = 0.1
    assert await collect(stage.run(SPEECH)) == ["large"]


async def test_replicas_that_were_never_there_are_waited_for() -> None:
    assert await collect(stand_in(Answers("large", after_s=0.1), Answers("small")).run(SPEECH)) == [
        "large"
    ]
    with pytest.raises(EngineLost):
        await collect(stand_in(Answers("", fails=EngineLost("tts", 3)), Answers("small")).run(None))


@pytest.mark.parametrize(
    ("replicas", "runs"), [({"RUNNING": 1, "STARTING": 1}, True), ({"STARTING": 1}, False)]
)
def test_replicas_that_start_do_not_run(
    monkeypatch: pytest.MonkeyPatch, replicas: dict[str, int], runs: bool
) -> None:
    parts = DeploymentPart(name="tts", status="UPDATING", replicas=replicas, message="")
    shown = ApplicationPart(name="avatar", status="RUNNING", message="", deployments=(parts,))
    monkeypatch.setattr(served, "applications", lambda: (shown,))
    assert served.runs("avatar", "tts") == runs
    assert not served.runs("avatar", "asr") and not served.runs("other", "tts")


def test_a_controller_that_is_away_is_no_news_of_replicas(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> tuple[ApplicationPart, ...]:
        raise RayActorError

    monkeypatch.setattr(served, "applications", silent)
    assert served.runs("avatar", "tts")


async def test_replicas_that_die_one_after_the_other_are_stood_in_for() -> None:
    remote = Answers("large")
    stage = await met(remote, Answers("small"), runs=lambda: True)
    remote.word, remote.fails = "", EngineLost("tts", 3)
    assert await collect(stage.run(SPEECH)) == ["small"]


async def test_what_was_begun_is_not_begun_again() -> None:
    remote = Answers("large")
    stage = await met(remote, Answers("small"))
    remote.fails = EngineLost("tts", 3)
    with pytest.raises(EngineLost):
        await collect(stage.run(SPEECH))


async def test_what_the_other_engine_cannot_do_waits_for_a_replica() -> None:
    remote = Answers("large")
    refuses = Answers("", fails=LanguageUnavailable("zh", ("en",)))
    stage = await met(remote, refuses)
    remote.after_s = 0.1
    assert await collect(stage.run(SPEECH)) == ["large"] and refuses.closed == 1


async def test_a_stream_that_is_closed_closes_what_it_waits_for() -> None:
    remote = Answers("large")
    stage = await met(remote, Answers("small"), runs=lambda: True)
    remote.after_s = 60.0
    waiting = asyncio.ensure_future(collect(stage.run(SPEECH)))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert waiting.cancelled() and remote.closed == 2


class Voiced:
    def __init__(self) -> None:
        self.asked: list[str] = []

    async def run(self, request: SpeechRequest, /) -> AsyncGenerator[Any, None]:
        self.asked.append(request.voice)
        yield None


async def test_it_speaks_in_the_voice_that_is_most_like() -> None:
    engine, kokoro = Voiced(), KokoroConfig().voices()
    stage = InLikeVoice(engine, kokoro, (*HibariConfig().voices(), *kokoro))
    for voice, language in (("hibari", "en"), ("af_heart", "en"), ("hibari", "zh"), ("?", "en")):
        await collect(stage.run(SpeechRequest("Hello.", voice, language)))
    chosen = {voice.id: voice for voice in kokoro}
    first, kept, chinese, unknown = engine.asked
    assert (chosen[first].language, chosen[first].gender) == ("en", "female")
    assert kept == "af_heart" and chosen[chinese].language == "zh"
    assert unknown == "?", "the engine refuses it"


def profile(**changes: Any) -> Profile:
    return Profile.model_validate({**load_profile("test").model_dump(), **changes})


def test_a_profile_has_engines_for_stages_that_are_placed_and_no_others() -> None:
    small = Standby(tts=ToneConfig())
    placed = profile(placement={"tts": Placement()}, standby=small)
    assert set(build_standby(placed)) == {"tts"}
    with pytest.raises(ValidationError, match=r"standby\.tts: the stage is not placed"):
        profile(standby=small)


def test_the_profile_gpu_needs_the_weights_of_its_standby() -> None:
    assert set(load_profile("gpu").standby.engines()) == {"asr", "tts"}
    assert "whisper-base" in load_profile("gpu").required_weights()
