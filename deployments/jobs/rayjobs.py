"""Jobs on a cluster: RayJobs, by the API server, with no more rights than in the chart's Role."""

from collections.abc import Iterator

from pydantic import Field

from avatar_serving.cluster.api import ClusterApi
from avatar_serving.cluster.objects import ListOf, Metadata, Named, Read
from avatar_serving.errors import ClusterRefused, NotFound
from deployments.jobs.base import OVER, Job, JobRequest, State, new_job_id
from deployments.jobs.manifest import LABEL, JobPods, ray_job

_STATES: dict[str, State] = {
    "PENDING": "pending",
    "RUNNING": "running",
    "SUCCEEDED": "succeeded",
    "FAILED": "failed",
    "STOPPED": "stopped",
}
_ENDED = {"Complete", "Failed"}
_WATCH_S = 300


class _Status(Read):
    job_status: str = ""
    """Ray's: empty until the cluster of the job is there."""
    job_deployment_status: str = ""
    """KubeRay's: Initializing, Running, Complete, Failed, Waiting ..."""
    message: str = ""
    reason: str = ""


class _RayJob(Read):
    metadata: Metadata
    status: _Status = Field(default_factory=_Status)

    def told(self) -> Job:
        said = self.status
        state = _STATES.get(said.job_status, "pending")
        if said.job_deployment_status in _ENDED and state not in OVER:
            state = "failed"  # the cluster or the submitter gave up before Ray had an answer
        waiting = said.job_deployment_status if state == "pending" else ""
        reason = " ".join(part for part in (said.reason, said.message) if part)
        return Job(self.metadata.name, state, reason or waiting)


class RayJobs:
    def __init__(self, api: ClusterApi, pods: JobPods) -> None:
        self._api = api
        self._pods = pods
        self._path = f"/apis/ray.io/v1/namespaces/{api.namespace}/rayjobs"

    def submit(self, request: JobRequest) -> str:
        """Raises:
        ClusterRefused, ClusterUnreachable: as the API server has it.
        """
        job_id = new_job_id(request.name)
        self._api.post(self._path, ray_job(job_id, request, self._pods))
        return job_id

    def jobs(self) -> list[Job]:
        found = ListOf[_RayJob].model_validate(self._api.get(self._path, {"labelSelector": LABEL}))
        return sorted((job.told() for job in found.items), key=lambda job: job.id)

    def job(self, job_id: str) -> Job:
        try:
            found = self._api.get(f"{self._path}/{job_id}")
        except ClusterRefused as error:
            raise _absent(error, job_id) from error
        return _RayJob.model_validate(found).told()

    def watch(self, job_id: str) -> Iterator[Job]:
        """The API server ends a watch after a few minutes; the next one takes over."""
        told = self.job(job_id)
        yield told
        while not told.over:
            for job in self._changes(job_id):
                if job != told:
                    yield (told := job)
                if told.over:
                    return
            if (now := self.job(job_id)) != told:
                yield (told := now)

    def cancel(self, job_id: str) -> None:
        """The job goes with its record and its pods."""
        if self.job(job_id).over:
            return
        try:
            self._api.delete(f"{self._path}/{job_id}", {"propagationPolicy": "Foreground"})
        except ClusterRefused as error:
            raise _absent(error, job_id) from error

    def logs(self, job_id: str) -> str:
        """Of the pod that submits the job to its cluster, where Ray writes what the job says."""
        self.job(job_id)
        pods = f"/api/v1/namespaces/{self._api.namespace}/pods"
        listed = self._api.get(pods, {"labelSelector": f"job-name={job_id}"})
        found = ListOf[Named].model_validate(listed).items
        return "".join(self._api.text(f"{pods}/{pod.metadata.name}/log") for pod in found)

    def _changes(self, job_id: str) -> Iterator[Job]:
        query = {"fieldSelector": f"metadata.name={job_id}", "timeoutSeconds": _WATCH_S}
        for event in self._api.watch(self._path, query):
            if event["type"] == "DELETED":
                yield Job(job_id, "stopped", "deleted")
            elif event["type"] in ("ADDED", "MODIFIED"):
                yield _RayJob.model_validate(event["object"]).told()


def _absent(error: ClusterRefused, job_id: str) -> NotFound | ClusterRefused:
    return NotFound("job", job_id) if error.status == 404 else error
