"""What the doctor says of a machine."""

import hashlib
import json
import socket
from importlib.util import find_spec

import pytest
from typer.testing import CliRunner

from avatar_serving.cli import app
from avatar_serving.config import Placement, load_profile
from avatar_serving.doctor import checks
from avatar_serving.doctor.checks import examine
from avatar_serving.doctor.gpu_engines import NEEDS
from avatar_serving.doctor.gpu_models import GpuModel, conversations
from avatar_serving.doctor.machine import Gpu, Machine, read_gpus, read_machine
from avatar_serving.doctor.patient import Patient
from avatar_serving.errors import StageFailed
from avatar_serving.stages.animate.audio2face import Audio2FaceConfig
from avatar_serving.stages.animate.wav2vec import Wav2VecConfig
from avatar_serving.stages.render.latent_mouth import LatentMouthConfig
from avatar_serving.weights.environment import WeightsEnvironment
from avatar_serving.weights.library import Library
from avatar_serving.weights.lock import LOCK_FILE, FolderFile, FolderWeight, Lock, read_lock
from avatar_serving.weights.pull import Puller
from scripts.options import engine_unions, engines_of
from tests.weights.registry import Seen

LARGE = Machine(8, 32 << 30, 100 << 30, (Gpu("NVIDIA L4", 24 << 30, "580.1"),))
L4 = ("echo", "NVIDIA L4, 23034, 580.95")


def examined(tmp_path, machine=LARGE, name="cpu", commercial=False, **changes):
    shelf = Library(read_lock(LOCK_FILE), WeightsEnvironment(tmp_path, commercial=commercial))
    profile = load_profile("cpu" if name == "own" else name).model_copy(update=changes)
    findings = examine(Patient(name, profile, machine, shelf))
    return {finding.check: finding for finding in findings}, findings


def test_missing_weights_are_told_with_size_and_licence(tmp_path):
    by_check, findings = examined(tmp_path)
    missing = [f for f in findings if f.check == "weights" and f.level == "fail"]
    assert len(missing) == len(load_profile("cpu").required_weights())
    assert all("MB" in f.message or "kB" in f.message for f in missing)
    (kokoro,) = [f for f in missing if f.message.startswith("kokoro:")]
    assert "Apache-2.0" in kokoro.message
    assert kokoro.remedy == "avatar-serving weights pull kokoro"
    assert by_check["memory"].level == "ok"


def test_the_test_profile_fits_everywhere(tmp_path):
    small = Machine(2, 4 << 30, 20 << 30, ())
    _, findings = examined(tmp_path, small, "test")
    assert {f.level for f in findings if f.check != "sessions"} == {"ok"}


@pytest.mark.parametrize(
    ("check", "level", "machine"),
    [
        ("cores", "warn", Machine(1, 32 << 30, 99 << 30, ())),
        ("memory", "fail", Machine(2, 2 << 30, 99 << 30, ())),
        ("profile", "fail", Machine(2, 2 << 30, 99 << 30, ())),
        ("memory", "warn", Machine(2, 3 << 30, 99 << 30, ())),
        ("disk", "fail", Machine(2, 32 << 30, 1 << 30, ())),
    ],
)
def test_what_is_too_small_is_named(tmp_path, check, level, machine):
    found = examined(tmp_path, machine)[0][check]
    assert found.level == level and found.remedy


def test_gpus_that_a_profile_wants(tmp_path):
    placed = {"tts": Placement(num_gpus=0.5), "llm": Placement(num_gpus=1)}
    assert examined(tmp_path, name="own", placement=placed)[0]["gpu"].level == "fail"
    placed["llm"] = Placement(num_gpus=1, min_replicas=0)
    assert examined(tmp_path, name="own", placement=placed)[0]["gpu"].level == "ok"


