"""Somebody's film says something else; and what it says when it cannot."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from avatar_serving import images, weights
from avatar_serving.errors import InvalidRequest
from avatar_serving.film.recording import read_recording
from avatar_serving.flow import collect, last
from avatar_serving.footage.hearing import heard_in
from avatar_serving.footage.index import Known, Said
from avatar_serving.footage.lips import lips_of
from avatar_serving.footage.path import path_of
from avatar_serving.footage.shelf import Shelf
from avatar_serving.media import AnimateRequest, Manner, ReconstructRequest, SpeechRequest
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.animate import PhonesConfig, StillConfig
from avatar_serving.stages.animate.matching import Bank
from avatar_serving.stages.animate.sound import Sound, listen
from avatar_serving.stages.llm.echo import EchoConfig
from avatar_serving.stages.reconstruct.portrait import PortraitReconstructConfig
from avatar_serving.stages.render.mesh import MeshRenderConfig
from avatar_serving.stages.tts import HibariConfig
from pipelines.converse import ConverseStages
from pipelines.footage import FootageRequest, footage_video, known, shot
from pipelines.say import say
from pipelines.talking_video import VideoRequest, VideoStages, talking_video
from tests.film.test_recording import tone, wav
from tests.footage.test_reading import film, humming
from tests.pipelines.test_talking_video import pictures, sound

app = typer.Typer()
app.command()(say)
T = TypeVar("T")
AGREED = Consent(agreed=True, statement="This is a film of me.")
KNOWN = (
    "Good morning, everybody. Let me show you how easily this knife cuts a ripe tomato. "
    "Please move the board a bit closer, and bring five more for the big pan."
)
KNOWN_S = 9.0
OTHER = "My mother baked five loaves of bread for our village."


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["--profile", "test", *arguments])
    return result.exit_code, " ".join(result.output.split())


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "consent of the person"),
        (("--consent", "--avatar", "a.zip"), "either --avatar or --footage"),
        (("--consent", "--background", "#ffffff"), "leave out --size"),
        (("--consent", "--height", "512"), "leave out --size"),
        (("--consent", "--mood", "joy"), "leave out --size"),
        (("--consent", "--fps", "31"), "fps must be one of"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    tmp_path: Path, arguments: tuple[str, ...], reason: str
) -> None:
    film(tmp_path / "mute.mp4", 9.0)
    out = tmp_path / "a.mp4"
    code, said = run(
        "--footage", str(tmp_path / "mute.mp4"), "--text", "Ma.", "-o", str(out), *arguments
    )
    assert code == 1 and reason in said, said
    assert not out.exists()


def test_neither_avatar_nor_footage(tmp_path: Path) -> None:
    code, said = run("--text", "Ma.", "-o", str(tmp_path / "a.mp4"))
    assert code == 1 and "either --avatar or --footage" in said


@pytest.mark.weights
async def test_a_film_without_a_face_says_so(tmp_path: Path) -> None:
    data = film(tmp_path / "grey.mp4", 8.5, 25, humming(8.5))
    said = read_recording(wav(tone(1.0)), 10)
    stages = ConverseStages(EchoConfig().build(), HibariConfig().build(), StillConfig().build())
    request = FootageRequest(data, said, Manner(""), tmp_path / "a.mp4", AGREED)
    with pytest.raises(InvalidRequest, match=r"no face is seen from 0\.0 s on"):
        await collect(footage_video(stages, request))
    assert not request.output.exists()


@pytest.mark.weights
async def test_a_film_says_what_it_says_and_something_else(tmp_path: Path) -> None:
    """The film is made by the mesh renderer; what it says last is not in the bank."""
    stages = ConverseStages(EchoConfig().build(), HibariConfig().build(), PhonesConfig().build())
    data = await filmed(stages, tmp_path / "film.mp4")
    request = FootageRequest(data, "", Manner(""), tmp_path / "a.mp4", AGREED)
    with closing(Shelf()) as shelf:
        recording = heard_in(data)
        whole = returned(known(data, recording, shelf))
        silent = returned(known(data, None, shelf))
        asked = humming(1.5)
        for _ in shot(request, whole, shelf, asked, Said(listen(asked.mono()), 1.5)):
            pass
    assert pictures(request.output).shape == (36, 256, 256, 3)
    played, rate = sound(request.output)
    assert len(played) / rate == pytest.approx(1.5, abs=0.05)

    assert recording is not None
    heard = listen(recording.heard)
    opening = whole.film.opening
    again = path_of(whole, Said(heard, recording.seconds))
    count = min(len(again), len(opening))
    assert np.median(np.diff(again)) == 1
    assert np.corrcoef(opening[again[:count]], opening[:count])[0, 1] > 0.95
    assert correlation_with_unseen(whole, heard) > 0.6
    assert await correlation_by_lips(stages, silent) > 0.8


async def filmed(stages: ConverseStages, path: Path) -> bytes:
    portrait = images.decode(weights.path("portrait-astronaut").read_bytes())
    package = await last(PortraitReconstructConfig().build().run(ReconstructRequest(portrait)))
    assert isinstance(package, bytes)
    voice = HibariConfig().voices()[0].id
    asked = VideoRequest(package, f"{KNOWN} {OTHER}", Manner(voice), path, 256, 256, 24)
    await collect(talking_video(VideoStages(stages, MeshRenderConfig().build()), asked))
    return path.read_bytes()


def returned(steps: Generator[object, None, T]) -> T:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def correlation_with_unseen(known: Known, heard: Sound) -> float:
    """The lips' opening over the end of the film, from a bank of all that is before it."""
    whole = known.film
    cut = round(KNOWN_S * whole.fps)
    bank = whole.bank
    follows = np.append(bank.follows[: cut - 1], False)
    before = replace(
        whole,
        bank=Bank(bank.features[:cut], bank.poses[:cut], follows),
        opening=whole.opening[:cut],
        rests=tuple((first, past) for first, past in whole.rests if past <= cut),
    )
    rest = Sound(heard.samples[round(cut / whole.fps * 16_000) :])
    path = path_of(Known(before, known.index), Said(rest, len(rest.samples) / 16_000))
    count = min(len(path), len(whole.opening) - cut)
    return float(np.corrcoef(before.opening[path[:count]], whole.opening[cut:][:count])[0, 1])


async def correlation_by_lips(stages: ConverseStages, known: Known) -> float:
    """Of a film without sound: the gap of the lips it shows with that of the face that speaks."""
    voice = HibariConfig().voices()[0].id
    speech = (await collect(stages.tts.run(SpeechRequest("Papa bought a map of Rome.", voice))))[0]
    seconds = speech.audio.seconds
    asked = AnimateRequest(seconds, speech.phones, audio=speech.audio)
    face = tuple(await collect(stages.animate.run(asked)))
    path = path_of(known, Said(listen(speech.audio), seconds, face))
    times = np.arange(len(path)) / known.film.fps
    gap = np.interp(times, [frame.at_s for frame in face], lips_of(face).gap)
    return float(np.corrcoef(known.film.opening[path], gap)[0, 1])
