"""Latency of a spoken conversation with the real models, one session at a time."""

import asyncio

from avatar_serving.client import Rest, Turn, Where, ask, open_session
from bench.figures import Figure, Target, figure
from bench.questions import AT_LENGTH, LONG, QUESTIONS, STOP

_LISTEN_S = 2.0
_PAUSE_S = 1.0

_VOICE = Target("p50 <= 1200, p95 <= 2000 ms", p50=1200, p95=2000)
_BARGE = Target("p95 <= 250 ms", p95=250)
_DRIFT = Target("p95 <= 20 ms", p95=20)
_UNDERRUNS = Target("none", p95=0)


def conversation(
    rest: Rest, where: Where, voices: list[str], turns: int, interruptions: int
) -> list[Figure]:
    """Hold *turns* turns, their users' voices in turn, then speak over *interruptions* answers."""
    asked = [(QUESTIONS[i % len(QUESTIONS)], voices[i % len(voices)]) for i in range(turns)]
    said = [(text, rest.speech(text, voice)) for text, voice in asked]
    over = (rest.speech(LONG, voices[0]), rest.speech(STOP, voices[0]))
    quiet, cut = asyncio.run(_hold(where, said, over, interruptions))
    every = quiet + cut
    late = [ms for turn in every for ms in turn.answer.lateness_ms()]
    drift = [turn.answer.drift_ms() for turn in quiet]
    silenced = [turn.silenced_ms for turn in cut if turn.silenced_ms is not None]
    figures = [
        figure("voice to voice, one session", "ms", _VOICE, [t.voice_to_voice_ms for t in quiet],
               "last audible sample said to first audible sample heard, at the client"),
        figure("motion behind sound, a frame", "ms", _DRIFT, late),
        figure("motion against sound at the end", "ms", _DRIFT, drift),
        figure("underruns, an answer", "", _UNDERRUNS,
               [float(len(t.answer.playout.underruns)) for t in quiet]),
    ]  # fmt: skip
    if silenced:
        figures.insert(1, figure("barge-in to silence", "ms", _BARGE, silenced))
    return figures + _steps(quiet)


def _steps(turns: list[Turn]) -> list[Figure]:
    """The server's own times of each step, in order of time."""
    times: dict[str, list[float]] = {}
    for turn in turns:
        for name, ms in turn.answer.timings_ms.items():
            if ms is not None:
                times.setdefault(name, []).append(ms)
    steps = [figure(f"  {name}", "ms", Target(""), values) for name, values in times.items()]
    return sorted(steps, key=lambda step: step.p50)


async def _hold(
    where: Where, said: list[tuple[str, bytes]], over: tuple[bytes, bytes], interruptions: int
) -> tuple[list[Turn], list[Turn]]:
    async with open_session(where) as client:
        quiet, cut = list[Turn](), list[Turn]()
        for text, pcm in said:
            await asyncio.sleep(_PAUSE_S)
            quiet.append(await ask(client, text, pcm))
        session = {"type": "realtime", "instructions": AT_LENGTH}
        await client.send("session.update", session=session)
        for _ in range(interruptions):
            await asyncio.sleep(_PAUSE_S)
            await ask(client, LONG, over[0], leave_after_s=_LISTEN_S)
            cut.append(await ask(client, STOP, over[1]))
        return quiet, cut
