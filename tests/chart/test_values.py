"""Values that Kubernetes and Ray would take without a word are refused, and say why."""

import pytest

from tests.chart.rendering import (
    CHART,
    PROFILES,
    helm,
    objects,
    one,
    refusal,
    serve_config,
    text,
)


@pytest.mark.parametrize("profile", PROFILES)
def test_lint(profile):
    done = helm("lint", "--strict", str(CHART), *PROFILES[profile])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("upgrade.type=Rolling", "one of 'NewCluster', 'None'"),
        ("ray.haproxy=true", "additional properties 'haproxy' not allowed"),
        ("profile.limits.sesions=3", "'sesions' not allowed"),
        ("profile.placement.vlm.max_replica=3", "'max_replica' not allowed"),
        ("profile.tts.engine=shouting", "/profile/tts"),
        ("profile.base=laptop", "one of 'cpu', 'gpu', 'test'"),
        ("profile.gateways=2", "'gateways' not allowed"),
        ("image.digest=latest", "does not match pattern"),
        ("slo.voiceToVoiceSeconds=1.1", "/slo/voiceToVoiceSeconds"),
        ("profile.placement.vlm.min_replicas=3", "min_replicas 3 is over max_replicas 1"),
        ("profile.placement.vlm.resources.big=1", 'no worker group is named "big"'),
        ("profile.limits.session_s=60", "contradicts session.maxDuration"),
        ("terminationGracePeriodSeconds=600", "sessions would be cut"),
        ("upgrade.deletionDelaySeconds=60", "sessions would be cut"),
        ("weights.job=true", "set weights.cache"),
        ("ingress.enabled=true", "ingress.host"),
        ("loadTest.scenario=stampede", "/loadTest/scenario"),
        ("ray.redis.address=redis:6379", "passwordSecret"),
        ("gateway.replicas=2", "SQLite and a folder belong to one"),
        ("gateway.replicas=0", "/gateway/replicas"),
        ("profile.gateway_scaling.most=3", "autoscaling.enabled lets Ray add"),
        ("profile.gateway_scaling.more=3", "'more' not allowed"),
        ("monitoring.otlpEndpoint=collector:4317", "/monitoring/otlpEndpoint"),
        ("store.database.url=postgresql://me:word@db/x", "'url' not allowed"),
        ("store.s3.secret=keys", "for which bucket"),
    ],
)
def test_what_is_wrong_is_refused(setting, said):
    assert said in refusal("--set", setting)


def test_worker_groups_are_checked():
    group = "workerGroups[0].name=tts,workerGroups[0].resources.requests.cpu=1"
    both = f"{group},workerGroups[0].minReplicas=2,workerGroups[0].maxReplicas=1"
    assert "minReplicas 2 is over maxReplicas 1" in refusal("--set", both)
    scaled = f"{group},workerGroups[0].minReplicas=0,workerGroups[0].maxReplicas=1"
    assert "autoscaling.enabled is false" in refusal("--set", scaled)
    assert "groupName: tts" in text("--set", scaled, "--set", "autoscaling.enabled=true")


def test_one_duration_decides_them_all():
    manifest = text("--set", "session.maxDuration=900")
    for line in (
        "session_s: 900",
        "terminationGracePeriodSeconds: 960",
        "rayClusterDeletionDelaySeconds: 960",
        'drain, --stay, --limit-s, "900"',
        'longest-session-seconds: "900"',
    ):
        assert line in manifest


def test_gateways_that_share_a_store():
    shared = ("--set", "gateway.replicas=3,store.database.secret=db,store.s3.bucket=faces",
              "--set", "store.s3.endpoint=http://minio:9000,store.s3.secret=keys",
              "--set", "store.keySecret=seal")  # fmt: skip
    manifest = text(*shared)
    assert "secretKeyRef: {name: seal, key: store-key}" in manifest
    assert "secretKeyRef: {name: db, key: url}" in manifest
    assert "secretKeyRef: {name: keys, key: secret-access-key}" in manifest
    assert '{name: AVATAR_S3_ENDPOINT, value: "http://minio:9000"}' in manifest
    assert "{port: 5432, protocol: TCP}" in manifest and "{port: 9000, protocol: TCP}" in manifest
    assert 'avatar-serving, drain, --limit-s, "120"' in manifest
    found = objects(*shared)
    assert not [o for o in found if o["kind"] == "PersistentVolumeClaim"]
    [group] = one(found, "RayService")["spec"]["rayClusterConfig"]["workerGroupSpecs"]
    assert (group["replicas"], group["minReplicas"], group["maxReplicas"]) == (3, 3, 3)
    pod = group["template"]["spec"]
    assert "affinity" not in pod, "gateways on one node would fall together"
    assert serve_config(*shared)["applications"][0]["args"]["profile"]["gateways"] == 3


def test_gateways_that_come_by_load():
    shared = "gateway.replicas=2,store.database.secret=db,store.s3.bucket=faces"
    growing = "autoscaling.enabled=true,profile.gateway_scaling.most=6"
    scaled = ("--set", shared, "--set", growing, "--set", "profile.gateway_scaling.warm=25")
    [group] = one(objects(*scaled), "RayService")["spec"]["rayClusterConfig"]["workerGroupSpecs"]
    assert (group["replicas"], group["minReplicas"], group["maxReplicas"]) == (2, 2, 6)
    profile = serve_config(*scaled)["applications"][0]["args"]["profile"]
    assert (profile["gateways"], profile["gateway_scaling"]) == (2, {"most": 6, "warm": 25})
    over = refusal(*scaled, "--set", "profile.gateway_scaling.most=1")
    assert "gateway.replicas (2) is over profile.gateway_scaling.most (1)" in over
    alone = refusal("--set", "autoscaling.enabled=true,profile.gateway_scaling.most=6")
    assert "SQLite and a folder belong to one" in alone


@pytest.mark.parametrize(
    ("address", "port"),
    [("http://collector.watch:4318", 4318), ("https://traces.example.org/otlp", 443),
     ("http://collector.watch/v1", 80)],
)  # fmt: skip
def test_traces_go_to_a_collector(address, port):
    manifest = text("--set", f"monitoring.otlpEndpoint={address}")
    assert f'{{name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "{address}"}}' in manifest
    assert f"{{port: {port}, protocol: TCP}}" in manifest
