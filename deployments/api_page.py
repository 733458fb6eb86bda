"""``/docs``: every REST call on one page, made from the OpenAPI description. It needs no script and
nothing of the internet, so that it is there on a machine without a network."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; } a { color: inherit; }
details { border: 1px solid #8884; border-radius: .6rem; margin: .4rem 0; padding: .5rem .8rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.verb { display: inline-block; min-width: 4.2rem; font-weight: 700; color: #1f6f5c; }
@media (prefers-color-scheme: dark) { .verb { color: #86dabd; } }
pre { overflow-x: auto; background: #8881; padding: .6rem; border-radius: .4rem; }
table { border-collapse: collapse; } td { padding: .1rem 1rem .1rem 0; vertical-align: top; }
"""
_BEFORE = """
<h1>Avatar Serving: REST</h1>
<p>For machines: <a href="/openapi.json">openapi.json</a>. Where the service asks for a key, send
<code>Authorization: Bearer &lt;key&gt;</code>. Errors are
<code>{"error": {"code", "message", "param"}}</code>.</p>
<p>Conversations run over the WebSocket <code>/v1/realtime</code>, which speaks the OpenAI Realtime
API; <code>docs/protocol.md</code> of the project has its messages.</p>
"""


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Parameter(_Read):
    name: str
    description: str = ""
    required: bool = False


class _Ref(_Read):
    ref: str = Field(default="", alias="$ref")


class _Content(_Read):
    schema_: _Ref = Field(default=_Ref(), alias="schema")


class _Body(_Read):
    content: Mapping[str, _Content] = {}


class _Call(_Read):
    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ("other",)
    parameters: tuple[_Parameter, ...] = ()
    requestBody: _Body | None = None  # noqa: N815 (as OpenAPI spells it)


class _Schema(_Read):
    properties: Mapping[str, Any] = {}


class _Components(_Read):
    schemas: Mapping[str, _Schema] = {}


class _Api(_Read):
    paths: Mapping[str, Mapping[str, _Call]]
    components: _Components = _Components()

    def fields(self, call: _Call) -> tuple[str, ...]:
        """Of the form that *call* takes; none if it takes no form."""
        kinds = call.requestBody.content if call.requestBody else {}
        form = next((kind for name, kind in kinds.items() if "form" in name), _Content())
        schema = self.components.schemas.get(form.schema_.ref.rpartition("/")[2], _Schema())
        return tuple(schema.properties)


def api_page(schema: Mapping[str, Any]) -> str:
    """*schema*: of OpenAPI 3.1. Returns HTML."""
    groups: dict[str, list[str]] = defaultdict(list)
    api = _Api.model_validate(schema)
    for path, calls in api.paths.items():
        for verb, call in calls.items():
            typed = _typed(verb.upper(), path, call, api.fields(call))
            groups[call.tags[0]].append("".join(_call(verb.upper(), path, call, typed)))
    parts = [
        f"<h2>{escape(name.capitalize())}</h2>{''.join(all_)}" for name, all_ in groups.items()
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>REST calls · Avatar Serving'
        '</title><meta name="viewport" content="width=device-width"><link rel="icon" '
        f'href="/icon.svg"><style>{_STYLE}</style><body>{_BEFORE}{"".join(parts)}</body></html>'
    )


def _call(verb: str, path: str, call: _Call, typed: str) -> Iterator[str]:
    said = call.description.replace("``", "").replace("*", "") or call.summary
    first, _, rest = said.partition("\n\n")
    yield f"<details><summary><span class=verb>{verb}</span> <code>{escape(path)}</code> "
    yield f"{escape(first)}</summary>"
    if rest:
        yield f"<p>{escape(rest)}</p>"
    if call.parameters:
        rows = "".join(map(_parameter, call.parameters))
        yield f"<table>{rows}</table>"
    yield f"<pre>{escape(typed)}</pre></details>"


def _parameter(parameter: _Parameter) -> str:
    need = "needed" if parameter.required else "optional"
    words = f"<td>{need}<td>{escape(parameter.description)}"
    return f"<tr><td><code>{escape(parameter.name)}</code>{words}"


def _typed(verb: str, path: str, call: _Call, fields: tuple[str, ...]) -> str:
    """The call as one types it in a terminal."""
    words = ["curl"] + ([f"-X {verb}"] if verb not in ("GET", "POST") else [])
    kinds = call.requestBody.content if call.requestBody else {}
    if "application/json" in kinds:
        words.append("-H 'Content-Type: application/json' -d '{...}'")
    elif fields:
        words += [f"-F {name}=..." for name in fields]
    elif verb == "POST":
        words.append("-X POST")
    return " ".join((*words, f"http://localhost:8000{path}"))
