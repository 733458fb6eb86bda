"""What a cluster needs before ``helm install``, check by check."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from pydantic import BaseModel

from avatar_serving.cluster.api import ClusterApi, Query
from avatar_serving.cluster.objects import (
    AccessReview,
    ApiResources,
    Deployment,
    ListOf,
    Named,
    Node,
    Quota,
    Version,
)
from avatar_serving.doctor.findings import Finding, fail, ok, warn
from avatar_serving.errors import ClusterRefused

M = TypeVar("M", bound=BaseModel)
N = TypeVar("N", bound=Named)

_OLDEST = (1, 27)
_RAY_KINDS = {"rayclusters", "rayservices", "rayjobs"}
_OPERATOR = {"labelSelector": "app.kubernetes.io/name=kuberay-operator"}
_KUBERAY = (
    "helm install kuberay-operator kuberay/kuberay-operator --set singleNamespaceInstall=true"
)
_GPU = "nvidia.com/gpu"
_PRODUCT = "nvidia.com/gpu.product"
_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
_ENFORCED = "pod-security.kubernetes.io/enforce"
_LEAST_CPU, _LEAST_MEMORY = 2.5, 8 * 2.0**30
"""Requests of the head and the gateway, as the chart's values have them."""
_MADE_BY_THE_CHART = (
    ("ray.io", "rayservices"),
    ("", "configmaps"),
    ("", "secrets"),
    ("", "serviceaccounts"),
    ("", "persistentvolumeclaims"),
    ("networking.k8s.io", "networkpolicies"),
    ("policy", "poddisruptionbudgets"),
)


def examine_cluster(api: ClusterApi) -> list[Finding]:
    """Raises:
    ClusterUnreachable: no API server answers.
    """
    return [finding for check in CLUSTER_CHECKS for finding in _told(check, api)]


def _told(check: Callable[[ClusterApi], Iterator[Finding]], api: ClusterApi) -> Iterator[Finding]:
    try:
        yield from check(api)
    except ClusterRefused as error:
        name = check.__name__.removeprefix("check_")
        yield warn(name, f"not to be seen by you ({error.status})", "ask who runs the cluster")


def check_version(api: ClusterApi) -> Iterator[Finding]:
    version = Version.model_validate(api.get("/version"))
    if version.number < _OLDEST:
        yield fail("version", f"Kubernetes {version.git_version}", "1.27 or newer")
    else:
        yield ok("version", f"Kubernetes {version.git_version}")


def check_crds(api: ClusterApi) -> Iterator[Finding]:
    found = _resources(api, "ray.io/v1")
    if missing := _RAY_KINDS - found:
        yield fail("crds", f"ray.io/v1 lacks {', '.join(sorted(missing))}", _KUBERAY)
    else:
        yield ok("crds", "ray.io/v1 has RayCluster, RayService and RayJob")


def check_operator(api: ClusterApi) -> Iterator[Finding]:
    try:
        found = _list(api, "/apis/apps/v1/deployments", Deployment, _OPERATOR)
    except ClusterRefused:
        own = f"/apis/apps/v1/namespaces/{api.namespace}/deployments"
        found = _list(api, own, Deployment, _OPERATOR)
    running = [operator for operator in found if operator.status.ready_replicas]
    if running:
        yield ok("operator", f"KubeRay runs: {running[0].image}")
    elif found:
        yield fail("operator", "KubeRay's operator is there, but not ready", "kubectl describe it")
    else:
        yield warn("operator", "no operator of KubeRay was seen", _KUBERAY)


def check_nodes(api: ClusterApi) -> Iterator[Finding]:
    nodes = [node for node in _list(api, "/api/v1/nodes", Node) if node.ready]
    cores = sum(node.amount("cpu") for node in nodes)
    memory = sum(node.amount("memory") for node in nodes) / 2**30
    said = f"{len(nodes)} ready, {cores:g} cores, {memory:.0f} GiB"
    if cores < _LEAST_CPU or memory * 2**30 < _LEAST_MEMORY:
        yield fail("nodes", said, "2.5 cores and 8 GiB for the head and the gateway")
    else:
        yield ok("nodes", said)


def check_gpus(api: ClusterApi) -> Iterator[Finding]:
    nodes = [n for n in _list(api, "/api/v1/nodes", Node) if n.ready and n.amount(_GPU)]
    for node in nodes:
        product = node.metadata.labels.get(_PRODUCT, "GPU of unknown kind")
        taints = ", ".join(sorted({taint.key for taint in node.spec.taints})) or "none"
        yield ok(
            "gpus", f"{node.metadata.name}: {node.amount(_GPU):g} x {product}; taints {taints}"
        )
    if not nodes:
        remedy = "for GPU groups: NVIDIA's GPU operator, or a node pool that starts from zero"
        yield warn("gpus", "no node offers nvidia.com/gpu: only the CPU profile runs", remedy)


