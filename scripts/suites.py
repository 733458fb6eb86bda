"""``python -m scripts.suites``: all checks and tests, two suites at a time.

Half of them compute, and half of them wait for replicas, pages and clusters that start, so two
lanes side by side keep two cores busy. Whatever starts Ray is in one lane: only one cluster runs
at a time. What talks in real time with real models has the machine for itself, at the end.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PYTHON = sys.executable
_PYTEST = (_PYTHON, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider")
STARTS = "serve or browser or clients"
"""Marks of the tests that start clusters, browsers or programs of other people."""
LIVE = "tests/e2e"


@dataclass(frozen=True, slots=True)
class Suite:
    name: str
    command: Sequence[str]
    folder: Path = ROOT


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    passed: bool
    seconds: float


COMPUTING = (
    Suite("types", (str(Path(_PYTHON).with_name("pyright")),)),
    Suite("web", ("npm", "test", "--silent"), ROOT / "web"),
    Suite("computing", (*_PYTEST, "-m", f"not ({STARTS})", f"--ignore={LIVE}")),
    Suite("torch", (_PYTHON, "-m", "scripts.environment", "torch", "--test", "tests/torch")),
)
WAITING = (
    Suite("starting", (*_PYTEST, "-m", STARTS, f"--ignore={LIVE}")),
    Suite("vllm", (_PYTHON, "-m", "scripts.environment", "vllm", "--test", "tests/vllm")),
)
ALONE = (Suite("live", (*_PYTEST, LIVE)),)


def run(suite: Suite) -> Outcome:
    """Its output is printed whole, when it ends: two at a time would be mixed up."""
    print(f"== {suite.name} begins", flush=True)
    began = time.monotonic()
    done = subprocess.run(
        suite.command,
        cwd=suite.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    outcome = Outcome(suite.name, done.returncode == 0, time.monotonic() - began)
    print(f"{done.stdout}== {said(outcome)}\n", flush=True)
    return outcome


def said(outcome: Outcome) -> str:
    return f"{outcome.name} {'passed' if outcome.passed else 'FAILED'} in {outcome.seconds:.0f} s"


def run_lane(lane: Sequence[Suite]) -> list[Outcome]:
    """One after the other, to the last, whatever fails."""
    return [run(suite) for suite in lane]


def run_all(side_by_side: Sequence[Sequence[Suite]], alone: Sequence[Suite]) -> list[Outcome]:
    with ThreadPoolExecutor(len(side_by_side)) as lanes:
        together = [outcome for lane in lanes.map(run_lane, side_by_side) for outcome in lane]
    return together + run_lane(alone)


def main() -> int:
    outcomes = run_all((COMPUTING, WAITING), ALONE)
    print("\n".join(map(said, outcomes)))
    return 0 if all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
