"""Talking videos, read back by the decoder."""

from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from avatar_serving.avatars.plain import plain_package
from avatar_serving.errors import AudioRejected, InvalidRequest, LimitExceeded
from avatar_serving.film.backdrop import Backdrop, backdrop_of
from avatar_serving.film.recording import read_recording
from avatar_serving.flow import collect
from avatar_serving.media import Manner, Progress
from avatar_serving.stages.animate import AudioConfig, PhonesConfig, StillConfig
from avatar_serving.stages.llm.echo import EchoConfig
from avatar_serving.stages.render.flat import FlatRenderConfig
from avatar_serving.stages.render.mesh import MeshRenderConfig
from avatar_serving.stages.tts import HibariConfig, ToneConfig
from pipelines.converse import ConverseStages
from pipelines.filming import Filmed
from pipelines.talking_video import VideoRequest, VideoStages, talking_video
from tests.avatars.pictures import colourful
from tests.film.test_recording import tone, wav

PACKAGE = plain_package(colourful())
CONVERSE = ConverseStages(EchoConfig().build(), ToneConfig().build(), StillConfig().build())
MESH = VideoStages(CONVERSE, MeshRenderConfig().build())
FLAT = VideoStages(CONVERSE, FlatRenderConfig().build())


def wanted(output: Path, said: object = "Ma ma ma, pa pa.", **fields: object) -> VideoRequest:
    asked = {"width": 64, "height": 64} | fields
    return VideoRequest(PACKAGE, said, Manner("tone"), output, **asked)  # type: ignore[arg-type]


async def made(stages: VideoStages, request: VideoRequest) -> tuple[Filmed, list[Progress]]:
    *steps, filmed = await collect(talking_video(stages, request))
    assert isinstance(filmed, Filmed)
    return filmed, [step for step in steps if isinstance(step, Progress)]


def pictures(path: Path, layout: str = "rgb24") -> np.ndarray:
    import av

    with av.open(str(path)) as file:
        return np.stack([frame.to_ndarray(format=layout) for frame in file.decode(video=0)])


def sound(path: Path) -> tuple[np.ndarray, int]:
    import av

    with av.open(str(path)) as file:
        frames = list(file.decode(audio=0))
        resampler = av.AudioResampler("flt", "mono", frames[0].sample_rate)
        parts = [part.to_ndarray()[0] for f in frames for part in resampler.resample(f)]
    return np.concatenate(parts), frames[0].sample_rate


@pytest.mark.parametrize(
    ("name", "fps", "size", "codecs"),
    [
        ("a.mp4", 30, (64, 64), ("h264", "aac")),
        ("a.mp4", 60, (72, 128), ("h264", "aac")),
        ("a.webm", 25, (128, 72), ("vp9", "opus")),
        ("a.mov", 30, (64, 96), ("prores", "pcm_s16le")),
    ],
)
async def test_the_file_is_what_was_asked_for(
    tmp_path: Path, name: str, fps: int, size: tuple[int, int], codecs: tuple[str, str]
) -> None:
    import av

    path = tmp_path / name
    filmed, steps = await made(MESH, wanted(path, fps=fps, width=size[0], height=size[1]))
    fractions = [step.fraction for step in steps]
    assert fractions == sorted(fractions) and 0 <= fractions[0] and fractions[-1] <= 1
    assert filmed.speed > 0
    with av.open(str(path)) as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        assert (video.width, video.height) == size
        assert video.average_rate == fps
        assert (video.codec_context.name, audio.codec_context.name) == codecs or (
            codecs[1] == "opus" and "opus" in audio.codec_context.name
        )
        assert "Synthetic" in str({k.lower(): v for k, v in file.metadata.items()}["comment"])
        count = sum(1 for _ in file.decode(video=0))
    assert count / fps == pytest.approx(filmed.seconds)
    assert len(list(tmp_path.iterdir())) == 1
    samples, rate = sound(path)
    assert len(samples) / rate == pytest.approx(filmed.seconds, abs=0.1)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mov"])
