"""``avatar-serving jobs``: run work beside the service, here or on a cluster."""

import os
import tempfile
from pathlib import Path
from typing import Annotated

import ray
import typer
import yaml
from pydantic import ValidationError

from avatar_serving.cli.failing import errors_told
from avatar_serving.cluster.api import ClusterApi
from avatar_serving.errors import InvalidRequest
from deployments.jobs.base import Job, JobRequest, Jobs
from deployments.jobs.local import LocalJobs
from deployments.jobs.manifest import JobPods
from deployments.jobs.rayjobs import RayJobs
from deployments.serve import start_ray

app = typer.Typer(
    name="avatar-serving jobs",
    help="Training and fits: on this machine, or with --cluster as RayJobs.",
    no_args_is_help=True,
    add_completion=False,
)

Name = Annotated[str, typer.Argument(help="What kind of work: 'lora'. The id begins with it.")]
Command = Annotated[list[str], typer.Argument(help="Program and arguments, behind --.")]
Cpus = Annotated[float, typer.Option(min=0, help="Cores.")]
Gpus = Annotated[int, typer.Option(min=0, help="GPUs.")]
Memory = Annotated[int, typer.Option(min=1, help="Memory limit of the pod, in GiB.")]
Limit = Annotated[int, typer.Option(min=1, help="Longest run, in seconds.")]
Retries = Annotated[int, typer.Option(min=0, max=10, help="Further tries, if it can go on.")]
OnCluster = Annotated[bool, typer.Option("--cluster", help="As a RayJob, by the kubeconfig.")]
Namespace = Annotated[str | None, typer.Option(help="Default: the context's.")]
Pods = Annotated[
    Path | None, typer.Option(help="AVATAR_JOB_PODS. YAML: image, claims, nodes of the pods.")
]
Data = Annotated[Path | None, typer.Option(help="Where jobs of this machine are kept.")]
JobId = Annotated[str, typer.Argument(help="As `run` and `list` print it.")]


@app.command()
def run(
    name: Name, command: Command, num_cpus: Cpus = 1, num_gpus: Gpus = 0, memory_gib: Memory = 4,
    limit_s: Limit = 14_400, retries: Retries = 0, cluster: OnCluster = False,
    namespace: Namespace = None, pods: Pods = None, data: Data = None,
) -> None:  # fmt: skip
    """Run a command to its end and show what it wrote. Ctrl-C stops it; 1 if it fails."""
    with errors_told():
        try:
            request = JobRequest(
                name=name, command=tuple(command), num_cpus=num_cpus, num_gpus=num_gpus,
                memory_bytes=memory_gib << 30, limit_s=limit_s, retries=retries,
            )  # fmt: skip
        except ValidationError as error:
            raise InvalidRequest(str(error), "job") from error
        jobs = _on_cluster(namespace, pods) if cluster else _here(data)
        try:
            job = _follow(jobs, jobs.submit(request))
        finally:
            ray.shutdown()
    raise typer.Exit(0 if job.state == "succeeded" else 1)


@app.command("list")
def list_jobs(namespace: Namespace = None, pods: Pods = None) -> None:
    """Show the jobs of a cluster."""
    with errors_told():
        for job in _on_cluster(namespace, pods).jobs():
            typer.echo(_line(job))


@app.command()
def logs(job_id: JobId, namespace: Namespace = None, pods: Pods = None) -> None:
    """Show what a job of a cluster wrote so far."""
    with errors_told():
        typer.echo(_on_cluster(namespace, pods).logs(job_id), nl=False)


@app.command()
def cancel(job_id: JobId, namespace: Namespace = None, pods: Pods = None) -> None:
    """Stop a job of a cluster; its pods and its record go."""
    with errors_told():
        _on_cluster(namespace, pods).cancel(job_id)


def _follow(jobs: Jobs, job_id: str) -> Job:
    job = Job(job_id, "pending")
    try:
        for job in jobs.watch(job_id):
            typer.echo(_line(job), err=True)
    except KeyboardInterrupt:
        jobs.cancel(job_id)
        return Job(job_id, "stopped")
    if job.message != "deleted":
        typer.echo(jobs.logs(job_id), nl=False)
    return job


def _line(job: Job) -> str:
    return f"{job.id}  {job.state}  {job.message}".rstrip()


def _here(data: Path | None) -> Jobs:
    start_ray(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or tempfile.mkdtemp())
    return LocalJobs(data or Path(os.environ.get("AVATAR_DATA", "data")) / "jobs")


def _on_cluster(namespace: str | None, pods: Path | None) -> RayJobs:
    named = pods or Path(os.environ.get("AVATAR_JOB_PODS", ""))
    try:
        told = JobPods.model_validate(yaml.safe_load(named.read_text()))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise InvalidRequest(f"--pods, or AVATAR_JOB_PODS, {named}: {error}", "pods") from error
    return RayJobs(ClusterApi.connect(namespace=namespace), told)


if __name__ == "__main__":
    app(prog_name="avatar-serving jobs")
