import base64
import warnings
from math import gcd

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from avatar_serving.errors import InvalidRequest, LimitExceeded
from avatar_serving.media import AudioChunk
from avatar_serving.protocol import g711
from avatar_serving.protocol.audio import LARGEST_APPEND, InputDecoder, OutputEncoder
from avatar_serving.protocol.resample import Resampler, low_pass
from avatar_serving.protocol.session_config import Pcm, Pcma, Pcmu

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

RATES = [(24000, 16000), (24000, 8000), (8000, 16000), (16000, 24000), (44100, 16000)]


def speechlike(rate: int, seconds: float = 0.4) -> np.ndarray:
    time = np.arange(round(rate * seconds)) / rate
    tones = sum(np.sin(2 * np.pi * hz * time + hz) for hz in (140, 700, 1900, 3300))
    return np.rint(6000 * tones).astype("<i2")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(("source", "target"), RATES)
def test_resampling_in_chunks_equals_the_whole(source: int, target: int) -> None:
    sound = speechlike(source)
    up, down = target // gcd(source, target), source // gcd(source, target)
    taps = low_pass(max(up, down))
    whole = signal.resample_poly(sound.astype(float), up, down, window=taps)
    delay = (len(taps) - 1) // 2
    lag = delay // down
    assert delay == lag * down
    resampler, parts, at = Resampler(source, target), [], 0
    for size in [1, 2, 3, 700, 5, 480, 1] * 200:
        parts.append(resampler.push(sound[at : at + size].tobytes()))
        at += size
    got = np.frombuffer(b"".join(parts), "<i2").astype(float)
    assert len(got) == len(whole)
    np.testing.assert_allclose(got[lag:], whole[: len(got) - lag], atol=0.51)
    again = np.frombuffer(Resampler(source, target).push(sound.tobytes()), "<i2")
    np.testing.assert_allclose(got, again, atol=1)  # a half may be rounded either way


@given(st.lists(st.integers(0, 400), max_size=30))
@settings(max_examples=30, deadline=None)
def test_counts_are_exact_after_any_chunks(sizes: list[int]) -> None:
    resampler, given_, got = Resampler(24000, 16000), 0, 0
    for size in sizes:
        given_ += size
        got += len(resampler.push(bytes(2 * size))) // 2
        assert got == -(-given_ * 2 // 3)


def test_what_the_slower_rate_cannot_hold_is_removed() -> None:
    time = np.arange(24000) / 24000
    shrill = np.rint(20000 * np.sin(2 * np.pi * 9500 * time)).astype("<i2")
    got = np.frombuffer(Resampler(24000, 16000).push(shrill.tobytes()), "<i2")
    assert np.abs(got[200:]).max() < 200


def test_loud_sound_is_clipped_not_wrapped() -> None:
    square = np.repeat(np.array([32767, -32768] * 40, "<i2"), 40)
    got = np.frombuffer(Resampler(24000, 16000).push(square.tobytes()), "<i2").astype(int)
    assert np.abs(np.diff(got)).max() < 60000
    assert got.max() == 32767


@pytest.mark.parametrize(("law", "lin", "code"), [
    ("mu", audioop.ulaw2lin, audioop.lin2ulaw),
    ("a", audioop.alaw2lin, audioop.lin2alaw),
])  # fmt: skip
def test_g711_agrees_with_the_standard_library(law: g711.Law, lin, code) -> None:
    codes = bytes(range(256))
    assert g711.decode(codes, law) == lin(codes, 2)
    samples = np.arange(-32768, 32768).astype("<i2")
    ours = np.frombuffer(g711.decode(g711.encode(samples.tobytes(), law), law), "<i2")
    theirs = np.frombuffer(lin(code(samples.tobytes(), 2), 2), "<i2")
    assert (abs(ours - samples.astype(int)) <= abs(theirs - samples.astype(int))).all()


def test_silence_in_mu_law_is_the_byte_telephones_expect() -> None:
    assert g711.encode(bytes(4), "mu") == b"\xff\xff"


@pytest.mark.parametrize("audio", ["###", "AAA", "AA==AA", "AAAA\n", "\u00e9\u00e9\u00e9\u00e9"])
def test_what_is_not_base64_is_refused(audio: str) -> None:
    with pytest.raises(InvalidRequest, match="base64") as caught:
        InputDecoder(Pcm()).decode(audio)
    assert caught.value.param == "audio"


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="half"):
        InputDecoder(Pcm()).decode(b64(b"\0\0\0"))


def test_an_endless_message_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(LimitExceeded):
        InputDecoder(Pcm()).decode("A" * (LARGEST_APPEND * 4 // 3 + 8))


@pytest.mark.parametrize("format", [Pcmu(), Pcma()])
def test_telephone_sound_goes_there_and_back(format: Pcmu | Pcma) -> None:
    sound = speechlike(8000)
    encoder, decoder = OutputEncoder(format), InputDecoder(format)
    text = encoder.encode(AudioChunk(sound.tobytes(), 8000))
    assert len(base64.b64decode(text)) == len(sound)
    heard = np.frombuffer(decoder.resample(decoder.decode(text)), "<i2")
    assert len(heard) == 2 * len(sound)
    lag = 32
    error = (
        heard[lag::2][: len(sound) - 20].astype(float)
        - sound[: len(heard[lag::2]) - 4][: len(sound) - 20]
    )
    assert np.sqrt((error**2).mean()) < 0.05 * np.sqrt((sound.astype(float) ** 2).mean())


def test_sound_in_the_client_s_own_format_is_untouched() -> None:
    sound = speechlike(24000).tobytes()
    assert base64.b64decode(OutputEncoder(Pcm()).encode(AudioChunk(sound, 24000))) == sound


def test_an_engine_with_another_rate_is_resampled() -> None:
    encoder = OutputEncoder(Pcm())
    first = base64.b64decode(encoder.encode(AudioChunk(bytes(2 * 16000), 16000)))
    second = base64.b64decode(encoder.encode(AudioChunk(bytes(2 * 24000), 24000)))
    assert len(first) == len(second) == 48000
