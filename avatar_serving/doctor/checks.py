"""What this machine needs for a profile, check by check. A new check is one more function."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec

from rich.filesize import decimal

from avatar_serving.config import PROFILES, STAGES, Profile, load_profile
from avatar_serving.doctor.findings import Finding, fail, ok, warn
from avatar_serving.doctor.gpu_checks import (
    check_gpu_engines,
    check_gpu_memory,
    sessions_of_a_gpu,
)
from avatar_serving.doctor.patient import Patient
from avatar_serving.doctor.services import unreachable
from avatar_serving.film.encoders import NVENC, failing
from avatar_serving.film.formats import MP4
from avatar_serving.stages.animate.audio2face import Audio2FaceConfig
from avatar_serving.weights.library import Library
from avatar_serving.weights.lock import Weight, total_size

_RAY_BYTES = 2_000_000_000
"""Ray, the gateway and its libraries, without models (docs/architecture.md)."""
_SPARE_DISK_BYTES = 1_000_000_000
_BUILT_IN = tuple(sorted(path.stem for path in PROFILES.glob("*.yaml") if path.stem != "test"))
_CORES_A_TALKER = 2.0
"""What one conversation was measured to keep busy (docs/benchmarks.md)."""


def examine(patient: Patient) -> list[Finding]:
    return [finding for check in CHECKS for finding in check(patient)]


def check_profile(patient: Patient) -> Iterator[Finding]:
    """Which built-in profiles this machine has the memory and the GPUs for."""
    fitting = [name for name in _BUILT_IN if _fits(load_profile(name), patient)]
    if patient.profile_name in fitting or patient.profile_name not in _BUILT_IN:
        yield ok("profile", f"{patient.profile_name}; of the built-in ones fit: {_named(fitting)}")
    else:
        said = f"{patient.profile_name} is too large for this machine"
        yield fail("profile", said, f"one of these: {_named(fitting)}")


def check_cores(patient: Patient) -> Iterator[Finding]:
    cores = patient.machine.cores
    if cores < 2:
        yield warn("cores", f"{cores:g}: answers will come late", "two or more cores")
    else:
        yield ok("cores", f"{cores:g}")


def check_memory(patient: Patient) -> Iterator[Finding]:
    has = patient.machine.memory_bytes
    needs = _memory(patient.profile, patient.shelf)
    said = f"{decimal(has)}; profile {patient.profile_name} takes about {decimal(needs)}"
    if has < needs:
        yield fail("memory", said, "more memory, or a profile with smaller models")
    elif has < 1.5 * needs:
        yield warn("memory", said, "close other programs")
    else:
        yield ok("memory", said)


def check_disk(patient: Patient) -> Iterator[Finding]:
    free = patient.machine.free_disk_bytes
    wanted = [w for w in patient.weights() if patient.shelf.state(w) != "present"]
    needs = _SPARE_DISK_BYTES + sum(map(total_size, wanted))
    said = f"{decimal(free)} free, {decimal(needs)} wanted"
    if free < needs:
        yield fail("disk", said, "room in AVATAR_CACHE, or another folder for it")
    else:
        yield ok("disk", said)


def check_weights(patient: Patient) -> Iterator[Finding]:
    """One line for those that are here, one for each that is not."""
    here: list[Weight] = []
    for weight in patient.weights():
        state = patient.shelf.state(weight)
        about = f"{weight.name}: {decimal(total_size(weight))}, {weight.licence}"
        if not patient.shelf.allows(weight):
            remedy = "another engine, or AVATAR_LICENCE unset"
            yield fail("weights", f"{about}: {weight.licence_class} use only", remedy)
        elif state != "present":
            yield fail("weights", f"{about}: {state}", f"avatar-serving weights pull {weight.name}")
        else:
            here.append(weight)
    size = decimal(sum(map(total_size, here)))
    yield ok("weights", f"{len(here)} of profile {patient.profile_name} are here, {size}")


def check_gpus(patient: Patient) -> Iterator[Finding]:
    wanted = sum(
        place.num_gpus * place.min_replicas for place in patient.profile.placement.values()
    )
    gpus = patient.machine.gpus
    for gpu in gpus:
        yield ok("gpu", f"{gpu.name}, {decimal(gpu.memory_bytes)}, driver {gpu.driver}")
    if wanted > len(gpus):
        said = f"profile {patient.profile_name} places stages on {wanted:g} GPUs, {len(gpus)} here"
        yield fail("gpu", said, "another profile; for this machine: cpu")
    elif not gpus:
        yield ok("gpu", "none; the profile needs none")


def check_engines(patient: Patient) -> Iterator[Finding]:
    """One line for each stage whose engine cannot be loaded."""
    for name in STAGES:
        engine = patient.profile.stage(name)
        absent = [m for m in dict.fromkeys(engine.required_modules()) if find_spec(m) is None]
        if absent:
            remedy = "pip install -c constraints-gpu.txt 'avatar-serving[gpu]'"
            yield fail("engines", f"{name}: not installed: {', '.join(absent)}", remedy)


def check_services(patient: Patient) -> Iterator[Finding]:
    """Whether services elsewhere that engines speak to take connections."""
    animate = patient.profile.animate
    if isinstance(animate, Audio2FaceConfig):
        failure = unreachable(animate.address)
        said = f"animate: Audio2Face at {animate.address}"
        if failure:
            yield fail("services", f"{said}: {failure}", "start it, or choose another engine")
        else:
            more = "how many streams it animates is its own affair, and was not measured"
            yield ok("services", f"{said} takes connections; {more}")


def check_encoder(patient: Patient) -> Iterator[Finding]:
    """What encodes films: the hardware is tried, not looked up."""
    wanted, failure = patient.profile.encoder, failing(NVENC)
    if wanted == "cpu":
        yield ok("encoder", f"{MP4.plain.name} on the CPU, as the profile says")
    elif not failure:
        yield ok("encoder", f"{NVENC.name} works")
    elif wanted == "auto":
        yield ok("encoder", f"{MP4.plain.name} on the CPU; {NVENC.name} does not work: {failure}")
    else:
        yield fail("encoder", f"{NVENC.name} does not work: {failure}", "encoder: auto")


def check_sessions(patient: Patient) -> Iterator[Finding]:
    """People who talk at the same time; listeners cost little."""
    talkers = max(1, int(patient.machine.cores / _CORES_A_TALKER))
    allowed = patient.profile.limits.sessions
    said = f"about {talkers} at a time that talk on {patient.machine.cores:g} cores"
    if patient.machine.gpus and any(p.num_gpus for p in patient.profile.placement.values()):
        yield sessions_of_a_gpu(patient)
    elif allowed > 4 * talkers:
        remedy = "lower limits.sessions: load_tests finds out what this machine carries"
        yield warn("sessions", f"{said}; limits.sessions lets {allowed} in", remedy)
    else:
        yield ok("sessions", f"{said}; limits.sessions lets {allowed} in")


def _fits(profile: Profile, patient: Patient) -> bool:
    machine = patient.machine
    enough = machine.memory_bytes >= _memory(profile, patient.shelf)
    return enough and _gpus(profile) <= len(machine.gpus)


def _memory(profile: Profile, shelf: Library) -> int:
    """Bytes that the models of a profile and what runs them take."""
    return _RAY_BYTES + sum(total_size(shelf.get(name)) for name in profile.required_weights())


def _gpus(profile: Profile) -> float:
    """GPUs that are taken as soon as the service runs."""
    return sum(place.num_gpus * place.min_replicas for place in profile.placement.values())


def _named(profiles: list[str]) -> str:
    return ", ".join(profiles) or "none"


CHECKS: tuple[Callable[[Patient], Iterator[Finding]], ...] = (
    check_profile,
    check_cores,
    check_memory,
    check_disk,
    check_gpus,
    check_engines,
    check_gpu_memory,
    check_gpu_engines,
    check_weights,
    check_services,
    check_encoder,
    check_sessions,
)
