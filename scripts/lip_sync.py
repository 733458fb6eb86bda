"""Measure the lips of portraits under speech, music and song, for docs/evaluation.md: correlation,
lag, closures hit, closed in silence.

python -m scripts.lip_sync PORTRAIT ...; needs the weights that `avatar-serving evaluate` needs.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import typer

from avatar_serving.avatars import package
from avatar_serving.drawings.portrait import ENGINE as DRAWING
from avatar_serving.evaluation import lip_sync
from avatar_serving.evaluation.common import SENTENCE, TAIL_S
from avatar_serving.evaluation.drawn.evaluate import seen_aperture as drawn_aperture
from avatar_serving.evaluation.results import LipSync
from avatar_serving.evaluation.stand import Stand
from avatar_serving.evaluation.subject import from_portrait
from avatar_serving.faces import FaceFinder
from avatar_serving.flow import collect, last
from avatar_serving.media import AnimateRequest, AudioChunk, FaceFrame, Speech, SpeechRequest
from avatar_serving.stages.animate import AudioConfig, PhonesConfig
from avatar_serving.stages.base import Animate
from avatar_serving.stages.tts import HibariConfig
from scripts.sung import over_music, singing

SUNG_PACE = 0.7
"""Song is slower than speech."""


def main(portraits: list[Path]) -> None:
    """Print a table: one row for each portrait and kind of sound."""
    finder = FaceFinder()
    takes = {name: (speech, frames) for name, speech, frames in _takes()}
    print("| | " + " | ".join(takes) + " |\n|---|" + "---|" * len(takes))
    for path in portraits:
        made = from_portrait(path.stem, path.read_bytes()).package
        drawn = package.inspect(made).engine.name == DRAWING.name
        stand = Stand(package.load(made), finder)
        look = drawn_aperture if drawn else lip_sync.seen_aperture
        cells = [_cell(_judged(stand, look, *take)) for take in takes.values()]
        print(f"| {path.stem} | " + " | ".join(cells) + " |", flush=True)


def _takes() -> Iterator[tuple[str, Speech, list[FaceFrame]]]:
    """Kinds of sound, and the faces that engines make of them."""
    voice = HibariConfig().build()
    phones, heard = PhonesConfig().build(), AudioConfig().build()
    said = asyncio.run(last(voice.run(SpeechRequest(SENTENCE, "hibari"))))
    with singing():
        singer = HibariConfig().build()
    song = asyncio.run(last(singer.run(SpeechRequest(SENTENCE, "hibari", speed=SUNG_PACE))))
    sounds = {
        "spoken": (said, said.audio),
        "music 10 dB under it": (said, over_music(said.audio, 10.0)),
        "sung": (song, song.audio),
    }
    yield "`phones`, spoken", said, _animated(phones, said, said.audio, timed=True)
    for name, (speech, sound) in sounds.items():
        yield f"`audio`, {name}", speech, _animated(heard, speech, sound)


def _animated(
    engine: Animate, speech: Speech, sound: AudioChunk, timed: bool = False
) -> list[FaceFrame]:
    quiet = AudioChunk(bytes(2 * round(TAIL_S * sound.sample_rate)), sound.sample_rate)
    audio = AudioChunk(sound.pcm + quiet.pcm, sound.sample_rate)
    known = speech.phones if timed else ()
    return asyncio.run(collect(engine.run(AnimateRequest(audio.seconds, known, audio=audio))))


def _judged(stand: Stand, look: lip_sync.Look, speech: Speech, frames: list[FaceFrame]) -> LipSync:
    watching = lip_sync.watch(stand, frames, look)
    while True:
        try:
            next(watching)
        except StopIteration as done:
            return lip_sync.judge(speech, SENTENCE, done.value)


def _cell(found: LipSync) -> str:
    hits = round(found.closure_hits * found.closures)
    return (
        f"{found.correlation:.2f}, {found.lag_ms:.0f} ms, {hits} of {found.closures}, "
        f"{100 * found.closed_in_silence:.0f} %"
    )


if __name__ == "__main__":
    typer.run(main)
