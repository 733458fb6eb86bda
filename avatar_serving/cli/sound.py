"""Sound of a terminal: WAV files, the microphone and the loudspeaker."""

import threading
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from avatar_serving.client.microphone import RATE
from avatar_serving.errors import AvatarError, InvalidRequest
from avatar_serving.samples import resampled, to_pcm

_BLOCK = round(RATE * 0.02)
_WIDTHS = {1: ("u1", 128, 128), 2: ("<i2", 0, 32768), 4: ("<i4", 0, 1 << 31)}
"""Of a sample in bytes: its type, where its middle is, how far it reaches."""


class NoSoundDevice(AvatarError):
    """The terminal cannot hear or speak; says what is missing."""

    code = "no_sound_device"


def read_wav(path: Path) -> bytes:
    """A WAV file as 24 kHz mono, signed 16-bit.

    Raises:
        InvalidRequest: not there, or not a WAV file of 8, 16 or 32-bit whole numbers.
    """
    try:
        with wave.open(str(path)) as file:
            kind, middle, reach = _WIDTHS[file.getsampwidth()]
            rate, channels = file.getframerate(), file.getnchannels()
            raw = np.frombuffer(file.readframes(file.getnframes()), kind)
    except (OSError, wave.Error, EOFError) as error:
        raise InvalidRequest(f"{path}: {error}", "wav") from error
    except KeyError as error:
        raise InvalidRequest(f"{path}: samples of {error} bytes cannot be read", "wav") from error
    samples = ((raw.astype(np.float64) - middle) / reach).reshape(-1, channels).mean(axis=1)
    return to_pcm(resampled(samples, rate, RATE))


def write_wav(path: Path, pcm: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        file.writeframes(pcm)


class Devices:
    """The default microphone and loudspeaker, through PortAudio. Each calls from its own thread."""

    def __init__(self, on_heard: Callable[[bytes], None]) -> None:
        """*on_heard* is given 20 ms of the microphone at a time, 24 kHz mono, 16 bit.

        Raises:
            NoSoundDevice: no library, no PortAudio, no microphone or no loudspeaker.
        """
        self._on_heard = on_heard
        self._sound = bytearray()
        self._lock = threading.Lock()
        sounddevice = _library()
        form = {"samplerate": RATE, "channels": 1, "dtype": "int16", "blocksize": _BLOCK}
        try:
            self._microphone = sounddevice.RawInputStream(callback=self._hear, **form)
            self._speaker = sounddevice.RawOutputStream(callback=self._speak, **form)
            self._microphone.start()
            self._speaker.start()
        except sounddevice.PortAudioError as error:
            raise NoSoundDevice(
                f"no microphone or loudspeaker can be opened ({error}); "
                "talk by keyboard with --text, or with files: --wav FILE -o FILE"
            ) from error

    @property
    def playing(self) -> bool:
        return bool(self._sound)

    def play(self, pcm: bytes) -> None:
        with self._lock:
            self._sound += pcm

    def silence(self) -> None:
        """Stop at once what is playing."""
        with self._lock:
            self._sound.clear()

    def close(self) -> None:
        self._microphone.close()
        self._speaker.close()

    def _hear(self, data: Any, _frames: int, _time: Any, _status: Any) -> None:
        self._on_heard(bytes(data))

    def _speak(self, out: Any, _frames: int, _time: Any, _status: Any) -> None:
        with self._lock:
            sound = bytes(self._sound[: len(out)])
            del self._sound[: len(out)]
        out[:] = sound.ljust(len(out), b"\0")


def _library() -> Any:
    try:
        import sounddevice
    except ModuleNotFoundError as error:
        raise NoSoundDevice(
            "the microphone needs the package sounddevice: pip install 'avatar-serving[talk]'; "
            "or talk by keyboard with --text, or with files: --wav FILE -o FILE"
        ) from error
    except OSError as error:
        raise NoSoundDevice(
            "the library PortAudio is missing; on Debian: apt install libportaudio2; "
            "or talk by keyboard with --text, or with files: --wav FILE -o FILE"
        ) from error
    return sounddevice
