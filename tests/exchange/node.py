"""Runs what others wrote in JavaScript on what is exported here."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

WEB = Path(__file__).parents[2] / "web"
NEEDED = ("gltf-validator", "three", "@spz-loader/core")

needs_node = pytest.mark.skipif(
    shutil.which("node") is None
    or not all((WEB / "node_modules" / name).exists() for name in NEEDED),
    reason="LOUD: node, or the packages of web/package.json, are not installed",
)


def told(script: str, *arguments: Path) -> Any:
    """The JSON that web/tests/interop/*script* prints."""
    command = ["node", f"tests/interop/{script}", *map(str, arguments)]
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])
