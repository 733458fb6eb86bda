"""A job as a RayJob of KubeRay (ray.io/v1): pods of its own, gone when it is over."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field, JsonValue

from avatar_serving.config import Strict
from deployments.jobs.base import JobRequest
from deployments.jobs.entry import entrypoint

LABEL = "avatar-serving/job"
COMMAND = "avatar-serving/command"
"""An annotation, for people: the entrypoint says it in base64."""
Json = dict[str, Any]

_SECURITY: Json = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
_POD_SECURITY: Json = {
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "runAsGroup": 1000,
    "fsGroup": 1000,
    "fsGroupChangePolicy": "OnRootMismatch",
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""The restricted Pod Security Standard, as every pod of the chart has it."""
_ENVIRONMENT = {
    "HOME": "/home/avatar",
    "AVATAR_CACHE": "/weights",
    "RAY_USAGE_STATS_ENABLED": "0",
}
_SUBMITTER: Json = {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}}


class JobPods(Strict):
    """Where jobs of a cluster run; the chart writes it as a file (docs/kubernetes.md)."""

    image: str = Field(min_length=1)
    """With the extras that the work needs."""
    pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    pull_secrets: tuple[str, ...] = ()
    ray_version: str = Field(default="2.60.0", pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")
    service_account: str = ""
    """None of its own: the namespace's default. No token of it is mounted."""
    labels: dict[str, str] = {}
    node_selector: dict[str, str] = {}
    tolerations: tuple[dict[str, JsonValue], ...] = ()
    runtime_class: str = ""
    gpu_resource: str = "nvidia.com/gpu"
    env: tuple[dict[str, JsonValue], ...] = ()
    """Variables of every job in Kubernetes' own form: where the bucket is, for what it makes."""
    data_claim: str = ""
    """The volume of the store, at /data."""
    weights_claim: str = ""
    """The volume of the weights, at /weights; without, they are pulled."""
    kept_s: int = Field(default=86_400, ge=0)
    """How long the record of a job that is over is kept."""


def ray_job(job_id: str, request: JobRequest, pods: JobPods) -> Json:
    """The custom resource. Its one pod is the head of a Ray cluster of its own."""
    cluster = {
        "rayVersion": pods.ray_version,
        "authOptions": {"mode": "token"},
        "headGroupSpec": {
            "serviceType": "ClusterIP",
            "rayStartParams": {"dashboard-host": "0.0.0.0", "num-gpus": str(request.num_gpus)},
            "template": _pod(
                pods, "ray-head", _resources(request, pods), request.environment, pods.env
            ),
        },
    }
    spec: Json = {
        "entrypoint": entrypoint(request.command),
        "entrypointNumGpus": float(request.num_gpus),
        "submissionMode": "K8sJobMode",
        "submitterPodTemplate": _pod(pods, "ray-job-submitter", _SUBMITTER, {}, restarts=False),
        "shutdownAfterJobFinishes": True,
        "ttlSecondsAfterFinished": pods.kept_s,
        "activeDeadlineSeconds": request.limit_s,
        "backoffLimit": request.retries,
        "rayClusterSpec": cluster,
    }
    metadata = {
        "name": job_id,
        "labels": {**pods.labels, LABEL: request.name},
        "annotations": {COMMAND: shlex.join(request.command)},
    }
    return {"apiVersion": "ray.io/v1", "kind": "RayJob", "metadata": metadata, "spec": spec}


def _pod(
    pods: JobPods,
    container: str,
    resources: Json,
    environment: Mapping[str, str],
    env: Sequence[Json] = (),
    *,
    restarts: bool = True,
) -> Json:
    mounts = [{"name": name, "mountPath": path} for name, path in _FOLDERS.items()]
    spec: Json = {
        "automountServiceAccountToken": False,
        "securityContext": _POD_SECURITY,
        "containers": [
            {
                "name": container,
                "image": pods.image,
                "imagePullPolicy": pods.pull_policy,
                "env": [*_variables({**_ENVIRONMENT, **environment}), *env],
                "resources": resources,
                "securityContext": _SECURITY,
                "volumeMounts": mounts,
            }
        ],
        "volumes": [_volume(name, pods) for name in _FOLDERS],
        "imagePullSecrets": [{"name": name} for name in pods.pull_secrets],
        "nodeSelector": dict(pods.node_selector),
        "tolerations": list(pods.tolerations),
    }
    if not restarts:
        spec["restartPolicy"] = "Never"
    if pods.service_account:
        spec["serviceAccountName"] = pods.service_account
    if pods.runtime_class:
        spec["runtimeClassName"] = pods.runtime_class
    return {"metadata": {"labels": dict(pods.labels)}, "spec": spec}


_FOLDERS = {"data": "/data", "weights": "/weights", "home": "/home/avatar", "tmp": "/tmp"}


def _variables(environment: Mapping[str, str]) -> list[Json]:
    """Kubernetes fills in ``$(NAME)``, and reads ``$$`` as the sign itself."""
    return [{"name": n, "value": value.replace("$", "$$")} for n, value in environment.items()]


def _volume(name: str, pods: JobPods) -> Json:
    claim = {"data": pods.data_claim, "weights": pods.weights_claim}.get(name)
    if claim:
        return {"name": name, "persistentVolumeClaim": {"claimName": claim}}
    return {"name": name, "emptyDir": {}}


def _resources(request: JobRequest, pods: JobPods) -> Json:
    memory = str(request.memory_bytes)
    limits: Json = {"memory": memory}
    if request.num_gpus:
        limits[pods.gpu_resource] = str(request.num_gpus)
    cores = f"{max(1, round(request.num_cpus * 1000))}m"
    return {"requests": {"cpu": cores, "memory": memory}, "limits": limits}
