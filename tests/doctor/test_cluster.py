"""What the doctor says of a cluster that has everything, and of one where something is wrong."""

import json

import pytest
from typer.testing import CliRunner

from avatar_serving.cli import app
from avatar_serving.cluster.api import ClusterApi
from avatar_serving.cluster.objects import quantity
from avatar_serving.doctor.cluster import CLUSTER_CHECKS, examine_cluster
from avatar_serving.doctor.findings import worst
from avatar_serving.errors import ClusterUnreachable
from tests.cluster.fake_api import fake_cluster
from tests.doctor.clusters import PEOPLE, healthy, items, node, operator, quota, resources

NODES = "/api/v1/nodes"
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
STORAGE = "/apis/storage.k8s.io/v1/storageclasses"
WRONG = {
    "old": ("version", "fail", "/version", {"gitVersion": "v1.26.9", "major": "1", "minor": "26"}),
    "no kuberay": ("crds", "fail", "/apis/ray.io/v1", 404),
    "half a kuberay": ("crds", "fail", "/apis/ray.io/v1", resources("rayclusters")),
    "no operator": ("operator", "warn", "/apis/apps/v1/deployments", items()),
    "operator down": ("operator", "fail", "/apis/apps/v1/deployments", items(operator(0))),
    "no gpus": ("gpus", "warn", NODES, items(node("a", "4", "16Gi"))),
    "small": ("nodes", "fail", NODES, items(node("a", "2", "4Gi"))),
    "not ready": ("nodes", "fail", NODES, items(node("a", "64", "256Gi", ready="Unknown"))),
    "blind": ("nodes", "warn", NODES, 403),
    "no storage": ("storage", "fail", STORAGE, items()),
    "no default": ("storage", "warn", STORAGE, items({"metadata": {"name": "slow"}})),
    "full": ("quotas", "fail", f"{PEOPLE}/resourcequotas", items(quota("4", "2"))),
    "no rights": ("permissions", "fail", REVIEWS, {"status": {"allowed": False}}),
}


@pytest.fixture
def cluster(tmp_path):
    with fake_cluster(tmp_path) as (api, config):
        api.answers = healthy()
        yield api, config


def examined(config):
    return examine_cluster(ClusterApi.connect(kubeconfig=config))


def test_nothing_is_missing(cluster):
    api, config = cluster
    findings = examined(config)
    assert {finding.level for finding in findings} == {"ok"}
    assert {finding.check for finding in findings} == {
        check.__name__.removeprefix("check_") for check in CLUSTER_CHECKS
    }
    said = {finding.check: finding.message for finding in findings}
    assert said["gpus"] == "g: 2 x NVIDIA-L4; taints nvidia.com/gpu"
    assert said["quotas"].startswith("team: 16.5 cores")
    assert said["ways_in"] == "ingress nginx, gateway envoy"
    reviewed = [body["spec"]["resourceAttributes"] for _, body in api.posted]
    assert {
        "namespace": "people",
        "verb": "create",
        "group": "ray.io",
        "resource": "rayservices",
    } in reviewed


@pytest.mark.parametrize(("check", "level", "path", "answer"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_with_a_remedy(cluster, check, level, path, answer):
    api, config = cluster
    api.answers[path] = answer
    (found,) = [f for f in examined(config) if f.check == check and f.level != "ok"]
    assert found.level == level and found.remedy


def test_the_operator_may_only_be_seen_in_its_namespace(cluster):
    api, config = cluster
    api.answers["/apis/apps/v1/deployments"] = 403
    api.answers["/apis/apps/v1/namespaces/people/deployments"] = items(operator(1))
    assert worst(examined(config)) == "ok"


def test_the_command(cluster, monkeypatch):
    api, config = cluster
    monkeypatch.setenv("KUBECONFIG", config)
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", config)
    done = CliRunner().invoke(app, ["doctor", "--cluster", "--json"])
    assert done.exit_code == 0, done.output
    assert {found["level"] for found in json.loads(done.output)} == {"ok"}
    api.answers["/apis/ray.io/v1"] = 404
    done = CliRunner().invoke(app, ["doctor", "--cluster"])
    assert done.exit_code == 1
    assert "helm install kuberay-operator" in done.output


def test_nobody_answers(tmp_path):
    with fake_cluster(tmp_path) as (_, config):
        pass
    with pytest.raises(ClusterUnreachable):
        examined(config)
    with pytest.raises(ClusterUnreachable):
        ClusterApi.connect(kubeconfig=str(tmp_path / "absent"))


def test_quantities():
    assert (quantity("500m"), quantity("2Gi"), quantity("4")) == (0.5, 2.0**31, 4)
    with pytest.raises(ValueError, match="2 GB"):
        quantity("2 GB")
