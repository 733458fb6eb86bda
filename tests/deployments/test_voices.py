import io
import wave

from tests.deployments.test_rest import create, picture


def seconds(answer):
    with wave.open(io.BytesIO(answer.content)) as sound:
        return sound.getnframes() / sound.getframerate()


def test_every_voice_can_be_heard(rest):
    for voice in rest.get("/v1/voices").json()["data"]:
        answer = rest.get(voice["sample"])
        assert answer.headers["content-type"] == "audio/wav"
        assert seconds(answer) > 1
        assert rest.get(voice["sample"]).content == answer.content


def test_samples_have_a_speed_and_a_pitch(rest):
    plain = rest.get("/v1/voices/tone/sample")
    fast = rest.get("/v1/voices/tone/sample?speed=1.5")
    high = rest.get("/v1/voices/tone/sample?pitch=4")
    assert seconds(fast) < 0.9 * seconds(plain)
    assert seconds(high) == seconds(plain)
    assert high.content != plain.content
    assert rest.get("/v1/voices/tone/sample?pitch=7").status_code == 400
    assert rest.get("/v1/voices/nobody/sample").json()["error"]["code"] == "not_found"


def test_languages_say_what_is_missing(rest):
    found = {row["id"]: row for row in rest.get("/v1/languages").json()["data"]}
    assert found["en"]["understood"] and found["en"]["spoken"]
    assert not found["yue"]["understood"] and not found["yue"]["spoken"]
    assert "CPU" in found["yue"]["note"]


def test_a_language_without_engines_is_refused(rest):
    session = {"session": {"avatar": {"language": "yue"}}}
    answer = rest.post("/v1/realtime/client_secrets", json=session)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "language_unavailable"


def test_avatars_keep_their_speed_and_pitch(rest):
    _, made = create(rest, picture(), speed=1.2, pitch=-2)
    avatar = made[-1][1]["avatar"]
    assert (avatar["speed"], avatar["pitch"]) == (1.2, -2)
    url = f"/v1/avatars/{avatar['id']}"
    assert rest.patch(url, json={"pitch": 3}).json()["pitch"] == 3
    assert rest.get(url).json()["speed"] == 1.2
    assert rest.patch(url, json={"pitch": 9}).status_code == 400
