"""Jobs on one machine: each a process, started and stopped by an actor of the Ray that runs here.

The actor takes the job's cores and GPUs from what Ray hands out, so that it starts when there is
room for it. What is known of a job lies in a folder of its own and outlives both.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import ray
from pydantic import BaseModel, ConfigDict, ValidationError

from avatar_serving.errors import NotFound
from avatar_serving.whole_files import write_whole
from deployments.jobs.base import Job, JobRequest, State, new_job_id

_NAMESPACE = "avatar-jobs"
_RECORD, _LOG, _STOP = "job.json", "log", "stop"
_POLL_S = 0.2
_GRACE_S = 5.0


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    state: State
    message: str = ""

    def write(self, folder: Path) -> None:
        """Whole or not at all: somebody may be reading."""
        write_whole(folder / _RECORD, self.model_dump_json())


class Runner:
    """One job, to its end."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def run(self, request: JobRequest) -> None:
        _Record(state="running").write(self._folder)
        ends = time.monotonic() + request.limit_s
        with (self._folder / _LOG).open("wb") as log:
            outcome = self._outcome(request, log, ends)
            for _ in range(request.retries):
                if outcome.state != "failed" or time.monotonic() > ends:
                    break
                outcome = self._outcome(request, log, ends)
            outcome.write(self._folder)

    def _stopped(self) -> bool:
        return (self._folder / _STOP).exists()

    def _outcome(self, request: JobRequest, log: IO[bytes], ends: float) -> _Record:
        environment = {**os.environ, **request.environment}
        try:
            process = subprocess.Popen(
                request.command, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            return _Record(state="failed", message=str(error))
        while process.poll() is None and not self._stopped() and time.monotonic() < ends:
            time.sleep(_POLL_S)
        if process.poll() is None:
            _end(process)
            if self._stopped():
                return _Record(state="stopped")
            return _Record(state="failed", message=f"took longer than {request.limit_s} s")
        if process.returncode == 0:
            return _Record(state="succeeded")
        return _Record(state="failed", message=f"exit status {process.returncode}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """With all that it has started; politely first."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class LocalJobs:
    """*folder* holds a folder for each job. Ray must have been started or joined."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def submit(self, request: JobRequest) -> str:
        job_id = new_job_id(request.name)
        folder = (self._folder / job_id).absolute()
        folder.mkdir(parents=True)
        _Record(state="pending", message="waits for room").write(folder)
        runner: Any = ray.remote(Runner)
        actor = runner.options(
            name=job_id, namespace=_NAMESPACE, lifetime="detached",
            num_cpus=request.num_cpus, num_gpus=request.num_gpus,
        ).remote(str(folder))  # fmt: skip
        actor.run.remote(request)
        actor.__ray_terminate__.remote()  # after the run: an actor takes one call at a time
        return job_id

    def jobs(self) -> list[Job]:
        names = sorted(path.parent.name for path in self._folder.glob(f"*/{_RECORD}"))
        return [self.job(name) for name in names]

    def job(self, job_id: str) -> Job:
        record = self._record(job_id)
        if record.state in ("pending", "running") and _actor(job_id) is None:
            record = self._record(job_id)  # it may have ended in between
            if record.state in ("pending", "running"):
                record = _Record(state="failed", message="the process that ran it is gone")
                record.write(self._folder / job_id)
        return Job(job_id, record.state, record.message)

    def watch(self, job_id: str) -> Iterator[Job]:
        told = self.job(job_id)
        yield told
        while not told.over:
            time.sleep(_POLL_S)
            if (now := self.job(job_id)) != told:
                yield (told := now)

    def cancel(self, job_id: str) -> None:
        job, actor = self.job(job_id), _actor(job_id)
        if job.over or actor is None:
            return
        (self._folder / job_id / _STOP).touch()
        if job.state == "pending":
            ray.kill(actor)
            _Record(state="stopped").write(self._folder / job_id)

    def logs(self, job_id: str) -> str:
        self._record(job_id)
        log = self._folder / job_id / _LOG
        return log.read_text(errors="replace") if log.exists() else ""

    def _record(self, job_id: str) -> _Record:
        if Path(job_id).name != job_id:
            raise NotFound("job", job_id)
        try:
            return _Record.model_validate_json((self._folder / job_id / _RECORD).read_bytes())
        except (OSError, ValidationError) as error:
            raise NotFound("job", job_id) from error


def _actor(job_id: str) -> Any:
    """None where it has ended."""
    try:
        return ray.get_actor(job_id, _NAMESPACE)
    except ValueError:
        return None
