"""What the pages say is what the code does: options, events, errors, metrics, commands, links."""

import re
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from fastapi.routing import APIRoute, APIWebSocketRoute

import avatar_serving.client
from avatar_serving.config import Profile
from avatar_serving.errors import AvatarError, WrongState
from avatar_serving.media import ARKIT
from avatar_serving.protocol.client import CLIENT_EVENTS
from avatar_serving.protocol.server import SERVER_EVENTS
from deployments.gateway import ROUTES
from scripts import options
from tests.deployments.serving import gateway

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "web" / "README.md"])
PICTURES = ("studio.png", "chat.png", "sheet.jpg")
CODE_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CODE_SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def page(name: str) -> str:
    return (ROOT / name).read_text()


def blocks(text: str, language: str) -> list[str]:
    return [body for tongue, body in CODE_BLOCK.findall(text) if tongue == language]


def spans(text: str) -> set[str]:
    return set(CODE_SPAN.findall(CODE_BLOCK.sub("", text)))


def sources(*folders: str) -> Iterator[str]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.read_text()


def test_the_options_page_is_up_to_date():
    text = page("docs/options.md")
    assert options.written(text) == text, "run: python -m scripts.options"


def test_every_option_says_what_it_means():
    empty = [
        line
        for table in options.tables().values()
        for line in table.splitlines()
        if line.startswith("| `") and line.endswith("|  |")
    ]
    assert not empty


def test_the_profile_on_the_options_page_is_valid():
    profiles = blocks(page("docs/options.md"), "yaml")
    assert profiles
    for text in profiles:
        Profile.model_validate(yaml.safe_load(text))


def test_every_event_is_on_the_protocol_page():
    events = {*CLIENT_EVENTS, *SERVER_EVENTS}
    assert len(events) > 40
    assert not events - spans(page("docs/protocol.md"))


def test_every_action_is_on_its_page():
    assert not set(ARKIT) - spans(page("docs/actions.md"))
    assert (DOCS / "pictures" / "actions.jpg").stat().st_size <= 400_000


def test_every_route_is_on_the_protocol_page():
    text = page("docs/protocol.md")
    paths = {
        route.path.replace("{avatar_id}", "{id}")
        .replace("{voice_id}", "{id}")
        .replace("{video_id}", "{id}")
        .replace("{training_id}", "{id}")
        for routes in ROUTES
        for route in routes.router.routes
        if isinstance(route, APIRoute | APIWebSocketRoute)
    }
    assert len(paths) > 8
    assert not {path for path in paths if path not in text}


def codes() -> set[str]:
    """Of every error class there is, and those that a WrongState is given by name."""
    assert avatar_serving.client  # its errors count too
    kinds, found = [AvatarError], set[str]()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if kind.__module__.startswith(("avatar_serving.", "deployments.")):
            found.add(kind.code)
    return found | set(wrong_states())


def wrong_states() -> Iterator[str]:
    name = re.compile(r'WrongState\(\s*"(\w+)"|code = "(\w+)"\n\s*raise WrongState')
    for source in sources("avatar_serving", "deployments"):
        yield from (a or b for a, b in name.findall(source))


def test_every_error_code_is_on_the_options_page():
    assert WrongState.__name__ and len(set(wrong_states())) >= 2
    assert not codes() - spans(page("docs/options.md"))


def environment_variables() -> set[str]:
    python = re.compile(r'(?:environ|env)(?:\.get|\.setdefault)?[\[(]"([A-Z][A-Z_]+)"')
    found = {
        name for text in sources("avatar_serving", "deployments") for name in python.findall(text)
    }
    found |= set(re.findall(r'"(RAY_[A-Z_]+)"', page("deployments/__init__.py")))
    found |= set(re.findall(r"process\.env\.([A-Z_]+)", page("web/vite.config.ts")))
    return found


def test_every_environment_variable_is_on_the_options_page():
    found = environment_variables()
    assert {"PROFILE", "AVATAR_CACHE", "AVATAR_SERVER", "RAY_SERVE_ENABLE_HA_PROXY"} <= found
    assert not found - spans(page("docs/options.md"))


def make_targets_named(text: str) -> set[str]:
    code = [
        *CODE_SPAN.findall(CODE_BLOCK.sub("", text)),
        *"\n".join(blocks(text, "sh")).splitlines(),
    ]
    commands = (re.sub(r"#.*", "", line) for line in code)
    return {
        word
        for command in commands
        for part in re.findall(r"\bmake ([^&;|]+)", command)
        for word in part.split()
        if "=" not in word and word.isascii()
    }


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_make_command_exists(path):
    targets = set(re.findall(r"^([a-z-]+):", page("Makefile"), re.MULTILINE))
    assert not make_targets_named(path.read_text()) - targets


def test_the_readme_names_the_commands():
    assert {"up", "test", "demo", "bench"} <= make_targets_named(page("README.md"))


def test_the_readme_shows_the_example():
    assert blocks(page("README.md"), "python") == [page("examples/talk.py")]


def test_the_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["talk.py", "Hello there."])
    with gateway(tmp_path / "data") as (_, url):
        here = page("examples/talk.py").replace("http://localhost:8000", url)
        exec(compile(here.replace("am_michael", "tone"), "talk.py", "exec"), {})
    assert "avatar: Hello, how are you?" in capsys.readouterr().out
    with wave.open(str(tmp_path / "answer.wav")) as answer:
        assert answer.getnframes() > 12_000


def test_the_client_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["interview.py", "Hello there."])
    with gateway(tmp_path / "data") as (_, url):
        here = page("examples/interview.py").replace("http://localhost:8000", url)
        exec(compile(here.replace("am_michael", "tone"), "interview.py", "exec"), {})
    said = capsys.readouterr().out
    assert "model: echo - echo" in said and "avatar: Hello, how are you?" in said
    assert re.search(r"after [\d.]+ s, with \d\d+ frames", said)


def anchors(path: Path) -> set[str]:
    """Of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", CODE_BLOCK.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken(path: Path) -> Iterator[str]:
    for link in LINK.findall(CODE_BLOCK.sub("", path.read_text())):
        target, _, anchor = link.partition("#")
        if re.match(r"\w+:", target) or Path(target).name in PICTURES:
            continue
        file = (path.parent / target).resolve() if target else path
        if not file.exists():
            yield link
        elif anchor and anchor not in anchors(file):
            yield link


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_link_is_broken(path):
    assert not list(broken(path))


@pytest.mark.parametrize("name", PICTURES)
def test_the_readme_has_its_pictures(name):
    assert f"(docs/pictures/{name})" in page("README.md")
    assert (DOCS / "pictures" / name).is_file()


def test_every_figure_was_measured():
    assert "TO-BE-MEASURED" not in page("README.md")


def test_the_index_lists_every_page():
    index = page("docs/README.md")
    pages = [p.relative_to(DOCS) for p in DOCS.rglob("*.md") if p.name != "README.md"]
    assert not [str(p) for p in pages if f"({p})" not in index]


def test_the_architecture_page_has_a_line_for_every_package():
    text = page("docs/architecture.md")
    packages = {path.parent.name for path in (ROOT / "avatar_serving").glob("*/*")}
    assert not [name for name in packages - {"__pycache__"} if f"`{name}/`" not in text]
