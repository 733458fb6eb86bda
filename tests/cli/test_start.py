"""A command waits for no library that it has no use for: ``drain`` runs while a pod is ending."""

import subprocess
import sys

HEAVY = {"cv2", "numba", "ray", "scipy", "sqlalchemy", "torch"}
PROGRAM = "import sys, avatar_serving.cli; print(*sys.modules)"


def test_the_commands_are_known_without_what_they_work_with() -> None:
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())
