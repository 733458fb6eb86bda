"""Sound files of several formats, spoiled; read for transcripts and for videos."""

import io

import numpy as np
import pytest
from hypothesis import given

from avatar_serving.film.recording import read_recording
from avatar_serving.sound_files import RATE, read_sound
from tests.fuzz.ledger import Ledger, inputs
from tests.fuzz.mutations import bytes_like

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(3600)]
LONGEST_S = 5.0


def written(container: str, codec: str, rate: int = 48_000) -> bytes:
    """A third of a second of two tones."""
    import av
    from av.audio.frame import AudioFrame

    steps = np.arange(rate // 3) / rate
    wave = (8000 * (np.sin(2760 * steps) + np.sin(9000 * steps))).astype(np.int16)
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, layout="mono")
        frame = AudioFrame.from_ndarray(wave[None], format="s16", layout="mono")
        frame.sample_rate = rate
        for part in (frame, None):
            file.mux(stream.encode(part))
    return out.getvalue()


SAMPLES = (
    written("wav", "pcm_s16le", 16_000), written("wav", "pcm_mulaw", 8000),
    written("flac", "flac"), written("ogg", "libopus"), written("webm", "libopus"),
    written("mp4", "aac"), written("mp3", "libmp3lame"), written("aiff", "pcm_s16be"),
)  # fmt: skip


def test_the_samples_are_sound() -> None:
    for sample in SAMPLES:
        assert read_sound(sample, LONGEST_S).seconds > 0.2
        assert read_recording(sample, LONGEST_S).seconds > 0.2


@inputs()
@given(data=bytes_like(*SAMPLES))
def test_a_sound_is_read_or_refused(ledger: Ledger, data: bytes) -> None:
    with ledger.trying():
        sound = read_sound(data, LONGEST_S)
        assert 0 < len(sound.pcm) <= (LONGEST_S + 1) * RATE * 2


@inputs(0.25)
@given(data=bytes_like(*SAMPLES))
def test_a_recording_is_read_or_refused(ledger: Ledger, data: bytes) -> None:
    with ledger.trying():
        assert 0 < read_recording(data, LONGEST_S).seconds <= LONGEST_S + 1