def check_storage(api: ClusterApi) -> Iterator[Finding]:
    classes = _list(api, "/apis/storage.k8s.io/v1/storageclasses", Named)
    names = [one.metadata.name for one in classes]
    default = [c for c in classes if c.metadata.annotations.get(_DEFAULT_CLASS) == "true"]
    if default:
        yield ok("storage", f"default class {default[0].metadata.name}, of {', '.join(names)}")
    elif classes:
        remedy = "name one in store.storageClass and weights.storageClass"
        yield warn("storage", f"no default class; there are: {', '.join(names)}", remedy)
    else:
        yield fail("storage", "no storage class", "one of them, or store.persistence=false")


def check_quotas(api: ClusterApi) -> Iterator[Finding]:
    quotas = _list(api, f"/api/v1/namespaces/{api.namespace}/resourcequotas", Quota)
    for quota in quotas:
        name = quota.metadata.name
        cpu = min(quota.left("requests.cpu"), quota.left("cpu"))
        memory = min(quota.left("requests.memory"), quota.left("memory"))
        said = f"{name}: {cpu:g} cores and {memory / 2**30:.1f} GiB left"
        if cpu < _LEAST_CPU or memory < _LEAST_MEMORY:
            yield fail("quotas", said, "2.5 cores and 8 GiB for the head and the gateway")
        else:
            yield ok("quotas", said)
    if not quotas:
        yield ok("quotas", f"none in namespace {api.namespace}")


def check_ways_in(api: ClusterApi) -> Iterator[Finding]:
    classes = _list(api, "/apis/networking.k8s.io/v1/ingressclasses", Named)
    ways = [f"ingress {one.metadata.name}" for one in classes]
    if "gatewayclasses" in _resources(api, "gateway.networking.k8s.io/v1"):
        gateways = _list(api, "/apis/gateway.networking.k8s.io/v1/gatewayclasses", Named)
        ways += [f"gateway {one.metadata.name}" for one in gateways]
    if ways:
        yield ok("ways_in", ", ".join(ways))
    else:
        yield warn("ways_in", "no ingress or gateway class", "kubectl port-forward still works")


def check_pod_security(api: ClusterApi) -> Iterator[Finding]:
    space = Named.model_validate(api.get(f"/api/v1/namespaces/{api.namespace}"))
    level = space.metadata.labels.get(_ENFORCED, "privileged")
    yield ok("pod_security", f"namespace {api.namespace} enforces {level}; ours are restricted")


def check_monitoring(api: ClusterApi) -> Iterator[Finding]:
    found = {"podmonitors", "prometheusrules"} & _resources(api, "monitoring.coreos.com/v1")
    said = ", ".join(sorted(found)) or "none: leave monitoring.podMonitor and monitoring.rules off"
    yield ok("monitoring", said)


def check_permissions(api: ClusterApi) -> Iterator[Finding]:
    denied = [kind for group, kind in _MADE_BY_THE_CHART if not _may_create(api, group, kind)]
    if denied:
        remedy = f"rights to create them in namespace {api.namespace}"
        yield fail("permissions", f"you may not create {', '.join(denied)}", remedy)
    else:
        yield ok("permissions", f"you may create what the chart makes in {api.namespace}")


def _may_create(api: ClusterApi, group: str, kind: str) -> bool:
    asked = {"namespace": api.namespace, "verb": "create", "group": group, "resource": kind}
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": asked},
    }
    answer = api.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body)
    return AccessReview.model_validate(answer).status.allowed


def _resources(api: ClusterApi, group: str) -> set[str]:
    """Kinds of a group, in plural; none where the group is not installed."""
    try:
        found = ApiResources.model_validate(api.get(f"/apis/{group}"))
    except ClusterRefused as error:
        if error.status != 404:
            raise
        return set()
    return {resource.name for resource in found.resources}


def _list(api: ClusterApi, path: str, kind: type[N], query: Query | None = None) -> list[N]:
    return ListOf[kind].model_validate(api.get(path, query)).items


CLUSTER_CHECKS: tuple[Callable[[ClusterApi], Iterator[Finding]], ...] = (
    check_version,
    check_crds,
    check_operator,
    check_permissions,
    check_nodes,
    check_gpus,
    check_storage,
    check_quotas,
    check_ways_in,
    check_pod_security,
    check_monitoring,
)
