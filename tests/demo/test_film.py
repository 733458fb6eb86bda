"""The film of a conversation shows what a user saw and heard, at the same moments."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest

from avatar_serving.client import Diary, Received, Turn, Uttered
from avatar_serving.client.messages import parse
from avatar_serving.media import CHANNELS, Image, RenderRequest, VideoFrame
from avatar_serving.video import Sound
from demo.captions import HEIGHT, caption_at, strip
from demo.film import write_film
from demo.report import report, turn_figures, write_report, write_transcript
from demo.talk import Conversation
from demo.timeline import FPS, RATE, Timeline
from tests.client.fake_server import motion, tone

ORIGIN_S = 100.0
JAW = CHANNELS.index("jawOpen")


def conversation(stop_s: float | None = None) -> Conversation:
    """3 s: the user speaks from 0.2 to 0.6 s; the answer sounds from 1.0 to 2.0 s."""
    diary = Diary()

    def told(at_s: float, kind: str, **fields: object) -> None:
        diary.take(Received(ORIGIN_S + at_s, parse(json.dumps({"type": kind, **fields}))))

    clips = [
        {"behaviour": b, "frames": motion(30, jaw)}
        for b, jaw in (("idle", 0.0), ("listening", 0.1))
    ]
    told(0.0, "avatar.clips", fps=30, channels=CHANNELS, clips=clips)
    told(0.2, "avatar.state", state="listening")
    told(0.9, "avatar.state", state="speaking")
    sound = base64.b64encode(tone(1.0)).decode()
    told(0.96, "response.output_audio.delta", response_id="r", item_id="a", delta=sound)
    told(0.96, "avatar.animation.delta", item_id="a", time_code=0.0, frames=motion(30, 0.5))
    words = [
        {"text": t, "start_ms": s, "end_ms": s + 200} for t, s in (("Hi", 100), ("there.", 600))
    ]
    told(0.96, "avatar.words", item_id="a", words=words)
    told(1.0, "response.output_audio.done", response_id="r", item_id="a")
    told(2.1, "avatar.state", state="idle")
    answer = diary.answers[0]
    if stop_s is not None:
        answer.playout.stop(ORIGIN_S + stop_s)
    microphone = b"\0\0" * round(0.2 * RATE) + tone(0.4) + b"\0\0" * round(2.4 * RATE)
    uttered = Uttered(ORIGIN_S + 0.2, ORIGIN_S + 0.6)
    turn = Turn("Hello?", uttered, answer, "hello", 400.0, None, 0)
    return Conversation((turn,), diary, ORIGIN_S, microphone, (0.5, 1.0))


def test_the_face_follows_the_answer_while_it_sounds_and_the_state_otherwise() -> None:
    frames = Timeline(conversation()).frames()
    jaw = [frame.values[JAW] for frame in frames]
    assert len(frames) == 90
    assert jaw[3] == pytest.approx(0.0)
    assert jaw[20] == pytest.approx(0.1, abs=1e-3)
    assert jaw[45] == pytest.approx(0.5, abs=1e-3)
    assert jaw[80] == pytest.approx(0.0, abs=1e-3)
    assert max(abs(b - a) for a, b in zip(jaw, jaw[1:], strict=False)) < 0.12, "faded"


def test_both_voices_sound_when_they_did() -> None:
    sound = np.abs(Timeline(conversation()).sound().astype(int))
    loud = sound.max(axis=1) > 1000
    assert np.flatnonzero(loud)[0] / RATE == pytest.approx(0.2, abs=0.01)
    assert not loud[round(0.61 * RATE) : round(0.99 * RATE)].any()
    assert np.flatnonzero(loud)[-1] / RATE == pytest.approx(2.0, abs=0.01)
    user, avatar = (
        sound[round(0.3 * RATE) : round(0.5 * RATE)],
        sound[round(1.2 * RATE) : round(1.8 * RATE)],
    )
    assert user[:, 0].mean() > user[:, 1].mean() and avatar[:, 0].mean() < avatar[:, 1].mean()


def test_an_answer_that_was_cut_is_silent_from_then_on() -> None:
    timeline = Timeline(conversation(stop_s=1.4))
    sound = np.abs(timeline.sound().astype(int)).max(axis=1)
    assert sound[round(1.3 * RATE) : round(1.37 * RATE)].max() > 1000
    assert sound[round(1.41 * RATE) :].max() == 0
    assert [c.text for c in timeline.captions()] == ["Hello?", "Hi"], "only what was heard"
    assert turn_figures(conversation(stop_s=1.4).turns[0]).interrupted


def test_captions_say_who_speaks_when() -> None:
    captions = Timeline(conversation()).captions()
    assert [(c.speaker, c.text) for c in captions] == [("You", "Hello?"), ("Avatar", "Hi there.")]
    assert captions[1].begin_s == pytest.approx(1.1, abs=0.01)
    assert caption_at(captions, 0.1) is None
    assert caption_at(captions, 0.3) == captions[0]
    assert caption_at(captions, 1.5) == captions[1]
    assert strip(None).shape == (HEIGHT, 512, 3)
    assert strip(captions[1]).max() > 200 > strip(None).max()


def test_the_report_is_made_of_the_turns(tmp_path: Path) -> None:
    held = conversation()
    figures = report(held, "photo.png", 3.2, None)
    write_report(tmp_path / "report.json", figures)
    write_transcript(tmp_path / "transcript.json", Timeline(held))
    read = json.loads((tmp_path / "report.json").read_text())
    assert read["voice_to_voice_p50_ms"] == 400 and read["underruns"] == 0
    assert read["turns"][0]["heard"] == "hello" and read["turns"][0]["motion_drift_ms"] == 0
    assert len(json.loads((tmp_path / "transcript.json").read_text())) == 2


async def test_the_film_has_every_frame_and_both_voices(tmp_path: Path) -> None:
    import av

    class Grey:
        async def run(self, request: RenderRequest, /):  # noqa: ANN202
            for frame in request.frames:
                yield VideoFrame(frame.at_s, Image(b"\x80" * (512 * 512 * 3), 512, 512))

    path = tmp_path / "a.mp4"
    seconds = await write_film(path, b"", Timeline(conversation()), Grey(), lambda _: None)
    assert seconds == pytest.approx(3.0)
    with av.open(str(path)) as film:
        assert film.streams.video[0].height == 512 + HEIGHT
        assert film.streams.audio[0].channels == 2
        assert sum(1 for _ in film.decode(video=0)) == 3 * FPS
    assert Sound(b"\0" * 8, 2, 2).seconds == 1
