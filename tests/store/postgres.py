"""A PostgreSQL of one's own, from Debian's package: on a socket and a port of this machine."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from deployments.ports import free_port

_FOLDERS = (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/bin"))
_SETTINGS = ("fsync=off", "max_connections=200", "log_min_messages=fatal")


class Postgres:
    """Started and stopped at will. Never as root: PostgreSQL refuses that."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"postgresql://avatar:secret@127.0.0.1:{self.port}/avatar"
        self._folder = folder
        self._user = {"user": "postgres"} if os.getuid() == 0 else {}
        if self._user:
            entry = pwd.getpwnam("postgres")
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        self._bin = binaries()

    def make(self) -> None:
        passwords = self._folder / "password"
        passwords.write_text("secret")
        passwords.chmod(0o644)
        self._run("initdb", "-D", self._data, "-U", "avatar", "-A", "scram-sha-256",
                  f"--pwfile={passwords}", "--no-sync")  # fmt: skip

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k {self._folder} " + " ".join(
            f"-c {setting}" for setting in _SETTINGS
        )
        self._run("pg_ctl", "-D", self._data, "-w", "-l", f"{self._folder}/log", "-o", options,
                  "start")  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    def database(self, name: str) -> str:
        """The URL of a new database."""
        env = {**os.environ, "PGPASSWORD": "secret"}
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "avatar", name,
                  env=env)  # fmt: skip
        return self.url.removesuffix("avatar") + name

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _run(self, command: str, *arguments: str, env: dict[str, str] | None = None) -> None:
        given: dict[str, Any] = dict(self._user)
        # A server that pg_ctl starts keeps its output open: a pipe would never end.
        done = subprocess.run(
            [self._bin / command, *arguments], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd=self._folder, env=env, timeout=60, **given,
        )  # fmt: skip
        assert done.returncode == 0, f"{command} failed"


def binaries() -> Path:
    """Where PostgreSQL is. Skips the test where it is not: loudly, in the summary."""
    found = next((folder for folder in _FOLDERS if (folder / "pg_ctl").exists()), None)
    if found is None:
        pytest.skip("PostgreSQL is not installed: scripts/apt.sh brings it")
    return found


@contextmanager
def postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="avatar-pg-"))
    folder.chmod(0o755)
    server = Postgres(folder)
    try:
        server.make()
        server.start()
        yield server
    finally:
        try:
            server.stop("immediate")
        except (AssertionError, OSError):
            time.sleep(0.1)
        shutil.rmtree(folder, ignore_errors=True)
