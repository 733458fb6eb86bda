"""Jobs of a cluster, against a small API server; what is posted is what KubeRay takes."""

import json
import shlex
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from avatar_serving.cluster.api import ClusterApi
from avatar_serving.errors import ClusterRefused, NotFound
from deployments.jobs.base import Job, JobRequest
from deployments.jobs.manifest import JobPods, ray_job
from deployments.jobs.rayjobs import RayJobs
from tests.chart import rayservice_crd
from tests.chart.test_objects import assert_restricted, validated
from tests.cluster.fake_api import fake_cluster
from tests.jobs import rayjob_crd

JOBS = "/apis/ray.io/v1/namespaces/people/rayjobs"
PODS = "/api/v1/namespaces/people/pods"
LORA = JobRequest(
    name="lora", command=("python", "-m", "train", "two words"), num_cpus=1.5, num_gpus=1,
    environment={"STEPS": "40", "PRICE": "$(HOME) $5"},
)  # fmt: skip
FIT = JobRequest(
    name="fit", memory_bytes=2 << 30, limit_s=600, retries=2,
    command=("avatar-serving", "say", "--avatar", "/data/a face.jpg", "-o", "/data/hello.mp4"),
)  # fmt: skip
WHERE = JobPods(
    image="registry.example.org/avatar-serving-gpu:1",
    pull_secrets=("mine",),
    labels={"app.kubernetes.io/name": "avatar-serving"},
    node_selector={"pool": "training"},
    tolerations=({"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},),
    runtime_class="nvidia",
    weights_claim="weights",
    env=({"name": "AVATAR_S3_BUCKET", "value": "faces"},),
)


@pytest.fixture
def cluster(tmp_path):
    with fake_cluster(tmp_path) as (api, config):
        yield api, RayJobs(ClusterApi.connect(kubeconfig=config), WHERE)


@pytest.mark.parametrize("asked", [LORA, FIT], ids=["lora", "fit"])
@pytest.mark.parametrize("pods", [WHERE, JobPods(image="avatar-serving:1")], ids=["all", "least"])
def test_kuberay_and_kubernetes_take_the_manifest(asked, pods):
    made = ray_job("lora-1", asked, pods)
    assert (made["apiVersion"], made["kind"]) == ("ray.io/v1", "RayJob")
    templates = list(rayservice_crd.check(rayjob_crd.SPEC, made["spec"]))
    assert len(templates) == 2
    for _, template in templates:
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {**template["metadata"], "name": "p"}}
        validated(pod, {"spec": template["spec"]})
        assert_restricted(template["spec"]["containers"][0]["securityContext"])
        assert template["spec"]["automountServiceAccountToken"] is False


def test_what_is_asked_for_is_in_the_manifest():
    spec = ray_job("lora-1", LORA, WHERE)["spec"]
    assert spec["entrypointNumGpus"] == 1.0
    head = spec["rayClusterSpec"]["headGroupSpec"]["template"]["spec"]
    assert head["containers"][0]["resources"] == {
        "requests": {"cpu": "1500m", "memory": str(4 << 30)},
        "limits": {"memory": str(4 << 30), "nvidia.com/gpu": "1"},
    }
    environment = {v["name"]: v["value"] for v in head["containers"][0]["env"]}
    assert environment["AVATAR_S3_BUCKET"] == "faces"
    assert "faces" not in str(spec["submitterPodTemplate"])
    assert environment["STEPS"] == "40" and environment["PRICE"] == "$$(HOME) $$5"
    claims = [v.get("persistentVolumeClaim") for v in head["volumes"] if v["name"] == "weights"]
    assert claims == [{"claimName": "weights"}]
    assert "nvidia.com/gpu" not in str(spec["submitterPodTemplate"]["spec"]["containers"])


def test_a_fit_needs_no_gpu_and_is_tried_again_elsewhere():
    spec = ray_job("fit-1", FIT, WHERE)["spec"]
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"]) == (2, 600)
    head = spec["rayClusterSpec"]["headGroupSpec"]["template"]["spec"]["containers"][0]
    assert head["resources"]["limits"] == {"memory": str(2 << 30)}
    assert ray_job("lora-1", LORA, WHERE)["spec"]["backoffLimit"] == 0


def rights_of_the_chart():
    """What the gateway's account may do, as (resource, verb), in the snapshot of the chart."""
    golden = Path(__file__).parents[1] / "chart" / "golden" / "everything.yaml"
    (role,) = [o for o in yaml.safe_load_all(golden.read_text()) if o and o["kind"] == "Role"]
    return {(r, v) for rule in role["rules"] for r in rule["resources"] for v in rule["verbs"]}


@pytest.mark.parametrize("asked", [LORA, FIT], ids=["lora", "fit"])
def test_the_rights_that_the_chart_gives_are_used_and_suffice(cluster, asked):
    api, jobs = cluster
    done, stopped = jobs.submit(asked), jobs.submit(asked)
    threading.Timer(0.2, api.update, (JOBS, done), {"jobStatus": "SUCCEEDED"}).start()
    *_, told = jobs.watch(done)
    assert told.state == "succeeded" and len(jobs.jobs()) == 2
    api.answers[PODS] = {"items": [{"metadata": {"name": "p"}}]}
    api.answers[f"{PODS}/p/log"] = "fitted\n"
    assert jobs.logs(done) == "fitted\n"
    jobs.cancel(stopped)
    assert api.asked == rights_of_the_chart()


def test_two_shells_leave_the_arguments_alone():
    """As KubeRay and then Ray hand them on."""
    odd = ["two words", "a;b", "$(id)", "`id`", "'", '"', "*", "", "\\", "ü\n"]
    show = "import json, sys; print(json.dumps(sys.argv[1:]))"
    spec = ray_job("x-1", JobRequest(name="x", command=("python", "-c", show, *odd)), WHERE)["spec"]
    words = shlex.split(spec["entrypoint"])
    words[0] = sys.executable
    again = subprocess.list2cmdline(words)
    done = subprocess.run(again, shell=True, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == odd


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Lora"},
        {"name": "x" * 40},
        {"command": ()},
        {"environment": {"a b": ""}},
        {"gpu": 1},
    ],
)
def test_a_request_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        JobRequest.model_validate({"name": "lora", "command": ("true",), **wrong})


