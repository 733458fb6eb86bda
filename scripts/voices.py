"""Measure every voice: how it sounds, and what a recogniser makes of what it says.

    python -m scripts.voices [VOICE ...]

Writes the measures that style tags are given by (stages/tts/voice_measures.json) and the tables of
docs/voices.md. Takes some ten minutes on two cores.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from avatar_serving.config import load_profile
from avatar_serving.flow import collect, last
from avatar_serving.media import AudioChunk, Speech, SpeechRequest, Utterance
from avatar_serving.samples import Samples, from_pcm, to_pcm
from avatar_serving.stages.base import Asr, Tts
from avatar_serving.stages.tts import Voice
from avatar_serving.stages.tts import voices as catalogue
from avatar_serving.stages.tts.styles import Measure

MEASURES = Path(catalogue.__file__).with_name("voice_measures.json")
PAGE = Path(__file__).parents[1] / "docs" / "voices.md"
SENTENCES = {
    "en": "The weather was lovely yesterday, so we walked along the river and talked about music.",
    "zh": "今天天气很好，请问下一班去机场的火车几点出发？",
    "mixed": "我昨天用 Python 写了一个小程序，下午去 coffee shop 见面吧。",
}
_RATE = 24_000
_WINDOW, _HOP = 1200, 240
_LOUD = 0.05
_VOICED = 0.6
_LAGS = (48, 400)
"""500 down to 60 Hz."""


def main() -> None:
    profile = load_profile("cpu")
    tts, asr = profile.tts.build(), profile.asr.build()
    measures, page = dict(catalogue.measures()), PAGE.read_text()
    rows = {row.split("`")[1]: row for row in page.splitlines() if row.startswith("| `")}
    known = {voice.id: voice for voice in profile.tts.voices()}
    for name in sys.argv[1:] or known:
        rows[name] = asyncio.run(_one(known[name], tts, asr, measures))
        print(rows[name], flush=True)
    kept = {name: asdict(found) for name, found in measures.items() if name in known}
    MEASURES.write_text(json.dumps(kept, indent=1) + "\n")
    PAGE.write_text(_between(page, "round trip", [rows[name] for name in known if name in rows]))
    print("measured")


async def _one(voice: Voice, tts: Tts, asr: Asr, measures: dict[str, Measure]) -> str:
    """Mandarin voices read all three sentences; of English ones, Mandarin is another's."""
    spoken, cells = dict[str, list[Speech]](), list[str]()
    for kind, text in SENTENCES.items():
        if kind == "en" or voice.language == "zh":
            spoken[kind] = await collect(tts.run(SpeechRequest(text, voice.id)))
            cells.append(f"{100 * await _round_trip(text, spoken[kind], asr):.0f}")
        else:
            cells.append("")
    measure = measured(f"{voice.language} {voice.gender}", spoken[voice.language])
    if not voice.base:
        measures[voice.id] = measure
    hertz = 100 * 2 ** (measure.pitch_st / 12)
    return (
        f"| `{voice.id}` | {voice.name} | {voice.language} | {hertz:.0f} | {measure.range_st:.1f} |"
        f" {measure.pace:.1f} | {measure.brightness_db:.0f} | {' | '.join(cells)} |"
    )


async def _round_trip(text: str, spoken: list[Speech], asr: Asr) -> float:
    """Part of the words (of the characters, where there are Chinese ones) that come back wrong."""
    sound = np.concatenate([from_pcm(part.audio.pcm) for part in spoken])
    silence = np.zeros(4800, np.float32)
    heard = resample_poly(np.concatenate([silence, sound, silence]), 2, 3)
    audio = AudioChunk(to_pcm(np.asarray(heard, np.float32)), 16_000)
    transcript = await last(asr.run(Utterance(audio)))
    return error_rate(units(transcript.text), units(text))


def units(text: str) -> list[str]:
    """Latin words and single Chinese characters, in lower case."""
    spaced = "".join(f" {c} " if c > "\u3400" else c for c in text.lower())
    return "".join(c if c.isalnum() else " " for c in spaced).split()


def error_rate(found: list[str], said: list[str]) -> float:
    """Units to change, add or leave out, for each one said."""
    row = list(range(len(said) + 1))
    for i, unit in enumerate(found, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(said, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (unit != other))
    return row[-1] / len(said)


def measured(group: str, speeches: list[Speech]) -> Measure:
    sound = np.concatenate([from_pcm(speech.audio.pcm) for speech in speeches])
    pitch = 12 * np.log2(np.array(list(_pitches(sound))) / 100)
    low, middle, high = np.percentile(pitch, [10, 50, 90])
    phones = sum(len(speech.phones) for speech in speeches)
    spoken_s = sum(p.end_s - p.start_s for speech in speeches for p in speech.phones)
    return Measure(
        group,
        round(float(middle), 2),
        round(float(high - low), 2),
        round(phones / spoken_s, 2),
        round(_brightness(sound), 2),
    )


def _pitches(sound: Samples) -> Iterator[float]:
    """Hertz of each voiced hop: the highest peak of the autocorrelation, freed of the window's."""
    window = np.hanning(_WINDOW)
    own = _autocorrelation(window)
    loud = float(np.abs(sound).max()) * _LOUD
    first, last_ = _LAGS
    for start in range(0, len(sound) - _WINDOW, _HOP):
        piece = sound[start : start + _WINDOW] * window
        if np.abs(piece).max() < loud:
            continue
        found = _autocorrelation(piece)
        likeness = found[:last_] / found[0] / (own[:last_] / own[0])
        lag = first + int(np.argmax(likeness[first:]))
        if likeness[lag] > _VOICED:
            yield _RATE / lag


def _autocorrelation(piece: np.ndarray) -> np.ndarray:
    return np.fft.irfft(np.abs(np.fft.rfft(piece, 4096)) ** 2)


def _brightness(sound: Samples) -> float:
    power = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / _RATE)
    high = power[(hertz > 2000) & (hertz < 8000)].sum()
    return float(10 * np.log10(high / power[(hertz > 80) & (hertz < 1000)].sum()))


def _between(page: str, name: str, rows: list[str]) -> str:
    """*page* with *rows* between its marks of that name."""
    head, _, rest = page.partition(f"<!-- begin {name} -->\n")
    _, _, tail = rest.partition(f"<!-- end {name} -->")
    return f"{head}<!-- begin {name} -->\n{_HEAD}{chr(10).join(rows)}\n<!-- end {name} -->{tail}"


_HEAD = (
    "| voice | name | language | pitch, Hz | range, st | phones / s | bright, dB |"
    " English WER | Mandarin CER | mixed |\n|---|---|---|---|---|---|---|---|---|---|\n"
)

if __name__ == "__main__":
    main()
