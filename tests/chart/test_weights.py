"""Weights on a cluster: pulled once into a volume, or from a mirror without any network."""

from typer.testing import CliRunner

from avatar_serving.cli import app
from tests.chart.rendering import objects, one, refusal
from tests.chart.test_objects import pods

FILLED = "--set=weights.cache=persistentVolumeClaim,weights.job=true"
ALONE = (
    "--set=weights.mirror.persistentVolumeClaim.claimName=mirror",
    "--set=networkPolicy.egressToInternet=false",
)


def pulling(spec):
    """The container that pulls, wherever it is in a pod."""
    (found,) = [
        container
        for container in [*spec["containers"], *spec.get("initContainers", [])]
        if "weights pull" in " ".join([*container.get("command", []), *container.get("args", [])])
    ]
    return found


def test_the_job_fills_the_volume_that_pods_read():
    found = objects(FILLED)
    job = one(found, "Job", "")["spec"]["template"]["spec"]
    claims = {v["name"]: v["persistentVolumeClaim"]["claimName"] for v in job["volumes"]
              if "persistentVolumeClaim" in v}  # fmt: skip
    claim = one(found, "PersistentVolumeClaim", claims["weights"])
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    workers = [t["spec"] for path, t in pods(found) if "workerGroupSpecs" in path]
    assert workers
    for worker in workers:
        (volume,) = [v for v in worker["volumes"] if v["name"] == "weights"]
        assert volume["persistentVolumeClaim"]["claimName"] == claims["weights"]
        assert pulling(worker)["command"] == pulling(job)["command"], "and verify it"


def test_what_pulls_is_a_command_that_there_is():
    container = pulling(one(objects(FILLED), "Job")["spec"]["template"]["spec"])
    words = [*container["command"], *container.get("args", [])]
    told = CliRunner().invoke(app, ["weights", "pull", "--help"])
    options = [word for word in " ".join(words).split() if word.startswith("--")]
    assert told.exit_code == 0 and all(option in told.output for option in options)


def test_a_mirror_needs_no_network():
    found = objects(*ALONE)
    for path, template in pods(found):
        if "workerGroupSpecs" not in path:
            continue
        container = pulling(template["spec"])
        environment = {v["name"]: v.get("value") for v in container["env"]}
        assert environment["AVATAR_WEIGHTS_MIRROR"] == "/mirror"
        assert {"name": "mirror", "mountPath": "/mirror", "readOnly": True} in (
            container["volumeMounts"]
        )
    policy = one(found, "NetworkPolicy", "avatar")
    ports = [p["port"] for rule in policy["spec"]["egress"] for p in rule.get("ports", [])]
    assert set(ports) == {53}, "names, and the pods of the release"


def test_weights_come_from_one_place():
    assert "from one of them" in refusal(*ALONE, "--set=weights.inImage=true")
