"""What the API server of a cluster that lacks nothing says."""

from typing import Any

PEOPLE = "/api/v1/namespaces/people"


def resources(*names: str) -> dict[str, Any]:
    return {"kind": "APIResourceList", "resources": [{"name": name} for name in names]}


def items(*found: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(found)}


def node(name: str, cpu: str, memory: str, gpus: str = "", ready: str = "True") -> dict[str, Any]:
    allocatable = {"cpu": cpu, "memory": memory} | ({"nvidia.com/gpu": gpus} if gpus else {})
    labels = {"nvidia.com/gpu.product": "NVIDIA-L4"} if gpus else {}
    taints = [{"key": "nvidia.com/gpu", "effect": "NoSchedule"}] if gpus else []
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": taints},
        "status": {
            "allocatable": allocatable,
            "conditions": [{"type": "Ready", "status": ready, "lastProbeTime": None}],
        },
    }


def operator(ready: int) -> dict[str, Any]:
    container = {"name": "operator", "image": "quay.io/kuberay/operator:v1.5.0"}
    return {
        "metadata": {"name": "kuberay-operator"},
        "spec": {"template": {"spec": {"containers": [container]}}},
        "status": {"readyReplicas": ready},
    }


def quota(hard: str, used: str) -> dict[str, Any]:
    return {
        "metadata": {"name": "team"},
        "status": {"hard": {"requests.cpu": hard}, "used": {"requests.cpu": used}},
    }


def healthy() -> dict[str, Any]:
    default = {"storageclass.kubernetes.io/is-default-class": "true"}
    return {
        "/version": {"gitVersion": "v1.33.2", "major": "1", "minor": "33+"},
        "/apis/ray.io/v1": resources("rayclusters", "rayservices", "rayjobs", "rayjobs/status"),
        "/apis/apps/v1/deployments": items(operator(1)),
        "/api/v1/nodes": items(node("a", "4", "16Gi"), node("g", "7500m", "60Gi", "2")),
        "/apis/storage.k8s.io/v1/storageclasses": items(
            {"metadata": {"name": "fast", "annotations": default}}
        ),
        f"{PEOPLE}/resourcequotas": items(quota("20", "3500m")),
        "/apis/networking.k8s.io/v1/ingressclasses": items({"metadata": {"name": "nginx"}}),
        "/apis/gateway.networking.k8s.io/v1": resources("gatewayclasses"),
        "/apis/gateway.networking.k8s.io/v1/gatewayclasses": items({"metadata": {"name": "envoy"}}),
        PEOPLE: {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
        "/apis/monitoring.coreos.com/v1": resources("podmonitors", "prometheusrules"),
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": {"status": {"allowed": True}},
    }
