"""Latency of a spoken conversation with the real models, one session at a time."""

import asyncio

from avatar_serving.client import Rest, Turn, Where, ask, open_session
from bench.figures import Figure, Target, figure

QUESTIONS = (
    "Hello, who are you?",
    "What is the capital of France?",
    "What do you like most about your work?",
    "How far away is the Moon?",
    "Can you recommend a good book?",
    "Which planet is the largest in our solar system?",
)
_LONG = "Please tell me everything that you know about the sea."
_STOP = "Wait, stop. What is the time?"
_LISTEN_S = 2.0
_PAUSE_S = 1.0

_VOICE = Target("p50 <= 1200, p95 <= 2000 ms", p50=1200, p95=2000)
_BARGE = Target("p95 <= 250 ms", p95=250)
_DRIFT = Target("p95 <= 20 ms", p95=20)
_UNDERRUNS = Target("none", p95=0)


def conversation(
    rest: Rest, where: Where, voice: str, turns: int, interruptions: int
) -> list[Figure]:
    """Hold *turns* turns, then speak over *interruptions* answers."""
    spoken = {text: rest.speech(text, voice) for text in (*QUESTIONS, _LONG, _STOP)}
    quiet, cut = asyncio.run(_hold(where, spoken, turns, interruptions))
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
    where: Where, spoken: dict[str, bytes], turns: int, interruptions: int
) -> tuple[list[Turn], list[Turn]]:
    async with open_session(where) as client:
        quiet, cut = list[Turn](), list[Turn]()
        for i in range(turns):
            await asyncio.sleep(_PAUSE_S)
            text = QUESTIONS[i % len(QUESTIONS)]
            quiet.append(await ask(client, text, spoken[text]))
        for _ in range(interruptions):
            await asyncio.sleep(_PAUSE_S)
            await ask(client, _LONG, spoken[_LONG], leave_after_s=_LISTEN_S)
            cut.append(await ask(client, _STOP, spoken[_STOP]))
        return quiet, cut
