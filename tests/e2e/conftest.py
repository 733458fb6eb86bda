"""The real thing: profile cpu on Ray Serve, started once, as ``make up`` starts it."""

import io
import os
import subprocess
import sys
import time
import wave
from pathlib import Path

import httpx
import PIL.Image
import pytest
import skimage.data

from avatar_serving import weights
from avatar_serving.config import load_profile
from avatar_serving.errors import AvatarError
from deployments.ports import free_port

ROOT = Path(__file__).parents[2]
ARTEFACTS = ROOT / "out" / "e2e"
"""Screenshots and logs, kept for people to look at."""

RATE = 24_000


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    try:
        for name in load_profile("cpu").required_weights():
            weights.path(name)
    except AvatarError as error:
        pytest.skip(f"LOUD: the end-to-end tests need the model weights: {error}")
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    port = free_port()
    # Ports that this process chose for a Ray of its own are not for the service.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("RAY_")}
    environment = inherited | {
        "PORT": str(port),
        "PROFILE": "cpu",
        "AVATAR_DATA": str(tmp_path_factory.mktemp("data")),
    }
    with (ARTEFACTS / "service.log").open("w") as log:
        command = [sys.executable, "-m", "deployments.serve"]
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait(running, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        try:
            running.wait(60)
        except subprocess.TimeoutExpired:
            running.kill()


def _wait(running, url):
    for _ in range(360):
        assert running.poll() is None, (ARTEFACTS / "service.log").read_text()[-3000:]
        try:
            if httpx.get(url + "/readyz", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise AssertionError("the service was not ready in 3 minutes")


@pytest.fixture(scope="session")
def portrait(tmp_path_factory):
    path = tmp_path_factory.mktemp("photos") / "astronaut.jpg"
    PIL.Image.fromarray(skimage.data.astronaut()).save(path, quality=95)
    return path


def spoken(url, text, voice="am_michael"):
    """A question as somebody with another voice asks it: 24 kHz samples."""
    body = {"input": text, "voice": voice, "response_format": "pcm"}
    answer = httpx.post(url + "/v1/audio/speech", json=body, timeout=120)
    answer.raise_for_status()
    return answer.content


def silence(seconds):
    return b"\0\0" * round(seconds * RATE)


def wav(pcm):
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)
    return out.getvalue()
