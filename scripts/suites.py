"""``python -m scripts.suites``: all checks and tests, two suites at a time.

Half of them compute, and half of them wait for replicas, pages and clusters that start, so two
lanes side by side keep two cores busy. Whatever starts Ray is in one lane: only one cluster runs
at a time. What talks in real time with real models has the machine for itself, at the end. Tests
that failed are run once more after that, alone, and what they said the first time is shown.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PYTHON = sys.executable
STARTS = "serve or browser or clients"
"""Marks of the tests that start clusters, browsers or programs of other people."""
LIVE = "tests/e2e"
QWEN = "tests/qwen/test_speaker.py"
"""The rest of that folder loads the model anew for each process, and is run by hand."""


@dataclass(frozen=True, slots=True)
class Suite:
    name: str
    command: Sequence[str]
    folder: Path = ROOT
    again: Sequence[str] = ()
    """Runs what failed once more; empty: a failure is final."""


@dataclass(frozen=True, slots=True)
class Outcome:
    suite: Suite
    passed: bool
    seconds: float


def checked(name: str, home: Path, *chosen: str) -> Suite:
    """Tests of this environment, whose failures are remembered in *home*."""
    remembered = f"cache_dir={home / name}"
    command = (_PYTHON, "-m", "pytest", "-q", "-rs", "-o", remembered, *chosen)
    return Suite(name, command, again=(*command, "--last-failed", "--last-failed-no-failures=none"))


def computing(home: Path) -> list[Suite]:
    return [
        Suite("types", (str(Path(_PYTHON).with_name("pyright")),)),
        Suite("web", ("npm", "test", "--silent"), ROOT / "web"),
        checked("computing", home, "-m", f"not ({STARTS})", f"--ignore={LIVE}"),
        Suite("torch", (_PYTHON, "-m", "scripts.environment", "torch", "--test", "tests/torch")),
    ]


def waiting(home: Path) -> list[Suite]:
    return [
        checked("starting", home, "-m", STARTS, f"--ignore={LIVE}"),
        Suite("vllm", (_PYTHON, "-m", "scripts.environment", "vllm", "--test", "tests/vllm")),
        Suite("qwen", (_PYTHON, "-m", "scripts.environment", "qwen", "--test", QWEN)),
    ]


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
    outcome = Outcome(suite, done.returncode == 0, time.monotonic() - began)
    print(f"{done.stdout}== {said(outcome)}\n", flush=True)
    return outcome


def said(outcome: Outcome) -> str:
    how = "passed" if outcome.passed else "FAILED"
    return f"{outcome.suite.name} {how} in {outcome.seconds:.0f} s"


def run_lane(lane: Sequence[Suite]) -> list[Outcome]:
    """One after the other, to the last, whatever fails."""
    return [run(suite) for suite in lane]


def run_all(side_by_side: Sequence[Sequence[Suite]], alone: Sequence[Suite]) -> list[Outcome]:
    """What failed stands in the list a second time, as it went when it was tried once more."""
    with ThreadPoolExecutor(len(side_by_side)) as lanes:
        first = [outcome for lane in lanes.map(run_lane, side_by_side) for outcome in lane]
    first += run_lane(alone)
    again = [
        replace(one.suite, name=_once_more(one.suite), command=one.suite.again, again=())
        for one in first
        if one.suite.again and not one.passed
    ]
    return first + run_lane(again)


def _once_more(suite: Suite) -> str:
    return f"{suite.name}, once more"


def passed(outcomes: Sequence[Outcome]) -> bool:
    """Whether everything has, at the last try."""
    retried = {outcome.suite.name for outcome in outcomes}
    return all(one.passed or _once_more(one.suite) in retried for one in outcomes)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        outcomes = run_all((computing(home), waiting(home)), [checked("live", home, LIVE)])
    print("\n".join(map(said, outcomes)))
    return 0 if passed(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