def test_the_life_of_a_job(cluster):
    api, jobs = cluster
    job_id = jobs.submit(LORA)
    assert api.objects[JOBS][job_id]["spec"]["entrypoint"].startswith(
        "python -m deployments.jobs.entry "
    )
    assert jobs.jobs() == [Job(job_id, "pending")]

    def live():
        time.sleep(0.3)
        for status in (
            {"jobDeploymentStatus": "Initializing"},
            {"jobDeploymentStatus": "Running", "jobStatus": "RUNNING"},
            {"jobDeploymentStatus": "Complete", "jobStatus": "SUCCEEDED"},
        ):
            api.update(JOBS, job_id, **status)

    threading.Thread(target=live).start()
    assert list(jobs.watch(job_id)) == [
        Job(job_id, "pending"),
        Job(job_id, "pending", "Initializing"),
        Job(job_id, "running"),
        Job(job_id, "succeeded"),
    ]
    api.answers[PODS] = lambda query: {
        "items": [{"metadata": {"name": "p"}}]
        if query["labelSelector"] == f"job-name={job_id}"
        else []
    }
    api.answers[f"{PODS}/p/log"] = "step 40\n"
    assert jobs.logs(job_id) == "step 40\n"
    jobs.cancel(job_id)
    assert job_id in api.objects[JOBS]  # it is over: its record stays


def test_a_job_that_fails_says_why(cluster):
    api, jobs = cluster
    job_id = jobs.submit(LORA)
    api.update(JOBS, job_id, jobDeploymentStatus="Complete", message="the submitter failed")
    assert jobs.job(job_id) == Job(job_id, "failed", "the submitter failed")
    told = {"jobDeploymentStatus": "Failed", "reason": "DeadlineExceeded", "message": "too long"}
    api.update(JOBS, job_id, **told)
    assert list(jobs.watch(job_id)) == [Job(job_id, "failed", "DeadlineExceeded too long")]


def test_a_job_that_is_stopped_ends_the_watch(cluster):
    api, jobs = cluster
    job_id = jobs.submit(LORA)
    api.update(JOBS, job_id, jobStatus="RUNNING")
    threading.Timer(0.3, jobs.cancel, (job_id,)).start()
    assert list(jobs.watch(job_id))[-1] == Job(job_id, "stopped", "deleted")
    for call in (jobs.job, jobs.cancel, jobs.logs):
        with pytest.raises(NotFound):
            call(job_id)


def test_without_the_right_it_is_said(cluster):
    api, jobs = cluster
    api.forbidden = True
    for call in (lambda: jobs.submit(LORA), jobs.jobs, lambda: jobs.job("lora-1")):
        with pytest.raises(ClusterRefused, match="403"):
            call()
