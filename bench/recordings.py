"""Recorded speech of people, with its words: the test data of PocketSphinx (BSD-2), from Debian.

Readings of "Sense and Sensibility" (LibriVox, public domain), playing cards and commands, 16 kHz.
"""

import re
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

from avatar_serving.errors import AvatarError
from avatar_serving.media import AudioChunk

PACKAGE = "pocketsphinx-testdata"
_CACHE = Path.home() / ".cache" / "avatar-serving" / "recordings"
_DATA = Path("usr/share/pocketsphinx/test/data")
_LINE = re.compile(r"<s>\s*(?P<text>.*?)\s*</s>\s*\((?P<name>.*)\)")
_RATE = 16_000
_COMMANDS = {"goforward.raw": "go forward ten meters"}


class NoRecordings(AvatarError):
    """The recordings cannot be had on this machine."""

    code = "no_recordings"


@dataclass(frozen=True, slots=True)
class Recording:
    name: str
    audio: AudioChunk
    text: str
    """What is said, in lower case, without marks."""


def recordings() -> list[Recording]:
    """All of them; downloaded once.

    Raises:
        NoRecordings: there is no Debian package manager, or it cannot reach its mirror.
    """
    folder = _unpacked() / _DATA
    lists = [folder / "cards" / "cards.transcription", folder / "librivox" / "transcription"]
    read = [
        Recording(name, _wav(path.parent / f"{name}.wav"), text)
        for path in lists
        for text, name in ((m["text"], m["name"]) for m in _LINE.finditer(path.read_text()))
    ]
    said = [
        Recording(name, AudioChunk((folder / name).read_bytes(), _RATE), text)
        for name, text in _COMMANDS.items()
    ]
    return read + said


def _unpacked() -> Path:
    home = _CACHE / PACKAGE
    if home.is_dir():
        return home
    _CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE) as work:
        try:
            subprocess.run(["apt-get", "download", PACKAGE], cwd=work, check=True,
                           capture_output=True, timeout=120)  # fmt: skip
            (archive,) = Path(work).glob("*.deb")
            subprocess.run(["dpkg-deb", "-x", archive, f"{work}/x"], check=True,
                           capture_output=True, timeout=60)  # fmt: skip
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            raise NoRecordings(f"Debian package {PACKAGE}: {error}") from error
        (Path(work) / "x").rename(home)
    return home


def _wav(path: Path) -> AudioChunk:
    with wave.open(str(path)) as file:
        return AudioChunk(file.readframes(file.getnframes()), file.getframerate())
