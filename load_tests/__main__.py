"""``python -m load_tests``: many people talk to a service at once; what each of them lived through.

Users come when the scenario says, whether or not the service keeps up, and speak in 20 ms frames in
real time. What they hear is played on a loudspeaker on paper. ``docs/load-tests.md`` explains the
figures.

Examples:

  python -m load_tests --url http://localhost:8000 --sessions 2 --for 60

  python -m load_tests --scenario ramp --sessions 200 --for 300 --processes 4 --speech noise

  python -m load_tests compare out/monday out/tuesday

  python -m load_tests capacity --out out/capacity
"""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from avatar_serving.errors import AvatarError, InvalidRequest
from load_tests import compare as comparison
from load_tests import report
from load_tests.capacity_results import Setup
from load_tests.console import progress, show, show_capacity, show_differences
from load_tests.plan import Service, Targets
from load_tests.results import load
from load_tests.run import WANTED, Order, passed, run
from load_tests.scenarios import SCENARIOS, Scenario, Shape

console = Console(width=None if sys.stdout.isatty() else 130, highlight=False)
app = typer.Typer(help=__doc__, rich_markup_mode="markdown", add_completion=False)
_KEY = "AVATAR_API_KEY"
_LIST = "  \n".join(f"**{s.name}**: {s.about}" for s in SCENARIOS.values())
_DEFAULTS = Targets()


@app.callback(invoke_without_command=True)
def test(
    context: typer.Context,
    url: Annotated[str, typer.Option(help="The service.")] = "http://localhost:8000",
    scenario: Annotated[str, typer.Option(help=f"Who comes when:  \n{_LIST}")] = "steady",
    sessions: Annotated[int, typer.Option(min=1, help="Live sessions at its height.")] = 20,
    seconds: Annotated[float, typer.Option("--for", min=5, help="Seconds.")] = 60,
    processes: Annotated[
        int, typer.Option(min=1, help="Of the load generator: one for each 50 sessions.")
    ] = 1,
    speech: Annotated[
        str,
        typer.Option(
            help="What users say: **service** (its own voices speak), **recordings** (of people, "
            "English), **noise** (for the profile test), or a folder with a folder of mono 16-bit "
            "WAV files for each language, such as en/."
        ),
    ] = "service",
    languages: Annotated[
        str, typer.Option(help="Other languages than the scenario's, such as en,zh,yue.")
    ] = "",
    avatar: Annotated[str, typer.Option(help="Whom they talk to; none: nobody special.")] = "",
    model: Annotated[str, typer.Option(help="A language model of the service.")] = "default",
    photo: Annotated[
        Path | None, typer.Option(help="What creation-burst makes avatars of.", dir_okay=False)
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed, the same users.")] = 1,
    voice_to_voice_ms: Annotated[
        float, typer.Option(help="Slowest good answer.")
    ] = _DEFAULTS.voice_to_voice_ms,
    barge_in_ms: Annotated[
        float, typer.Option(help="Slowest good interruption.")
    ] = _DEFAULTS.barge_in_ms,
    goodput: Annotated[
        float, typer.Option(min=0, max=1, help="Share of good turns that is wanted.")
    ] = WANTED,
    server_figures: Annotated[
        bool, typer.Option(help="Read /metrics before and after, and compare.")
    ] = True,
    out: Annotated[Path, typer.Option(help="Folder for index.html and run.json.")] = Path(
        "out/load"
    ),
) -> None:
    if context.invoked_subcommand is not None:
        return
    targets = Targets(voice_to_voice_ms=voice_to_voice_ms, barge_in_ms=barge_in_ms)
    with _told():
        order = Order(
            scenario=_scenario(scenario, languages),
            shape=Shape(sessions, seconds, seed),
            service=Service(url, avatar or None, model, os.environ.get(_KEY) or None),
            targets=targets,
            processes=processes,
            speech=speech,
            photo=photo,
            server_figures=server_figures,
            wanted=goodput,
        )
        with progress(console, seconds, targets) as look:
            done = run(order, look)
        page = report.write(done, out, goodput)
    show(done, console, goodput)
    console.print(f"report: {page}")
    if not passed(done, goodput):
        raise typer.Exit(1)


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(help="A run's folder, or its run.json.")],
    b: Annotated[Path, typer.Argument(help="The run to be judged.")],
) -> None:
    """Say what is better or worse in B than in A; exit code 1 if anything is worse.

    Differences are given with the interval in which they lie with 95 % confidence (bootstrap over
    sessions). Under 3 % counts as the same.
    """
    with _told():
        differences = comparison.compare(load(a), load(b))
    show_differences(differences, console)
    verdict = comparison.verdict(differences)
    console.print(
        f"B is {verdict}" if verdict != "uncertain" else "uncertain: longer runs would tell"
    )
    if verdict == "worse":
        raise typer.Exit(1)


@app.command()
def capacity(
    out: Annotated[Path, typer.Option(help="Folder; a run of each level goes there too.")] = Path(
        "out/capacity"
    ),
    only: Annotated[str, typer.Option(help="gateway or models; both unless said.")] = "",
    seconds: Annotated[float, typer.Option("--for", min=10, help="Seconds of each level.")] = 60,
    turns: Annotated[int, typer.Option(help="Longer where fewer turns would be taken.")] = 40,
    port: Annotated[int, typer.Option(help="Must be free.")] = 8740,
) -> None:
    """Find where this machine breaks: sessions that real models bear, and sessions that a gateway
    bears without models.

    Takes about 40 minutes with nothing else running. `python -m scripts.capacity
    out/capacity/capacity.json` puts the figures into docs/capacity.md.
    """
    from load_tests import capacity as finding  # it needs more of this project than the image has

    with _told():
        if only and only not in finding.WANTED:
            raise InvalidRequest(f"--only: one of {', '.join(finding.WANTED)}")
        length = finding.Length(seconds, turns)
        setups: list[Setup] = []
        for wanted in finding.WANTED.values():
            if only in ("", wanted.name):
                setups.append(finding.measure(wanted, out, port, length, console.print))
                found = finding.written(out / "capacity.json", setups)
                show_capacity(found, console)
    console.print(f"written to {out / 'capacity.json'}")


def _scenario(name: str, languages: str) -> Scenario:
    if name not in SCENARIOS:
        raise InvalidRequest(f"no scenario {name!r}; there are: {', '.join(SCENARIOS)}")
    found = SCENARIOS[name]
    return replace(found, languages=tuple(languages.split(","))) if languages else found


class _told:
    """Errors that a user can mend are told in a line."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, at: object) -> None:
        if isinstance(error, AvatarError):
            console.print(f"[bold red]{error.code}[/]: {escape(error.message)}")
            raise typer.Exit(2) from error


if __name__ == "__main__":
    app()