@pytest.mark.parametrize(
    ("encoder", "failure", "level", "said"),
    [
        ("auto", "", "ok", "h264_nvenc works"),
        ("auto", "no driver", "ok", "libx264 on the CPU; h264_nvenc does not work: no driver"),
        ("cpu", "", "ok", "libx264 on the CPU, as the profile says"),
        ("nvenc", "no driver", "fail", "h264_nvenc does not work: no driver"),
    ],
)
def test_what_encodes_films_was_tried(tmp_path, monkeypatch, encoder, failure, level, said):
    monkeypatch.setattr(checks, "failing", lambda _: failure)
    found = examined(tmp_path, name="own", encoder=encoder)[0]["encoder"]
    assert (found.level, found.message) == (level, said)


def test_more_sessions_than_cores_can_carry(tmp_path):
    limits = load_profile("cpu").limits.model_copy(update={"sessions": 100})
    found, _ = examined(tmp_path, name="own", limits=limits)
    assert found["sessions"].level == "warn" and "about 4 at a time" in found["sessions"].message


def test_nvidias_tool(tmp_path):
    assert read_gpus(L4) == (Gpu("NVIDIA L4", 23034 << 20, "580.95"),)
    assert read_gpus(("false",)) == ()
    assert read_gpus(("no-such-tool",)) == ()


