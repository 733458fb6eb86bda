"""The program of a job's pod: become the command that the only argument holds.

KubeRay writes the entrypoint of a RayJob into a script, and Ray gives what that makes of it to
another shell. Base64 means the same to both: an argument reaches the command as it was given.
"""

import base64
import json
import os
import sys
from collections.abc import Sequence


def entrypoint(command: Sequence[str]) -> str:
    packed = base64.urlsafe_b64encode(json.dumps(list(command)).encode()).decode()
    return f"python -m deployments.jobs.entry {packed}"


def main() -> None:
    command: list[str] = json.loads(base64.urlsafe_b64decode(sys.argv[1]))
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
