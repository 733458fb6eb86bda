"""Teaching a character over HTTP: asked for, followed, refused, cancelled, used."""

import io
import json
import shutil
import time

import httpx
import PIL.Image
import pytest

from avatar_serving.errors import AvatarError, OutOfMemory
from avatar_serving.safety.consent import Consent
from avatar_serving.training.record import WEIGHTS_FILE, AdapterRecord, digest
from avatar_serving.weights import path as weight_path
from tests.deployments.teaching import CONSENT, MODEL, ScriptedTrainer, pictures, teaching
from tests.deployments.test_rest import events, picture


@pytest.fixture
def trainer():
    return ScriptedTrainer()


@pytest.fixture
def school(tmp_path, trainer):
    with teaching(tmp_path, trainer) as (_, url, home):
        with httpx.Client(base_url=url, timeout=60) as client:
            yield client, home


@pytest.fixture
def faces():
    """Weights that tell whether pictures show one person."""
    try:
        for name in ("face-detector", "face-landmarks", "face-descriptor"):
            weight_path(name)
    except AvatarError as error:
        pytest.skip(f"LOUD: {error}")


def ask(rest, files=None, **changes):
    body = {"name": "guide", "consent": CONSENT, "steps": 4} | changes
    sent = pictures() if files is None else files
    return rest.post(
        "/v1/trainings",
        data={"request": json.dumps(body)},
        files=[("pictures", (f"{n}.jpg", data)) for n, data in enumerate(sent)],
    )


def followed(rest, job):
    return events(rest.get(f"/v1/trainings/{job}/events").text)


def record(home, name="guide", owner=""):
    folder = home / name
    folder.mkdir(parents=True)
    (folder / WEIGHTS_FILE).write_bytes(b"weights")
    AdapterRecord(
        name=name, model=MODEL, licence="MIT", consent=Consent.model_validate(CONSENT),
        pictures=4, steps=4, loss=0.5, sha256=digest(folder), owner=owner,
    ).write(folder)  # fmt: skip


@pytest.mark.weights
def test_pictures_become_a_character_to_draw(school, trainer, faces):
    rest, home = school
    asked = ask(rest)
    assert asked.status_code == 202, asked.text
    training = asked.json()
    assert (training["object"], training["status"], training["pictures"]) == (
        "training", "queued", 4,
    )  # fmt: skip
    said = followed(rest, training["id"])
    kind, done = said[-1]
    assert kind == "done" and (done["done"], done["loss"], done["samples"]) == (4, 0.25, [2, 4])
    progress = [state["progress"] for _, state in said]
    assert progress == sorted(progress) and progress[-1] == 100
    sample = rest.get(f"/v1/trainings/{training['id']}/samples/2")
    assert PIL.Image.open(io.BytesIO(sample.content)).size == (64, 64)
    assert rest.get(f"/v1/trainings/{training['id']}/samples/3").status_code == 404
    assert trainer.asked[0].examples[0].caption == "guide, A person facing the camera."
    (adapter,) = rest.get("/v1/adapters").json()["data"]
    assert (adapter["name"], adapter["licence"]) == ("guide", "CreativeML-Open-RAIL++-M")
    assert adapter["consented_at"] and "consent" not in adapter
    assert {"id": "guide", "name": "guide"} in rest.get("/v1/looks").json()["drawing"]["adapter"]
    assert ask(rest).json()["error"]["message"] == "there is an adapter 'guide' already"
    assert rest.delete(f"/v1/trainings/{training['id']}").json()["deleted"]
    assert (home / "guide").exists(), "the adapter stays"
    assert rest.delete("/v1/adapters/guide").json()["deleted"]
    assert not (home / "guide").exists() and rest.get("/v1/adapters").json()["data"] == []


@pytest.mark.weights
def test_one_that_is_cancelled_leaves_nothing_and_one_that_fails_says_why(school, trainer, faces):
    rest, home = school
    trainer.endless = True
    training = ask(rest).json()
    with rest.stream("GET", f"/v1/trainings/{training['id']}/events") as told:
        next(line for line in told.iter_lines() if '"samples": [2]' in line)
    again = ask(rest)
    assert again.status_code == 400 and "being taught already" in again.text
    assert rest.delete(f"/v1/trainings/{training['id']}").json()["deleted"]
    assert rest.get("/v1/trainings").json()["data"] == []
    assert not (home / "guide").exists()
    trainer.endless, trainer.trouble = False, OutOfMemory("lora", "CUDA out of memory")
    kind, state = followed(rest, ask(rest).json()["id"])[-1]
    assert (kind, state["error"]["code"]) == ("error", "out_of_memory")
    trainer.trouble = None
    assert followed(rest, ask(rest).json()["id"])[-1][0] == "done"


@pytest.mark.weights
def test_another_gateway_may_delete_it(school, trainer, faces, monkeypatch):
    """The one that teaches notices, and leaves nothing."""
    monkeypatch.setattr("deployments.background._BEAT_S", 0.05)
    rest, home = school
    trainer.endless = True
    training = ask(rest).json()
    with rest.stream("GET", f"/v1/trainings/{training['id']}/events") as told:
        next(line for line in told.iter_lines() if '"samples": [2]' in line)
    shutil.rmtree(home.parent / "data" / "trainings" / training["id"])
    for _ in range(1200):
        if not (home / "guide").exists():
            break
        time.sleep(0.05)
    assert not (home / "guide").exists()


@pytest.mark.parametrize(
    ("files", "changes", "reason"),
    [
        ([], {}, "4 to 20"),
        ([picture(64)] * 3, {}, "4 to 20"),
        ([b"no picture"] * 4, {}, "picture that can be read"),
        ([picture(64)] * 4, {"consent": {"agreed": False, "statement": "x"}}, "consent"),
        ([picture(64)] * 4, {"name": "../up"}, "name"),
        ([picture(64)] * 4, {"nonsense": 1}, "nonsense"),
    ],
)
def test_what_cannot_be_taught_is_refused_at_once(school, files, changes, reason):
    rest, home = school
    answer = ask(rest, files, **changes)
    assert answer.status_code == 400 and reason in answer.json()["error"]["message"]
    assert not home.exists() and rest.get("/v1/trainings").json()["data"] == []


def test_a_profile_that_cannot_learn_says_so(rest):
    assert rest.get("/v1/looks").json()["training"] is False
    assert rest.get("/v1/adapters").json()["data"] == []
    answer = ask(rest, [picture(64)] * 4)
    assert answer.status_code == 400 and "does not draw" in answer.json()["error"]["message"]


def test_a_character_is_its_owners(tmp_path, trainer):
    with teaching(tmp_path, trainer, api_key_required=True) as (services, url, home):
        record(home, "hers", "ada")
        keys = {
            owner: services.store.create_key(f"key of {owner}", owner=owner)
            for owner in ("ada", "bob")
        }
        for owner, names in (("ada", ["hers"]), ("bob", [])):
            headers = {"Authorization": f"Bearer {keys[owner]}"}
            with httpx.Client(base_url=url, headers=headers, timeout=30) as client:
                seen = client.get("/v1/adapters").json()["data"]
                offered = client.get("/v1/looks").json()["drawing"]["adapter"]
                assert [each["name"] for each in seen] == [each["id"] for each in offered] == names
                form = {"consent": CONSENT, "look": {"drawing": {"adapter": "hers"}}}
                drawn = client.post(
                    "/v1/looks/preview",
                    files={"image": ("a.png", picture(64))},
                    data={"request": json.dumps(form)},
                )
                assert drawn.status_code == (200 if names else 404)
                if not names:
                    assert client.delete("/v1/adapters/hers").status_code == 404
