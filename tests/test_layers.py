"""What may import what: avatar_serving < pipelines < deployments, and only the last knows Ray."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WEB = {"fastapi", "starlette", "uvicorn"}
ABOVE = {"demo", "bench", "load_tests", "tests"}
FORBIDDEN = {
    "avatar_serving": {"ray", "pipelines", "deployments"} | WEB | ABOVE,
    "pipelines": {"ray", "deployments"} | WEB | ABOVE,
    "deployments": ABOVE,
    "load_tests": {"ray", "pipelines", "deployments", "tests"} | WEB,
}
ONLY_THE_WIRE = ("avatar_serving/client", "load_tests")
"""What stands for a user's device knows the service by what it says on the wire."""
SHARED = tuple(
    f"avatar_serving.{name}" for name in ("client", "protocol", "media", "errors", "samples")
)
FEW_KNOW_RAY = {
    "__main__.py", "app.py", "cluster.py", "local.py", "remote_trainer.py", "scaling.py",
    "serve.py", "served.py", "replica.py", "stage.py",
}  # fmt: skip


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Every module that a file imports, wherever in it."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            base = node.module or ""
            yield from (f"{base}.{name.name}" for name in node.names)


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def test_the_walk_sees_imports() -> None:
    assert {"ray", "avatar_serving", "rich"} <= roots(ROOT / "deployments/serve.py")
    assert "avatar_serving.stages.base.Stage" in imports(ROOT / "avatar_serving/metrics.py")
    assert all(modules(layer) for layer in FORBIDDEN)


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_a_layer_does_not_look_up(layer: str) -> None:
    wrong = {
        str(path.relative_to(ROOT)): found
        for path in modules(layer)
        if (found := roots(path) & FORBIDDEN[layer])
    }
    assert not wrong


@pytest.mark.parametrize("folder", ONLY_THE_WIRE)
def test_clients_know_only_the_wire(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules(folder)
        for name in imports(path)
        if name.startswith("avatar_serving") and not name.startswith(SHARED)
    ]
    assert not wrong


def test_ray_is_known_by_few() -> None:
    """The gateway and its routes run without Ray, and are tested so."""
    knowing = {p.name for p in modules("deployments") if "ray" in roots(p)}
    assert knowing == FEW_KNOW_RAY


def test_imports_go_in_no_circle() -> None:
    """Wherever in a file they are: an import inside a function hides a circle, and breaks none."""
    paths = {
        name_of(path): path for layer in ("avatar_serving", "pipelines") for path in modules(layer)
    }
    graph = {
        name: {near for each in imports(path) if (near := nearest(each, paths)) not in ("", name)}
        for name, path in paths.items()
    }
    assert len(list(TopologicalSorter(graph).static_order())) == len(paths)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def nearest(name: str, known: dict[str, Path]) -> str:
    """The module that a dotted name is of; empty: none of ours."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name


def test_stages_do_not_call_each_other() -> None:
    """Joining stages is a pipeline's work. They share configs only through ``stages.base``."""
    wrong: list[str] = []
    for path in modules("avatar_serving/stages"):
        parts = path.relative_to(ROOT / "avatar_serving/stages").parts
        if len(parts) < 2:
            continue
        for name in imports(path):
            words = name.split(".")
            if words[:2] == ["avatar_serving", "stages"] and words[2] not in (parts[0], "base"):
                wrong.append(f"{path.relative_to(ROOT)}: {name}")
    assert not wrong
