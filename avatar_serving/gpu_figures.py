"""How busy and how full the GPUs of this node are, by NVIDIA's management library if it is here."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

_LABELS = ("gpu", "model")


class Gpus:
    """A collector of prometheus_client. Without a GPU, or without pynvml, it has nothing to say."""

    def collect(self) -> Iterator[Metric]:
        nvml = _nvml()
        if nvml is None:
            return
        busy = GaugeMetricFamily(
            "avatar_gpu_busy_ratio", "Part of the last second in which a GPU worked", labels=_LABELS
        )
        used = GaugeMetricFamily("avatar_gpu_memory_used_bytes", "Memory taken", labels=_LABELS)
        size = GaugeMetricFamily("avatar_gpu_memory_bytes", "Memory there is", labels=_LABELS)
        for index in range(nvml.nvmlDeviceGetCount()):
            device = nvml.nvmlDeviceGetHandleByIndex(index)
            labels = (str(index), str(nvml.nvmlDeviceGetName(device)))
            memory = nvml.nvmlDeviceGetMemoryInfo(device)
            used.add_metric(labels, memory.used)
            size.add_metric(labels, memory.total)
            try:
                busy.add_metric(labels, nvml.nvmlDeviceGetUtilizationRates(device).gpu / 100)
            except nvml.NVMLError:
                continue  # a GPU that is cut into parts (MIG) has no figure for the whole
        yield from (busy, used, size)


@cache
def _nvml() -> Any:
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    return pynvml
