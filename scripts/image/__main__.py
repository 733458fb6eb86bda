"""``python -m scripts.image``: build it, start it, talk to it; prints how long each took."""

import argparse
import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import httpx

from avatar_serving.client import Rest, Where, ask, open_session
from deployments.ports import free_port
from scripts.image import bases
from scripts.image.bases import Buildah
from scripts.image.pod import Pod, command_of, running

ROOT = Path(__file__).parents[2]
IMAGE = "localhost/avatar-serving:built-here"
_TOOLS = ("buildah", "mmdebstrap", "npm", "unshare", "setpriv")
_READY_S = 300.0
T = TypeVar("T")


def main() -> int:
    options = _options()
    missing = [name for name in _TOOLS if shutil.which(name) is None]
    if missing or os.geteuid():
        print(f"no image was built: missing {', '.join([*missing, 'root'])}", file=sys.stderr)
        return 1
    options.work.mkdir(parents=True, exist_ok=True)
    buildah = Buildah(options.work.resolve())
    _timed("base images", lambda: bases.make(buildah))
    if not options.as_built:
        _timed("image", lambda: bases.build(buildah, ROOT, IMAGE))
    log = options.work / "service.log"
    command = [*command_of(buildah, IMAGE), "--profile", options.profile]
    port = free_port()
    command += ["--host", "127.0.0.1", "--port", str(port)]
    try:
        with running(buildah, IMAGE, command, options.weights, log) as pod:
            print(f"packages in the SBOM: {_components(pod.root)}")
            url = f"http://127.0.0.1:{port}"
            _timed("start to ready", lambda: _wait(url, pod))
            _look(url)
            _timed("a spoken turn", lambda: asyncio.run(_talk(url, options.profile)))
    except Exception:
        print(log.read_text(errors="replace")[-4000:], file=sys.stderr)
        raise
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.image", description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / "out/image", help="storage; 3 GB")
    parser.add_argument("--profile", default="test", help="test needs no weights")
    parser.add_argument("--weights", type=Path, help="a copy of AVATAR_CACHE, owned by user 1000")
    parser.add_argument("--as-built", action="store_true", help="use the image of the last time")
    return parser.parse_args()


def _timed(what: str, work: Callable[[], T]) -> T:
    began = time.monotonic()
    result = work()
    print(f"{what}: {time.monotonic() - began:.0f} s", flush=True)
    return result


def _components(root: Path) -> int:
    found = json.loads((root / "usr/share/sbom/python.cdx.json").read_text())["components"]
    names = {component["name"] for component in found}
    assert {"ray", "onnxruntime", "kubernetes"} <= names, "the SBOM lacks what is installed"
    return len(names)


def _wait(url: str, pod: Pod) -> None:
    ends = time.monotonic() + _READY_S
    while time.monotonic() < ends:
        pod.check()
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise TimeoutError(f"not ready within {_READY_S:.0f} s")


def _look(url: str) -> None:
    page = httpx.get(url, timeout=10)
    assert page.status_code == 200 and "<script" in page.text, "the web client is not in the image"


async def _talk(url: str, profile: str) -> None:
    said = "Hello there."
    with Rest(url) as rest:
        pcm = rest.speech(said, "tone" if profile == "test" else "")
    async with open_session(Where(url)) as session:
        turn = await ask(session, said, pcm, timeout_s=120)
    assert turn.answer.status == "completed", turn.answer.status
    print(f"heard {turn.heard!r}, answered {turn.answer.transcript!r}")


if __name__ == "__main__":
    sys.exit(main())
