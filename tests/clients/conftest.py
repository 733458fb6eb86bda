"""Clients of other people, installed once beside the project, kept by what they are pinned to."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from avatar_serving.config import load_profile
from tests.deployments.serving import gateway

HERE = Path(__file__).parent
_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "avatar-serving/clients"
_INSTALL_S = 900


@pytest.fixture(scope="session")
def python():
    """A Python with openai-agents, pipecat and livekit; they do not agree with our own pins."""
    home = _home("python", HERE / "requirements.txt")
    if not (home / "ready").exists():
        venv.create(home, with_pip=True, clear=True)
        pip = [home / "bin/python", "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt"]
        _install(pip, home)
    return home / "bin/python"


@pytest.fixture(scope="session")
def node():
    """A folder with the JavaScript clients and our programs for them."""
    if shutil.which("npm") is None:
        pytest.skip("LOUD: no npm on this machine: the JavaScript clients are not tested")
    home = _home("js", HERE / "js/package-lock.json")
    if not (home / "ready").exists():
        home.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "js" / name, home)
        _install(["npm", "ci", "--no-audit", "--no-fund", "--silent", "--prefix", home], home)
    for program in (HERE / "js").glob("*.mjs"):
        shutil.copy(program, home)
    return home


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """A gateway with tiny engines: every user asks for the tool ``get_time``."""
    with gateway(tmp_path_factory.mktemp("data"), _profile()) as (_, url):
        yield url


@pytest.fixture(scope="session")
def secured(tmp_path_factory):
    """The same over TLS, with the certificate to trust."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
               "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
               "-keyout", folder / "key", "-out", folder / "certificate"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "key").read_bytes() + (folder / "certificate").read_bytes())
    with gateway(folder / "data", _profile(), certificate=str(both)) as (_, url):
        yield url, folder / "certificate"


def _profile():
    profile = load_profile("test")
    asr = profile.asr.model_copy(update={"text": "What is get_time now"})
    return profile.model_copy(update={"asr": asr})


def _home(kind, pins):
    digest = hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()[:16]
    return _CACHE / f"{kind}-{digest}"


def _install(command, home):
    done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_S)
    if done.returncode:
        pytest.skip(f"LOUD: the clients cannot be installed: {done.stderr[-500:]}")
    (home / "ready").touch()
