"""``avatar-serving doctor``: what is missing before the service can run here, or on a cluster."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from avatar_serving.cli.failing import errors_told
from avatar_serving.doctor.findings import Finding, worst

ProfileName = Annotated[str, typer.Option(help="A profile's name, or a YAML file.")]
OnCluster = Annotated[bool, typer.Option("--cluster", help="Examine a Kubernetes cluster.")]
Namespace = Annotated[
    str | None, typer.Option(help="Where the chart is to be installed; default: the context's.")
]
Context = Annotated[str | None, typer.Option(help="Context of the kubeconfig; default: its own.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")]

_SIGNS = {"ok": "[green]ok  [/]", "warn": "[yellow]warn[/]", "fail": "[bold red]fail[/]"}


def doctor(
    profile: ProfileName = "cpu",
    cluster: OnCluster = False,
    namespace: Namespace = None,
    context: Context = None,
    as_json: AsJson = False,
) -> None:
    """Examine this machine, or with --cluster what KUBECONFIG points to.

    Ends with 1 if anything fails; warnings do not count. Changes nothing.
    """
    with errors_told():
        findings = _of_cluster(context, namespace) if cluster else _of_machine(profile)
    if as_json:
        typer.echo(json.dumps([finding.model_dump() for finding in findings], indent=1))
    else:
        _show(findings)
    if worst(findings) == "fail":
        raise typer.Exit(1)


def _of_machine(profile_name: str) -> Sequence[Finding]:
    from avatar_serving.config import load_profile
    from avatar_serving.doctor.checks import examine
    from avatar_serving.doctor.machine import read_machine
    from avatar_serving.doctor.patient import Patient
    from avatar_serving.weights.library import library

    shelf = library()
    machine = read_machine(shelf.cache.root)
    return examine(Patient(profile_name, load_profile(profile_name), machine, shelf))


def _of_cluster(context: str | None, namespace: str | None) -> Sequence[Finding]:
    from avatar_serving.cluster.api import ClusterApi
    from avatar_serving.doctor.cluster import examine_cluster

    return examine_cluster(ClusterApi.connect(context, namespace))


def _show(findings: Sequence[Finding]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for finding in findings:
        console.print(f"{_SIGNS[finding.level]} {finding.check:12} ", end="")
        console.print(finding.message, markup=False)
        if finding.remedy:
            console.print(f"{'':18}-> {finding.remedy}", markup=False)
