"""``avatar-serving serve``: become the service."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

Host = Annotated[str | None, typer.Option(help="HOST; 127.0.0.1 unless set. Address to listen on.")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="PORT; 8000 unless set.")]
ProfileName = Annotated[
    str | None, typer.Option(help="PROFILE; cpu unless set. A profile's name, or a YAML file.")
]
Data = Annotated[
    Path | None, typer.Option(help="AVATAR_DATA; ./data unless set. Where avatars are kept.")
]


def serve(
    profile: ProfileName = None, host: Host = None, port: Port = None, data: Data = None
) -> None:
    """Serve a profile at http://localhost:8000 until stopped.

    An option not given is taken from the environment variable that its help names.
    """
    given = {"PROFILE": profile, "HOST": host, "PORT": port, "AVATAR_DATA": data}
    changes = {name: str(value) for name, value in given.items() if value is not None}
    # The service is the layer above, which nothing here may import: this process turns into it.
    command = [sys.executable, "-m", "deployments.serve"]
    os.execve(command[0], command, os.environ | changes)
