"""The mouth found in the sound alone."""

from itertools import groupby

import numpy as np
import pytest

from avatar_serving.flow import collect
from avatar_serving.media import AnimateRequest, AudioChunk, Phone, SpeechRequest
from avatar_serving.samples import from_pcm, resampled, to_pcm
from avatar_serving.stages.animate import AudioConfig, PhonesConfig
from avatar_serving.stages.animate.heard import heard_segments, vowel_of
from avatar_serving.stages.animate.quiet import hushed, track
from avatar_serving.stages.animate.recogniser import Emission
from avatar_serving.stages.animate.segments import Segment, segments
from avatar_serving.stages.animate.sound import RATE, Sound, listen
from avatar_serving.stages.animate.visemes import viseme
from avatar_serving.stages.base import Animate
from avatar_serving.stages.tts import HibariConfig
from tests.animate.conftest import Motion
from tests.animate.test_mouth import lips_apart
from tests.animate.voices import Wave, band, chunk, song, sung


def sounding(wave: Wave) -> Sound:
    return listen(chunk(wave))


def found(emissions: list[Emission], wave: Wave) -> tuple[Segment, ...]:
    sound, length_s = sounding(wave), len(wave) / RATE
    return heard_segments(emissions, sound, track(sound, length_s), length_s)


def at(spoken: tuple[Segment, ...], at_s: float) -> Segment | None:
    return next((s for s in spoken if s.start_s <= at_s < s.end_s), None)


def silence(length_s: float) -> Wave:
    return np.zeros(round(length_s * RATE))


def test_a_sound_lasts_to_the_onset_of_the_next_and_not_into_a_pause() -> None:
    wave = np.concatenate([sung("a", 0.5), silence(0.5), sung("i", 0.5)])
    spoken = found([Emission("b", 0.05), Emission("a", 0.2), Emission("i", 1.1)], wave)
    assert [s.viseme for s in spoken[:2]] == [viseme("b"), viseme("a")]
    assert spoken[0].end_s == pytest.approx(0.155, abs=0.01)
    assert at(spoken, 0.45) is not None and at(spoken, 0.75) is None
    assert all(s.viseme == viseme("i") for s in spoken if s.start_s > 0.9)


def test_what_nobody_recognises_is_articulated_from_the_sound() -> None:
    spoken = found([], song("aiu", 0.8))
    for at_s, vowels in ((0.3, "ɑæ"), (1.2, "iɛ"), (2.0, "uo")):
        segment = at(spoken, at_s)
        assert segment is not None
        near = [s for s in spoken if abs(s.middle_s - at_s) < 0.25 and s.viseme.vowel]
        assert any(s.viseme in [viseme(v) for v in vowels] for s in near)
    gaps = [b.start_s - a.end_s for a, b in zip(spoken, spoken[1:], strict=False)]
    assert max(gaps) < 0.2, "no still mouth in a song"


@pytest.mark.parametrize(
    ("sung_as", "looks"), [("a", "ɑæ"), ("i", "iɛ"), ("u", "uo"), ("o", "uoɔ"), ("e", "ɛæ")]
)
@pytest.mark.parametrize("hertz", [110.0, 196.0])
def test_the_spectrum_names_a_vowel(sung_as: str, looks: str, hertz: float) -> None:
    assert vowel_of(sounding(sung(sung_as, 0.4, hertz)), 0.1, 0.3) in looks


def test_louder_vowels_open_wider_and_are_leaned_on() -> None:
    wave = np.concatenate([0.25 * sung("a", 0.3), 0.25 * sung("a", 0.3), sung("a", 0.3)])
    spoken = found([Emission("a", 0.15), Emission("a", 0.45), Emission("a", 0.75)], wave)
    soft, loud = at(spoken, 0.2), at(spoken, 0.75)
    assert soft and loud and loud.amplitude > soft.amplitude + 0.15
    assert loud.accent and not soft.accent


def test_silence_has_no_segments() -> None:
    assert found([], silence(1.0)) == ()
    assert found([], np.zeros(0)) == ()


def test_a_timed_vowel_ends_where_the_voice_does() -> None:
    wave = np.concatenate([sung("a", 0.4), silence(0.6)])
    timed = segments((Phone("ɑ", 0.0, 0.9), Phone("t", 0.9, 1.0)), 1.0)
    (vowel, stop) = hushed(timed, track(sounding(wave), 1.0))
    assert 0.3 < vowel.end_s < 0.48
    assert (stop.start_s, stop.end_s) == (0.9, pytest.approx(0.95))


