"""``python -m scripts.environment torch`` prints the environment's python, made if need be.

``python -m scripts.environment torch --test tests/torch`` runs tests by it. Where it cannot be made
(no network, no room) the tests are skipped, and that is said.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

from scripts.environment.build import EnvironmentFailed, python_of
from scripts.environment.recipes import RECIPES, ROOT


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts.environment", description=__doc__)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--test", nargs="+", default=[], help="folders of tests to run by it")
    chosen = parser.parse_args(arguments)
    try:
        python = python_of(RECIPES[chosen.name])
    except EnvironmentFailed as error:
        return _skipped(chosen.test, error)
    if not chosen.test:
        print(python)
        return 0
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen.test]
    return subprocess.run(command, cwd=ROOT, env=_environment(), check=False).returncode


def _skipped(tests: Sequence[str], error: EnvironmentFailed) -> int:
    print(f"\n{'!' * 80}\n{error}", file=sys.stderr)
    if not tests:
        return 1
    print(f"LOUD: SKIPPED, no environment for them: {' '.join(tests)}\n{'!' * 80}")
    return 0


def _environment() -> dict[str, str]:
    quiet = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    quiet["VLLM_CPU_OMP_THREADS_BIND"] = "nobind"  # the cores are shared
    return {**os.environ, **quiet, "PYTHONPATH": str(ROOT)}


if __name__ == "__main__":
    sys.exit(main())
