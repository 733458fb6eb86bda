"""Whether a profile's models fit into this machine's GPUs, and how many people they serve.

All of it is arithmetic on sizes: `load_tests` measures.
"""

from collections.abc import Iterator

from rich.filesize import decimal

from avatar_serving.doctor.findings import Finding, fail, ok, warn
from avatar_serving.doctor.gpu_engines import gpu_engines
from avatar_serving.doctor.gpu_models import conversations, vllm_models
from avatar_serving.doctor.patient import Patient
from avatar_serving.weights.lock import total_size

_MOST_WEIGHTS = 0.9
"""Share of an engine's GPU memory that its weights, or they and the cache, may take; the rest is
for what is computed."""


def check_gpu_memory(patient: Patient) -> Iterator[Finding]:
    """Whether each model fits into its engine's part of the smallest GPU, and what is left."""
    if not patient.machine.gpus:
        return
    gpu = min(patient.machine.gpus, key=lambda each: each.memory_bytes)
    for model in vllm_models(patient.profile):
        size = total_size(patient.shelf.get(model.weight))
        part = gpu.memory_bytes * model.gpu_memory * model.tensor_parallel
        said = f"{model.stage} {model.weight}: {decimal(size)} of {decimal(int(part))}"
        room = conversations(patient.shelf, model, part)
        if size > _MOST_WEIGHTS * part:
            yield fail("gpu memory", said, "a larger gpu_memory, a smaller model, or more GPUs")
        elif room is None:
            yield ok("gpu memory", said)
        else:
            yield ok("gpu memory", f"{said}; room for {room} conversations of full length")


def check_gpu_engines(patient: Patient) -> Iterator[Finding]:
    """What engines beside vLLM take of the smallest GPU, and how many they serve at once."""
    engines = list(gpu_engines(patient.profile, patient.shelf))
    if not patient.machine.gpus or not engines:
        return
    for each in engines:
        yield ok(
            "gpu engines",
            f"{each.stage} {each.engine}: {decimal(each.files_bytes)} of files and "
            f"{decimal(each.need.bytes_each)} for each of {each.at_once} {each.need.what} at once: "
            "arithmetic, not measured",
        )
    gpu = min(patient.machine.gpus, key=lambda each: each.memory_bytes)
    share = sum(model.gpu_memory for model in vllm_models(patient.profile))
    taken = int(share * gpu.memory_bytes) + sum(each.bytes for each in engines)
    said = f"with vLLM's part {decimal(taken)} of {decimal(gpu.memory_bytes)} on one {gpu.name}"
    if taken > gpu.memory_bytes:
        remedy = "stages on GPUs of their own, fewer at once, or a smaller gpu_memory"
        yield warn("gpu engines", f"{said}: too much for one GPU", remedy)
    else:
        yield ok("gpu engines", said)


def sessions_of_a_gpu(patient: Patient) -> Finding:
    """Arithmetic: what the weights and activations of the language model leave to its cache."""
    allowed = patient.profile.limits.sessions
    told = f"limits.sessions lets {allowed} in"
    gpu = min(patient.machine.gpus, key=lambda each: each.memory_bytes)
    model = next((each for each in vllm_models(patient.profile) if each.stage == "llm"), None)
    part = gpu.memory_bytes * model.gpu_memory * model.tensor_parallel if model else 0
    room = conversations(patient.shelf, model, part * _MOST_WEIGHTS) if model else None
    if model is None or room is None:
        return ok("sessions", f"{told}; what GPUs carry was not measured")
    said = (
        f"about {room} at a time for each {model.weight} on {gpu.name}: an estimate from memory "
        f"(weights, and {model.context} tokens of cache each), not measured; {told}"
    )
    if room == 0:
        return fail("sessions", said, "a larger GPU, or a smaller model")
    if allowed > room:
        remedy = "lower limits.sessions, a smaller context, more GPUs; load_tests measures it"
        return warn("sessions", said, remedy)
    return ok("sessions", said)
