from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from avatar_serving.detectors.vad import (
    EnergyConfig,
    SileroConfig,
    SpeechStarted,
    SpeechStopped,
    Vad,
    VadConfig,
    VadEvent,
    VadModel,
)
from avatar_serving.detectors.vad.gate import HOP_S, Gate, GateOptions
from avatar_serving.errors import InvalidRequest
from avatar_serving.samples import to_pcm

RATE = 16_000


def tone(seconds: float, level: float = 0.3) -> bytes:
    times = np.arange(round(seconds * RATE)) / RATE
    return to_pcm((level * np.sin(2 * np.pi * 200 * times)).astype(np.float32))


def silence(seconds: float) -> bytes:
    return bytes(2 * round(seconds * RATE))


@pytest.fixture(scope="module")
def model() -> VadModel:
    return EnergyConfig().build()


def test_unknown_engines_are_refused() -> None:
    with pytest.raises(ValidationError, match="silero"):
        TypeAdapter(VadConfig).validate_python({"engine": "sileor"})


def test_speech_is_dated_by_its_samples(model: VadModel) -> None:
    events = model.open().push(silence(1) + tone(1) + silence(1))
    assert [type(e) for e in events] == [SpeechStarted, SpeechStopped]
    assert events[0].at_s == pytest.approx(1.0, abs=HOP_S)
    assert events[1].at_s == pytest.approx(2.0, abs=HOP_S)


@given(st.lists(st.integers(1, 9000), max_size=30))
def test_the_size_of_pieces_changes_nothing(sizes: list[int]) -> None:
    sound = silence(0.4) + tone(0.7) + silence(0.6) + tone(0.5)
    model = EnergyConfig().build()
    whole, pieces = model.open(), model.open()
    events = [e for piece in cut(sound, sizes) for e in pieces.push(piece)]
    assert events == whole.push(sound)
    assert (pieces.speaking, pieces.silence_s) == (whole.speaking, whole.silence_s)


def cut(sound: bytes, sizes: list[int]) -> Iterator[bytes]:
    at = 0
    for size in sizes:
        yield sound[at : at + size]
        at += size
    yield sound[at:]


def test_a_click_is_not_speech(model: VadModel) -> None:
    assert model.open().push(silence(0.5) + tone(0.03) + silence(1)) == []


def test_a_short_pause_does_not_end_speech(model: VadModel) -> None:
    vad = model.open(silence_ms=500)
    assert len(vad.push(tone(0.5) + silence(0.3))) == 1
    assert vad.speaking
    assert vad.silence_s == pytest.approx(0.3, abs=HOP_S)
    assert vad.push(tone(0.3)) == []
    assert vad.silence_s == pytest.approx(0.0, abs=HOP_S)


def test_the_pause_that_ends_speech_can_be_set(model: VadModel) -> None:
    assert len(model.open(silence_ms=200).push(tone(0.5) + silence(0.3))) == 2
    assert len(model.open(silence_ms=900).push(tone(0.5) + silence(0.8))) == 1


def test_an_onset_is_not_dated_back_further_than_asked(model: VadModel) -> None:
    (event,) = model.open(prefix_ms=50).push(silence(1) + tone(1))
    assert event.at_s == pytest.approx(1.0 + 3 * HOP_S - 0.05, abs=HOP_S)


def test_streams_do_not_mix(model: VadModel) -> None:
    one, two = model.open(), model.open()
    one.push(tone(1))
    assert one.speaking and not two.speaking


@pytest.mark.parametrize("threshold", [0.0, 1.0, -1.0])
def test_senseless_options_are_refused(model: VadModel, threshold: float) -> None:
    with pytest.raises(InvalidRequest):
        model.open(threshold)
    with pytest.raises(InvalidRequest):
        model.open(silence_ms=-1)


@given(st.lists(st.floats(0, 1), max_size=400))
def test_starts_and_stops_alternate_and_time_never_runs_back(probabilities: list[float]) -> None:
    gate = Gate(GateOptions(0.5, 0.3, 0.3))
    events: list[VadEvent] = [e for p in probabilities for e in gate.feed(p)]
    kinds = [isinstance(e, SpeechStarted) for e in events]
    assert kinds == [i % 2 == 0 for i in range(len(kinds))]
    times = [e.at_s for e in events]
    assert all(0 <= t <= len(probabilities) * HOP_S + 1e-9 for t in times)
    assert all(a <= b for a, b in zip(times[::2], times[1::2], strict=False))
    assert gate.speaking == (len(events) % 2 == 1)


@pytest.mark.weights
class TestSilero:
    @pytest.fixture(scope="class")
    def model(self) -> VadModel:
        return SileroConfig().build()

    def listen(self, vad: Vad, sound: bytes) -> list[VadEvent]:
        return [e for i in range(0, len(sound), 640) for e in vad.push(sound[i : i + 640])]

    def test_hears_speech_and_its_end(self, model: VadModel, question: bytes) -> None:
        sound = silence(1) + question + silence(1)
        started, stopped = self.listen(model.open(), sound)
        assert isinstance(started, SpeechStarted) and isinstance(stopped, SpeechStopped)
        assert started.at_s == pytest.approx(1.0, abs=0.15)
        assert stopped.at_s == pytest.approx(1.0 + len(question) / 2 / RATE, abs=0.2)

    def test_does_not_hear_noise_or_tones(self, model: VadModel) -> None:
        noise = np.random.default_rng(0).normal(0, 0.02, 3 * RATE).astype(np.float32)
        assert self.listen(model.open(), to_pcm(noise)) == []
        assert self.listen(model.open(), tone(3)) == []

    def test_forgets_nothing_between_pieces(self, model: VadModel, question: bytes) -> None:
        sound = silence(0.5) + question + silence(1)
        assert self.listen(model.open(), sound) == model.open().push(sound)
