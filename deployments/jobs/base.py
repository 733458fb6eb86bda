"""What a job is, wherever it runs."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

State = Literal["pending", "running", "succeeded", "failed", "stopped"]
OVER: frozenset[State] = frozenset({"succeeded", "failed", "stopped"})

Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class JobRequest(BaseModel):
    """What is to be run. It is told to Ray and to Kubernetes: no secrets, no words of users."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$")
    """What kind of work it is; the job's id begins with it."""
    command: tuple[str, ...] = Field(min_length=1)
    """A program and its arguments; no shell reads it."""
    num_cpus: float = Field(default=1, ge=0)
    num_gpus: int = Field(default=0, ge=0)
    memory_bytes: int = Field(default=4 << 30, ge=64 << 20)
    """Limit of the job's pod; on one machine nothing enforces it."""
    environment: dict[Variable, str] = {}
    limit_s: int = Field(default=14_400, ge=1)
    """A job that takes longer is stopped, and has failed; all its tries together."""
    retries: int = Field(default=0, ge=0, le=10)
    """How often it is begun again when it fails, or its node is lost. For work that goes on from
    where it was."""


@dataclass(frozen=True, slots=True)
class Job:
    id: str
    state: State
    message: str = ""
    """Why it failed, or what it waits for."""

    @property
    def over(self) -> bool:
        return self.state in OVER


class Jobs(Protocol):
    """Every call blocks; in an event loop they belong in a thread."""

    def submit(self, request: JobRequest) -> str:
        """Begin a job; its id."""
        ...

    def jobs(self) -> list[Job]:
        """Those that are known, in order of their ids."""
        ...

    def job(self, job_id: str) -> Job:
        """Raises:
        NotFound: no such job, or it is no longer kept.
        """
        ...

    def watch(self, job_id: str) -> Iterator[Job]:
        """The job now and at every change, until it is over.

        Raises:
            NotFound: no such job.
        """
        ...

    def cancel(self, job_id: str) -> None:
        """Stop a job. One that is over stays as it is.

        Raises:
            NotFound: no such job.
        """
        ...

    def logs(self, job_id: str) -> str:
        """What it wrote so far, to both of its outputs.

        Raises:
            NotFound: no such job.
        """
        ...


def new_job_id(name: str) -> str:
    return f"{name}-{secrets.token_hex(4)}"