async def test_the_mouth_opens_with_the_sound(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    await made(FLAT, wanted(path))
    lit = pictures(path).mean(axis=(1, 2, 3)) > 50
    samples, rate = sound(path)
    loud = np.abs(samples) > 0.05
    assert not lit[0] and lit.any()
    assert np.argmax(lit) / 30 == pytest.approx(np.argmax(loud) / rate, abs=0.06)
    assert np.argmax(lit) / 30 == pytest.approx(0.4, abs=0.04), "after a moment of life"
    assert not lit[-10:].any()


def decoded_alpha(path: Path) -> np.ndarray:
    """(frames, height, width). FFmpeg's own VP9 decoder leaves alpha out; libvpx's does not."""
    import av

    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        if stream.codec_context.name != "vp9":
            frames = list(file.decode(stream))
        else:
            decoder = av.CodecContext.create("libvpx-vp9", "r")
            frames = [f for packet in file.demux(stream) for f in decoder.decode(packet)]
        return np.stack([frame.to_ndarray(format="rgba")[..., 3] for frame in frames])


@pytest.mark.parametrize("name", ["a.webm", "a.mov"])
async def test_a_person_alone(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    filmed, _ = await made(
        MESH, wanted(path, "Ma.", width=192, height=64, backdrop=Backdrop(transparent=True))
    )
    alpha = decoded_alpha(path)
    assert len(alpha) == round(filmed.seconds * 30)
    assert alpha[:, :, :40].max() < 12, "nothing beside the person"
    assert alpha[:, 32, 96].min() > 240, "who is there"


async def test_a_colour_is_behind_the_person(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    await made(MESH, wanted(path, "Ma.", width=192, height=64, backdrop=backdrop_of("#2060a0")))
    shown = pictures(path)[0][32, 8].astype(int)
    assert np.abs(shown - [0x20, 0x60, 0xA0]).max() < 12


async def test_a_recording_is_the_sound_of_the_film(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    data = wav(tone(1.0, 44_100, 2), 44_100)
    filmed, _ = await made(FLAT, wanted(path, read_recording(data, 10)))
    assert filmed.seconds == pytest.approx(2.0, abs=0.04)
    samples, rate = sound(path)
    loud = np.flatnonzero(np.abs(samples) > 0.05) / rate
    assert loud[0] == pytest.approx(0.4, abs=0.03) and loud[-1] == pytest.approx(1.4, abs=0.03)


async def test_a_reader_that_goes_away_leaves_no_file(tmp_path: Path) -> None:
    async with aclosing(talking_video(MESH, wanted(tmp_path / "a.mp4"))) as steps:
        async for step in steps:
            if isinstance(step, Progress) and step.fraction > 0.4:
                break
    assert list(tmp_path.iterdir()) == []


async def test_a_text_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioRejected, match="nothing to say"):
        await made(FLAT, wanted(tmp_path / "a.mp4", "..."))
    with pytest.raises(LimitExceeded, match="video_s"):
        await made(FLAT, wanted(tmp_path / "a.mp4", "ma " * 200, longest_s=2.0))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "fields", "reason"),
    [
        ("a.avi", {}, "must end in"),
        ("a.mp4", {"backdrop": Backdrop(transparent=True)}, "cannot be transparent"),
        ("a.mp4", {"fps": 29}, "fps"),
        ("a.mp4", {"width": 63}, "even"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(
    tmp_path: Path, name: str, fields: dict[str, object], reason: str
) -> None:
    with pytest.raises(InvalidRequest, match=reason):
        wanted(tmp_path / name, **fields)


@pytest.mark.weights
async def test_a_recorded_voice_moves_the_mouth_as_its_text_did(tmp_path: Path) -> None:
    """A text is spoken; its sound, compressed and read back, must open the mouth with the voice."""
    spoken = ConverseStages(EchoConfig().build(), HibariConfig().build(), PhonesConfig().build())
    stages = VideoStages(spoken, FlatRenderConfig().build())
    said = replace(
        wanted(tmp_path / "a.mp4", "Papa, my mama may be home."), manner=Manner("hibari")
    )
    await made(stages, said)
    recording = read_recording((tmp_path / "a.mp4").read_bytes(), 20)
    listening = replace(CONVERSE, animate=AudioConfig().build())
    heard = replace(said, said=recording, output=tmp_path / "b.mp4", lead_s=0.0, tail_s=0.0)
    await made(VideoStages(listening, FlatRenderConfig().build()), heard)
    first, second = (pictures(tmp_path / name).mean(axis=(1, 2, 3)) for name in ("a.mp4", "b.mp4"))
    count = min(len(first), len(second))
    assert abs(len(first) - len(second)) <= 3
    assert np.corrcoef(first[:count], second[:count])[0, 1] > 0.6
    assert second[:8].max() < 20, "closed before the first sound"