def test_a_container_sees_its_limits(tmp_path):
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    (tmp_path / "memory.max").write_text(f"{1 << 30}\n")
    machine = read_machine(tmp_path / "not" / "yet", tmp_path)
    assert machine.cores <= 1.5 and machine.memory_bytes == 1 << 30
    (tmp_path / "cpu.max").write_text("max 100000\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert read_machine(tmp_path, tmp_path).memory_bytes > 1 << 30


def test_the_command(tmp_path):
    runner = CliRunner(env={"AVATAR_CACHE": str(tmp_path)})
    done = runner.invoke(app, ["doctor", "--profile", "test", "--json"])
    assert done.exit_code == 0, done.output
    assert {"profile", "memory", "gpu"} <= {found["check"] for found in json.loads(done.output)}
    done = runner.invoke(app, ["doctor"])
    assert done.exit_code == 1 and "-> avatar-serving weights pull" in done.output


def test_an_engine_without_its_packages_says_how_to_install_them(tmp_path):
    if find_spec("vllm") is not None:
        pytest.skip("vLLM is here")
    _, findings = examined(tmp_path, name="gpu")
    told = [f for f in findings if f.check == "engines"]
    assert {f.message.partition(":")[0] for f in told} == {"vlm", "stylise", "tts", "llm"}
    assert all("not installed" in f.message for f in told)
    assert "vllm" in told[0].message and "avatar-serving[gpu]" in told[0].remedy
    assert not [f for f in examined(tmp_path)[1] if f.check == "engines"]


def test_a_model_that_is_too_large_for_its_part_of_a_gpu(tmp_path):
    _, findings = examined(tmp_path, name="gpu")
    llm, vlm = [f for f in findings if f.check == "gpu memory"]
    assert llm.level == "fail" and "15.2 GB of 10.3 GB" in llm.message and llm.remedy
    assert vlm.level == "fail"
    large = Machine(8, 64 << 30, 100 << 30, (Gpu("NVIDIA H100", 80 << 30, "580.1"),))
    _, findings = examined(tmp_path, large, name="gpu")
    assert {f.level for f in findings if f.check == "gpu memory"} == {"ok"}


def test_sessions_of_a_gpu_are_an_estimate(tmp_path):
    def sessions(gigabytes, **limits):
        gpu = Gpu("NVIDIA H100", gigabytes << 30, "580.1")
        machine = Machine(8, 64 << 30, 100 << 30, (gpu,))
        few = load_profile("gpu").limits.model_copy(update=limits)
        return examined(tmp_path, machine, "gpu", limits=few)[0]["sessions"]

    found = sessions(80, sessions=16)
    # 0.9 of 0.4 of 80 GiB less 15.2 GB, by 56 KiB a token: counted by hand.
    context = load_profile("gpu").llm.choices[0].llm.context
    room = int((0.9 * 0.4 * (80 << 30) - 15_231_271_888) / (context * (56 << 10)))
    assert found.level == "ok" and f"about {room} at a time" in found.message
    assert "estimate" in found.message and "not measured" in found.message
    assert sessions(80, sessions=10_000).level == "warn"
    assert sessions(24).level == "fail", "no room beside the weights"


def test_room_for_conversations_follows_the_model(tmp_path):
    told = {
        "num_hidden_layers": 28,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
        "hidden_size": 3584,
    }
    content = json.dumps(told).encode()
    shelf = shelf_with(tmp_path, "config.json", content)
    model = GpuModel("llm", "m", 0.9, 1, context=4096)
    # 2 * 28 layers * 4 heads * 128 numbers of 2 bytes are 56 KiB a token.
    assert conversations(shelf, model, 10 * 4096 * (56 << 10) + len(content)) == 10
    assert conversations(shelf_with(tmp_path / "other", "x.json", content), model, 1e9) is None


def shelf_with(home, name, content):
    source = home / "source"
    source.mkdir(parents=True)
    (source / name).write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    weight = FolderWeight(
        kind="folder",
        name="m",
        licence="MIT",
        licence_class="commercial",
        origin="a test",
        sources=(f"file://{source}/{{path}}",),
        files=(FolderFile(path=name, sha256=sha256, size=len(content)),),
    )
    environment = WeightsEnvironment(home / "cache")
    Puller(environment, Seen()).pull([weight])
    return Library(Lock(version=1, weights=(weight,)), environment)


def test_a_service_that_engines_speak_to_is_tried(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        animate = Audio2FaceConfig(address=address)
        by_check, _ = examined(tmp_path, animate=animate)
        assert by_check["services"].level == "ok" and address in by_check["services"].message
    by_check, _ = examined(tmp_path, animate=animate)
    assert by_check["services"].level == "fail" and "refused" in by_check["services"].message
    assert "services" not in examined(tmp_path)[0]


def test_engines_for_gpus_are_told_with_what_they_lack(tmp_path):
    """Modules, weights with size and licence, and what commercial use does not allow."""
    _, findings = examined(
        tmp_path, commercial=True, animate=Wav2VecConfig(), render=LatentMouthConfig()
    )
    told = [f.message for f in findings if f.level == "fail"]
    if find_spec("torch") is None:
        assert any(line.startswith("animate: not installed: torch") for line in told)
        assert any(line.startswith("render: not installed: torch, diffusers") for line in told)
    assert any("musetalk-1.5: 3.4 GB, CreativeML-OpenRAIL-M: missing" in line for line in told)
    assert any("lam-audio2expression" in line and "unknown use only" in line for line in told)


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is here")
@pytest.mark.parametrize("config", [Wav2VecConfig(), LatentMouthConfig()])
def test_without_torch_an_engine_says_what_to_install(config):
    with pytest.raises(StageFailed, match=r"pip install 'avatar-serving\[gpu\]'"):
        config.build()


def test_engines_beside_vllm_are_counted_by_arithmetic(tmp_path):
    changes = {"render": LatentMouthConfig(batch=8), "animate": Wav2VecConfig(batch=4)}
    findings = [f for f in examined(tmp_path, **changes)[1] if f.check == "gpu engines"]
    assert [f.message.split(":")[0] for f in findings[:-1]] == [
        "animate wav2vec", "render latent_mouth",
    ]  # fmt: skip
    assert all("arithmetic, not measured" in f.message for f in findings[:-1])
    assert "150.0 MB for each of 8 frames" in findings[1].message
    assert findings[-1].level == "ok" and "one NVIDIA L4" in findings[-1].message
    many = {**changes, "render": LatentMouthConfig(batch=500)}
    last = [f for f in examined(tmp_path, **many)[1] if f.check == "gpu engines"][-1]
    assert last.level == "warn" and "fewer at once" in last.remedy
    on_cpu = {"render": LatentMouthConfig(device="cpu"), "animate": Wav2VecConfig(device="cpu")}
    assert not [f for f in examined(tmp_path, **on_cpu)[1] if f.check == "gpu engines"]


def test_every_engine_that_is_counted_exists():
    """And the option that says how many at once."""
    by_name = {
        config.model_fields["engine"].default: config
        for union in engine_unions().values()
        for config in engines_of(union)
    }
    for name, need in NEEDS.items():
        assert need.option in by_name[name].model_fields or not need.option, name
