"""``python -m bench.gpu``: every figure of a GPU that this machine can give, in one file.

Splats, the networks of the engines at full size (random weights), and each language model of the
profile ``gpu`` whose weights are here. A part that cannot run says why; each has a process of its
own, so that memory is given back, and a share of 25 minutes.
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from avatar_serving.config import load_profile
from avatar_serving.doctor.gpu_models import vllm_models
from avatar_serving.weights.library import library

_LAST_LINES = 3


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    module: str
    arguments: tuple[str, ...]
    limit_s: float


def parts(on_cpu: bool) -> Iterator[Part]:
    tried = ("--on-cpu", "--calls", "1") if on_cpu else ()
    few = ("--at-once", "2", "--across", "12") if on_cpu else ("--across", "50")
    yield Part("Splats", "bench.gpu_splats", (*few, *tried), 360)
    yield Part("Networks", "bench.gpu_networks", tried, 360)
    shelf = library()
    for model in vllm_models(load_profile("gpu")):
        present = shelf.state(shelf.get(model.weight)) == "present"
        if model.stage == "llm" and present and not on_cpu:
            yield Part(f"Language model {model.weight}", "bench.gpu_llm", (model.weight,), 600)


def measured(part: Part) -> str:
    """Its table, or why there is none."""
    command = (sys.executable, "-m", part.module, *part.arguments)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=part.limit_s
        )
    except subprocess.TimeoutExpired as error:
        told = error.stdout or b""
        printed = told if isinstance(told, str) else told.decode(errors="replace")
        return f"{_table(printed)}\n\nStopped after {part.limit_s:.0f} s."
    if done.returncode == 0:
        return _table(done.stdout)
    why = " ".join(done.stderr.strip().splitlines()[-_LAST_LINES:])
    return f"{_table(done.stdout)}\n\nNot measured further: {why}"


def _table(printed: str) -> str:
    return "\n".join(line for line in printed.splitlines() if line.startswith("|"))


def main(
    out: Annotated[Path, typer.Option(help="Where the tables are written.")] = Path("out/gpu.md"),
    on_cpu: Annotated[bool, typer.Option(help="Try the program itself, in small.")] = False,
) -> None:
    """Measure everything, and write tables for docs/benchmarks.md."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("")
    for part in parts(on_cpu):
        told = f"### {part.title}\n\n{measured(part)}\n\n"
        print(told, flush=True)
        with out.open("a") as file:
            file.write(told)


if __name__ == "__main__":
    typer.run(main)
