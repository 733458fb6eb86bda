"""The part of KubeRay's RayJob (ray.io/v1) that is used; read as ``tests.chart.rayservice_crd``."""

from tests.chart.rayservice_crd import POD, RAY_CLUSTER

SPEC = {
    "entrypoint": str,
    "entrypointNumGpus": float,
    "submissionMode": {"K8sJobMode", "HTTPMode", "InteractiveMode", "SidecarMode"},
    "submitterPodTemplate": POD,
    "shutdownAfterJobFinishes": bool,
    "ttlSecondsAfterFinished": int,
    "activeDeadlineSeconds": int,
    "backoffLimit": int,
    "rayClusterSpec": RAY_CLUSTER,
}
