"""What the chart renders is what Kubernetes and KubeRay take."""

import re

import pytest
import yaml

from deployments.jobs.manifest import JobPods
from tests.chart import rayservice_crd
from tests.chart.rendering import EVERYTHING, PROFILES, objects, one, text

NEWEST = "1.33"
CUSTOM = {"RayService", "PodMonitor", "PrometheusRule", "HTTPRoute"}
GOLDEN = {**PROFILES, "everything": EVERYTHING}


def validated(kind_version, spec):
    import kubernetes_validate

    kubernetes_validate.validate({**kind_version, **spec}, NEWEST, strict=True)


def pods(found):
    """Every pod template of the release."""
    service = one(found, "RayService")
    yield from rayservice_crd.check(rayservice_crd.SPEC, service["spec"])
    for other in found:
        if other["kind"] == "Job":
            yield "job", other["spec"]["template"]
        if other["kind"] == "Pod":
            yield "test", other


@pytest.mark.parametrize("options", GOLDEN.values(), ids=GOLDEN)
def test_kubernetes_takes_every_object(options):
    found = objects(*options)
    for core in (o for o in found if o["kind"] not in CUSTOM):
        validated({}, core)
    for path, template in pods(found):
        metadata = {**template.get("metadata", {}), "name": "pod"}
        pod = {"apiVersion": "v1", "kind": "Pod"}
        validated(pod, {"metadata": metadata, "spec": template["spec"]})
        assert path


@pytest.mark.parametrize("options", GOLDEN.values(), ids=GOLDEN)
def test_every_pod_is_restricted(options):
    """By the rules of the Pod Security Standard of that name."""
    found = objects(*options)
    for path, template in pods(found):
        spec = template["spec"]
        inside = spec["securityContext"]
        assert inside["runAsNonRoot"] and inside["seccompProfile"]["type"] == "RuntimeDefault", path
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        assert not [v for v in spec["volumes"] if "hostPath" in v]
        for container in [*spec["containers"], *spec.get("initContainers", [])]:
            assert_restricted(container["securityContext"])
    options = one(found, "RayService")["spec"]["rayClusterConfig"].get("autoscalerOptions")
    if options:
        assert_restricted(options["securityContext"])


def assert_restricted(context):
    assert context["runAsNonRoot"] and context["readOnlyRootFilesystem"]
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}


def test_only_the_service_port_is_open_to_anybody():
    policy = one(objects(), "NetworkPolicy", "avatar")
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    anybody = [rule for rule in policy["spec"]["ingress"] if "from" not in rule]
    assert [port["port"] for rule in anybody for port in rule["ports"]] == [8000]
    assert one(objects(), "RayService")["spec"]["rayClusterConfig"]["authOptions"] == {
        "mode": "token"
    }


def test_no_account_sees_the_api_server_unless_it_scales():
    for _, template in pods(objects()):
        assert template["spec"]["automountServiceAccountToken"] is False
    scaled = objects("--set", "autoscaling.enabled=true")
    mounting = [
        template["metadata"]["labels"]["avatar-serving/role"]
        for _, template in pods(scaled)
        if template["spec"]["automountServiceAccountToken"]
    ]
    assert mounting == ["head"]


def test_with_jobs_the_gateway_may_make_rayjobs_and_nothing_else():
    found = objects("--set=jobs.enabled=true,jobs.nodeSelector.pool=training")
    (mounting,) = [
        template["spec"]["serviceAccountName"]
        for _, template in pods(found)
        if template["spec"]["automountServiceAccountToken"]
    ]
    (role,) = [o for o in found if o["kind"] == "Role"]
    (binding,) = [o for o in found if o["kind"] == "RoleBinding"]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert [s["name"] for s in binding["subjects"]] == [mounting] == ["avatar-jobs"]
    rights = {(r, v) for rule in role["rules"] for r in rule["resources"] for v in rule["verbs"]}
    made = {("rayjobs", verb) for verb in ("create", "get", "list", "watch", "delete")}
    assert rights == made | {("pods", "list"), ("pods/log", "get")}
    told = JobPods.model_validate(
        yaml.safe_load(one(found, "ConfigMap", "jobs")["data"]["pods.yaml"])
    )
    assert (
        told.node_selector == {"pool": "training"} and told.labels["avatar-serving/role"] == "job"
    )
    assert not [o for o in objects() if o["kind"] == "Role"] and told.env == ()
    found = objects("--set=jobs.enabled=true,store.s3.bucket=faces,store.s3.secret=keys")
    told = JobPods.model_validate(
        yaml.safe_load(one(found, "ConfigMap", "jobs")["data"]["pods.yaml"])
    )
    assert [each["name"] for each in told.env] == [
        "AVATAR_S3_BUCKET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
    ]  # fmt: skip


def test_disruption_budgets_find_their_pods():
    found = objects()
    labels = [t["metadata"]["labels"] for _, t in pods(found)]
    budgets = [o for o in found if o["kind"] == "PodDisruptionBudget"]
    assert len(budgets) == 2
    for budget in budgets:
        chosen = budget["spec"]["selector"]["matchLabels"].items()
        assert len([pod for pod in labels if chosen <= pod.items()]) == 1


def test_stages_find_the_bucket_and_only_gateways_the_database():
    shared = "--set=store.database.secret=db,store.s3.bucket=faces,store.keySecret=seal"
    groups = one(objects(*PROFILES["gpu"], shared), "RayService")["spec"]["rayClusterConfig"][
        "workerGroupSpecs"
    ]
    assert len(groups) > 2
    for group in groups:
        (container,) = group["template"]["spec"]["containers"]
        names = {each["name"] for each in container["env"]}
        gateway = group["groupName"] == "gateway"
        assert "AVATAR_S3_BUCKET" in names
        assert ({"AVATAR_DATABASE_URL", "AVATAR_STORE_KEY"} <= names) is gateway
        assert ("AVATAR_DATABASE_URL" in names) is gateway


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name, request):
    """``UPDATE_GOLDEN=1 pytest tests/chart`` writes them anew."""
    import os

    rendered = re.sub(r"(api-key: )\w+=*", r"\1SECRET", text(*GOLDEN[name]))
    file = request.path.parent / "golden" / f"{name}.yaml"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(rendered)
    assert rendered == file.read_text()
