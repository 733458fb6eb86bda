"""Who gives way to whom: what each kind of sound should lead to, and what it led to."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from rich.console import Console
from rich.table import Table

from avatar_serving.client import Answer, RealtimeClient, Rest, Where, ask, open_session
from bench.figures import Figure, Target, figure
from bench.questions import AT_LENGTH, LONG, QUESTIONS

Outcome = Literal["answered", "cut short", "silent", "interrupted", "went on", "stopped"]
_RATE = 24_000
_RIGHT = Target(">= 90 %", p50=90, least=True)
_SETTLED_S = 7.0
_LOOK_S = 0.05
_PIECE_S = 0.1
_PIECE = round(_PIECE_S * _RATE)
_ECHO_S = 6.0
_LISTEN_S = 1.5
_HALVES = (
    ("I would like to", "order a pizza with mushrooms."),
    ("Can you tell me the", "name of the tallest mountain?"),
    ("My sister and", "her husband are coming on Friday."),
    ("I was thinking about", "buying a new bicycle."),
)
_INTERRUPTIONS = ("Stop, that is enough.", "Wait, what is the time?", "No, talk about mountains.")
_BACKCHANNELS = ("Mm-hmm.", "Okay.", "I see.", "Right.", "Yeah.")


@dataclass(frozen=True, slots=True)
class Case:
    kind: str
    wanted: Outcome
    got: Outcome


async def _turn(client: RealtimeClient, pcm: bytes) -> Outcome:
    """Said while the avatar is silent."""
    known = len(client.diary.answers)
    uttered = client.microphone.say(pcm)
    await _until(uttered.ended_s + _SETTLED_S, lambda: _sounds(client, known))
    begun = _sounds(client, known)
    if not begun:
        return "silent"
    first_s = begun[0].playout.first_audible_s()
    early = first_s is not None and first_s < uttered.ended_s
    await _quiet(client)
    return "cut short" if early else "answered"


async def _over(client: RealtimeClient, long: bytes, pcm: bytes) -> Outcome:
    """Said while the avatar talks."""
    await ask(client, LONG, long, leave_after_s=_LISTEN_S)
    known, silenced = len(client.diary.answers), len(client.diary.silenced)
    uttered = client.microphone.say(pcm)
    await _until(uttered.ended_s + _SETTLED_S, lambda: bool(_sounds(client, known)))
    return await _effect(client, known, silenced)


async def _echo(client: RealtimeClient, long: bytes) -> Outcome:
    """The microphone hears what the avatar says, at a third of its loudness, as long as it says
    anything: no echo is cancelled."""
    await ask(client, LONG, long, leave_after_s=_LISTEN_S)
    known, silenced = len(client.diary.answers), len(client.diary.silenced)
    for _ in range(round(_ECHO_S / _PIECE_S)):
        if (answer := client.playing()) is not None:
            at = round(answer.playout.position_s(time.monotonic()) * _RATE)
            piece = np.frombuffer(bytes(answer.playout.pcm), "<i2")[at : at + _PIECE]
            client.microphone.hear((piece // 3).astype("<i2").tobytes())
        await asyncio.sleep(_PIECE_S)
    return await _effect(client, known, silenced)


async def _effect(client: RealtimeClient, known: int, silenced: int) -> Outcome:
    """What a sound did to the answer that it was heard over."""
    await _quiet(client)
    if len(client.diary.silenced) == silenced:
        return "went on"
    begun = _sounds(client, known)
    if not begun:
        return "stopped"
    # An answer that goes on asks no language model.
    asked = any("llm_first_token" in answer.timings_ms for answer in begun)
    return "interrupted" if asked else "went on"


def _sounds(client: RealtimeClient, known: int) -> list[Answer]:
    return [a for a in client.diary.answers[known:] if a.playout.first_audible_s() is not None]


async def _until(at_s: float, ready: Callable[[], object]) -> None:
    left_s = at_s - time.monotonic()
    for _ in range(round(left_s / _LOOK_S)):
        if ready():
            return
        await asyncio.sleep(_LOOK_S)


async def _quiet(client: RealtimeClient) -> None:
    """Wait until the avatar has said everything."""
    still = 0
    while still < 10:
        still = still + 1 if client.playing() is None else 0
        await asyncio.sleep(0.1)


def turn_taking(rest: Rest, where: Where, voice: str) -> tuple[list[Figure], list[Case]]:
    """Play every kind of sound to a session of its own."""
    cases = asyncio.run(_play(rest, where, voice))
    right = [100.0 * (case.got == case.wanted) for case in cases]
    share = sum(right) / len(right)
    return [
        figure("turn taking, as it should be", "%", _RIGHT, [share], f"{len(cases)} cases")
    ], cases


async def _play(rest: Rest, where: Where, voice: str) -> list[Case]:
    def speech(text: str) -> bytes:
        return rest.speech(text, voice)

    long = speech(LONG)
    cases = list[Case]()

    async def session(kind: str, wanted: Outcome, *plays: Play) -> None:
        async with open_session(where) as client:
            await client.send(
                "session.update", session={"type": "realtime", "instructions": AT_LENGTH}
            )
            for play in plays:
                await asyncio.sleep(0.7)
                cases.append(Case(kind, wanted, await play(client)))

    def alone(pcm: bytes) -> Play:
        return lambda client: _turn(client, pcm)

    async def echo(client: RealtimeClient) -> Outcome:
        return await _echo(client, long)

    def over(pcm: bytes) -> Play:
        return lambda client: _over(client, long, pcm)

    halves = [speech(a) + _silence(0.6) + speech(b) for a, b in _HALVES]
    noises = [_noise(seed, 0.8) for seed in range(3)] + [_taps(1.5), _music(2.5)]
    await session("a whole sentence", "answered", *(alone(speech(q)) for q in QUESTIONS[:6]))
    await session("a sentence with a pause", "answered", *(alone(pcm) for pcm in halves))
    await session("noise, taps, music", "silent", *(alone(pcm) for pcm in noises))
    await session("words over an answer", "interrupted",
                  *(over(speech(text)) for text in _INTERRUPTIONS))  # fmt: skip
    await session('"mm-hm" over an answer', "went on",
                  *(over(speech(text)) for text in _BACKCHANNELS))  # fmt: skip
    await session("noise over an answer", "went on", *(over(pcm) for pcm in noises))
    await session("the avatar's own echo", "went on", *([echo] * 4))
    return cases


Play = Callable[[RealtimeClient], Awaitable[Outcome]]


def _silence(seconds: float) -> bytes:
    return b"\0\0" * round(seconds * _RATE)


def _pcm(samples: np.ndarray) -> bytes:
    return np.clip(samples, -32768, 32767).astype("<i2").tobytes()


def _noise(seed: int, seconds: float) -> bytes:
    return _pcm(np.random.default_rng(seed).normal(0, 1500, round(seconds * _RATE)))


def _taps(seconds: float) -> bytes:
    """Fingers on a table, four a second."""
    samples = np.zeros(round(seconds * _RATE))
    tap = np.random.default_rng(9).normal(0, 9000, 240) * np.exp(-np.arange(240) / 40)
    for at in range(0, len(samples) - 240, _RATE // 4):
        samples[at : at + 240] += tap
    return _pcm(samples)


def _music(seconds: float) -> bytes:
    """Chords of a piano-like tone."""
    t = np.arange(round(seconds * _RATE)) / _RATE
    chords = ((262, 330, 392), (294, 370, 440), (247, 311, 370))
    beat = (t / 0.5).astype(int) % len(chords)
    decay = np.exp(-3 * (t % 0.5))
    tone = np.zeros_like(t)
    for i, chord in enumerate(chords):
        for pitch in chord:
            for overtone in (1, 2, 3):
                tone += (beat == i) * np.sin(2 * np.pi * pitch * overtone * t) / overtone
    return _pcm(1500 * decay * tone)


def show_cases(cases: list[Case], console: Console) -> None:
    """A confusion table: what was played against what came of it."""
    outcomes = list(dict.fromkeys([c.wanted for c in cases] + [c.got for c in cases]))
    table = Table(title="turn taking: what each sound led to")
    table.add_column("sound")
    table.add_column("should")
    for outcome in outcomes:
        table.add_column(outcome, justify="right")
    for kind in dict.fromkeys(case.kind for case in cases):
        own = [case for case in cases if case.kind == kind]
        counts = Counter(case.got for case in own)
        cells = [str(counts[outcome] or "") for outcome in outcomes]
        table.add_row(kind, own[0].wanted, *cells)
    console.print(table)


def write_cases(path: Path, cases: list[Case]) -> None:
    """Add the table to the benchmark's JSON."""
    body = json.loads(path.read_text())
    body["turn_taking"] = [
        {"kind": case.kind, "wanted": case.wanted, "got": case.got} for case in cases
    ]
    path.write_text(json.dumps(body, indent=2) + "\n")