def test_the_short_silence_of_a_stop_is_no_pause() -> None:
    wave = np.concatenate([sung("a", 0.3), silence(0.06), sung("a", 0.3)])
    assert not track(sounding(wave), 0.66).pause.any()


async def seen(engine: Animate, request: AnimateRequest) -> Motion:
    frames = await collect(engine.run(request))
    return Motion([f.at_s for f in frames], np.array([f.values for f in frames]))


def opening(motion: Motion) -> np.ndarray:
    return motion["jawOpen"] - motion["mouthClose"] + motion["mouthLowerDownLeft"]


@pytest.mark.weights
async def test_lips_follow_speech_that_came_without_times() -> None:
    text = "My mother baked a big apple pie, but Bob probably prefers warm muffins."
    speech = (await collect(HibariConfig().build().run(SpeechRequest(text, "hibari"))))[0]
    length_s = speech.audio.seconds
    timed = await seen(
        PhonesConfig().build(), AnimateRequest(length_s, speech.phones, audio=speech.audio)
    )
    heard = await seen(AudioConfig().build(), AnimateRequest(length_s, audio=speech.audio))
    assert np.corrcoef(opening(timed), opening(heard))[0, 1] > 0.7
    shut = [p for p in speech.phones if p.symbol.strip("ˈˌ")[0] in "pbm"]
    hits = [
        min(lips_apart(heard, t) for t in (p.start_s, (p.start_s + p.end_s) / 2, p.end_s)) < 0.03
        for p in shut
    ]
    assert len(shut) > 10 and np.mean(hits) >= 0.95


@pytest.mark.weights
@pytest.mark.parametrize("wave", [song("aiuoea"), sung("a", 4.0)], ids=["song", "note"])
async def test_song_does_not_freeze_the_mouth(wave: Wave) -> None:
    request = AnimateRequest(len(wave) / RATE, audio=chunk(wave))
    motion = await seen(AudioConfig().build(), request)
    still = np.abs(np.diff(opening(motion)[3:-3])) < 0.002
    longest = max((len(list(run)) for held, run in groupby(still) if held), default=0)
    assert longest / 30 < 0.35
    assert opening(motion).max() > 0.15


@pytest.mark.weights
async def test_a_band_alone_leaves_the_mouth_shut_and_a_voice_over_it_is_seen() -> None:
    text = "My mother baked a big apple pie."
    speech = (await collect(HibariConfig().build().run(SpeechRequest(text, "hibari"))))[0]
    said = resampled(from_pcm(speech.audio.pcm), speech.audio.sample_rate, RATE)
    music = 0.06 * band(len(said) / RATE + 2.0)
    music[RATE : RATE + len(said)] += said
    request = AnimateRequest(len(music) / RATE, audio=chunk(music, 1.0))
    motion = await seen(AudioConfig().build(), request)
    times, opened = np.array(motion.times), np.abs(opening(motion))
    alone = (times < 0.85) | (times > len(said) / RATE + 1.3)
    assert opened[alone].max() < 0.02
    assert opened[~alone].max() > 0.3


@pytest.mark.weights
async def test_silence_keeps_the_mouth_shut_and_the_face_alive() -> None:
    motion = await seen(
        AudioConfig().build(), AnimateRequest(3.0, audio=AudioChunk(bytes(96000), RATE))
    )
    assert not motion["jawOpen"].any() and motion["headYaw"].std() > 0.1


@pytest.mark.weights
async def test_sound_longer_than_the_recogniser_reads_at_once_has_no_seam() -> None:
    wave = np.concatenate([np.tile(song("aiuo", 0.4), 9)])
    assert len(wave) > 14 * RATE
    engine = AudioConfig().build()
    motion = await seen(engine, AnimateRequest(len(wave) / RATE, audio=chunk(wave)))
    assert len(motion.times) == round(len(wave) / RATE * 30)
    assert opening(motion)[350:370].max() > 0.15
    quieter = AudioChunk(to_pcm(0.05 * from_pcm(chunk(wave).pcm)), RATE)
    soft = await seen(engine, AnimateRequest(len(wave) / RATE, audio=quieter))
    assert np.corrcoef(opening(motion), opening(soft))[0, 1] > 0.9


@pytest.mark.weights
async def test_the_phones_engine_hands_over_sound_without_phones() -> None:
    wave = song("aio")
    request = AnimateRequest(len(wave) / RATE, audio=chunk(wave), seed=4)
    alone = await seen(AudioConfig().build(), request)
    handed = await seen(PhonesConfig(untimed=AudioConfig()).build(), request)
    assert (alone.values == handed.values).all()
    assert not opening(await seen(PhonesConfig().build(), request)).any()
