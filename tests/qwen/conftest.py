"""Tests by the environment ``qwen``: ``python -m scripts.environment qwen --test tests/qwen``.

In other environments, which have no qwen-tts, they are not collected.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

collect_ignore_glob = [] if find_spec("qwen_tts") else ["test_*.py"]
_HERE = Path(__file__).parent
_STAND_INS = str(_HERE / "stand_ins")

if find_spec("qwen_tts"):
    sys.path.insert(0, _STAND_INS)
    os.environ["PYTHONPATH"] = os.pathsep.join([_STAND_INS, os.environ.get("PYTHONPATH", "")])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The libraries warn of each other; ours are errors elsewhere."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))
