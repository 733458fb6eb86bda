"""Jobs of one machine: real processes under a real Ray."""

import os
import sys
import time

import pytest

from avatar_serving.errors import NotFound
from deployments.jobs.base import JobRequest

pytestmark = [pytest.mark.serve, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    import ray

    from deployments.jobs.local import LocalJobs
    from deployments.serve import start_ray

    start_ray(str(tmp_path_factory.mktemp("metrics")))
    yield LocalJobs(tmp_path_factory.mktemp("jobs"))
    ray.shutdown()


def python(code, **more):
    return JobRequest(name="test", command=(sys.executable, "-c", code), num_cpus=0.1, **more)


def test_a_job_runs_to_its_end_and_says_what_it_wrote(jobs):
    code = "import os, sys; print(os.environ['WORD']); print('aside', file=sys.stderr)"
    job_id = jobs.submit(python(code, environment={"WORD": "hello"}))
    states = [job.state for job in jobs.watch(job_id)]
    assert states[-1] == "succeeded" and set(states) <= {"pending", "running", "succeeded"}
    assert sorted(jobs.logs(job_id).split()) == ["aside", "hello"]
    assert jobs.job(job_id) in jobs.jobs()


def test_a_job_that_fails_says_how(jobs):
    *_, told = jobs.watch(jobs.submit(python("raise SystemExit(3)")))
    assert (told.state, told.message) == ("failed", "exit status 3")
    absent = JobRequest(name="test", command=("no-such-program",), num_cpus=0.1)
    *_, told = jobs.watch(jobs.submit(absent))
    assert told.state == "failed" and "no-such-program" in told.message
    *_, told = jobs.watch(jobs.submit(python("import time; time.sleep(60)", limit_s=1)))
    assert told.state == "failed" and "longer than 1 s" in told.message


def test_a_job_that_can_go_on_is_tried_again(jobs, tmp_path):
    code = (
        "import pathlib, sys; at = pathlib.Path(sys.argv[1]);"
        "step = int(at.read_text()) if at.exists() else 0; print('from', step);"
        "at.write_text(str(step + 1)); sys.exit(step < 2)"
    )
    command = (sys.executable, "-c", code, str(tmp_path / "checkpoint"))
    again = JobRequest(name="test", command=command, num_cpus=0.1, retries=1)
    *_, told = jobs.watch(jobs.submit(again))
    assert told.state == "failed"
    job_id = jobs.submit(again)
    *_, told = jobs.watch(job_id)
    assert told.state == "succeeded" and jobs.logs(job_id) == "from 2\n"
    (tmp_path / "checkpoint").write_text("1")
    *_, told = jobs.watch(job_id := jobs.submit(again))
    assert told.state == "succeeded" and jobs.logs(job_id) == "from 1\nfrom 2\n"


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def written(jobs, job_id):
    ends = time.monotonic() + 60
    while not (text := jobs.logs(job_id)):
        assert time.monotonic() < ends, jobs.job(job_id)
        time.sleep(0.1)
    return text


def test_a_job_is_stopped_with_all_it_started(jobs):
    code = (
        "import subprocess, time; child = subprocess.Popen(['sleep', '60']);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    job_id = jobs.submit(python(code))
    child = int(written(jobs, job_id))
    jobs.cancel(job_id)
    *_, told = jobs.watch(job_id)
    assert told.state == "stopped"
    ends = time.monotonic() + 60
    while not gone(child):
        assert time.monotonic() < ends
        time.sleep(0.1)
    jobs.cancel(job_id)  # over already
    assert jobs.job(job_id).state == "stopped"


def test_a_job_waits_for_room_and_can_be_stopped_meanwhile(jobs):
    wide = JobRequest(name="test", command=("true",), num_cpus=1000)
    job_id = jobs.submit(wide)
    assert jobs.job(job_id).state == "pending"
    jobs.cancel(job_id)
    assert jobs.job(job_id).state == "stopped"


def test_a_job_whose_runner_died_has_failed(jobs):
    import ray

    job_id = jobs.submit(python("import time; print('on', flush=True); time.sleep(60)"))
    written(jobs, job_id)
    ray.kill(ray.get_actor(job_id, "avatar-jobs"))
    *_, told = jobs.watch(job_id)
    assert told.state == "failed" and "gone" in told.message


@pytest.mark.parametrize("name", ["test-0", "../test", ""])
def test_there_is_no_such_job(jobs, name):
    for call in (jobs.job, jobs.cancel, jobs.logs):
        with pytest.raises(NotFound):
            call(name)
