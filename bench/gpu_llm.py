"""``python -m bench.gpu_llm MODEL``: how quickly a language model on vLLM answers many at once.

Prints rows for docs/benchmarks.md. MODEL is a name in the weights lock.
"""

import asyncio
import subprocess
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import typer

from avatar_serving.errors import AvatarError
from avatar_serving.media import ChatDelta, ChatRequest, Message, Tokens
from avatar_serving.stages.llm import VllmConfig
from bench.gpu_machine import measured_gpus

_SYSTEM = "You are Mira, a guide in a small museum. You answer in two short sentences. " * 12
_ROUNDS = 3
_ANSWER_TOKENS = 60
_TITLES = "| model | dtype | GPU | at once | first token p50 | p95 | tokens/s, all | GPU memory |"


@dataclass(frozen=True, slots=True)
class Answered:
    first_token_s: float
    tokens: int


async def answered(deltas: AsyncGenerator[ChatDelta, None]) -> Answered:
    began, first, tokens = time.perf_counter(), float("nan"), 0
    async with aclosing(deltas):
        async for delta in deltas:
            if isinstance(delta, str) and np.isnan(first):
                first = time.perf_counter() - began
            if isinstance(delta, Tokens):
                tokens = delta.answer
    return Answered(first, tokens)


def question(user: int, turn: int) -> ChatRequest:
    """Of one of many users: the beginning is shared by all, as a persona is."""
    asked = f"Visitor {user} asks for the {turn + 1}. time: what should I look at in room {user}?"
    messages = (Message("system", _SYSTEM), Message("user", asked))
    return ChatRequest(messages, _ANSWER_TOKENS, temperature=0.7, seed=user)


async def measure(config: VllmConfig, at_once: list[int], gpu: str) -> None:
    llm = await asyncio.to_thread(config.build)
    try:
        await llm.warm()
        print(_TITLES, "|---" * 8 + "|", sep="\n")
        for users in at_once:
            began = time.perf_counter()
            turns = [
                await asyncio.gather(*(answered(llm.run(question(u, turn))) for u in range(users)))
                for turn in range(_ROUNDS)
            ]
            took = time.perf_counter() - began
            print(row(config, gpu, [a for turn in turns for a in turn], users, took), flush=True)
    finally:
        llm.close()


def row(config: VllmConfig, gpu: str, answers: list[Answered], users: int, took_s: float) -> str:
    first = np.array([answer.first_token_s for answer in answers]) * 1000
    half, most = np.percentile(first, [50, 95])
    speed = sum(answer.tokens for answer in answers) / took_s
    cells = (config.model, config.dtype, gpu, str(users), f"{half:.0f} ms", f"{most:.0f} ms")
    return f"| {' | '.join(cells)} | {speed:.0f} | {used_memory()} |"


def used_memory() -> str:
    """As NVIDIA's tool sees it, of all processes; empty without it."""
    asked = ("nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader")
    try:
        done = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return ""
    return ", ".join(done.stdout.split("\n")).strip(", ")


def main(
    model: str,
    at_once: Annotated[list[int] | None, typer.Option(help="Users; may be repeated.")] = None,
    gpu_memory: float = 0.9,
    eager: bool = False,
    on_cpu: Annotated[bool, typer.Option(help="Try the program with vLLM's CPU build.")] = False,
) -> None:
    """Measure one model at several numbers of users."""
    gpus = measured_gpus(on_cpu)
    cpu = {"dtype": "float32", "cache_bytes": 128 << 20, "context": 1024} if on_cpu else {}
    config = VllmConfig.model_validate(
        {
            "model": model,
            "gpu_memory": gpu_memory,
            "eager": eager or on_cpu,
            "timeout_s": 120,
            **cpu,
        }
    )
    try:
        asyncio.run(measure(config, at_once or [1, 8, 32, 64], gpus[0].name if gpus else "none"))
    except AvatarError as error:
        raise SystemExit(error.message) from error


if __name__ == "__main__":
    typer.run(main)
