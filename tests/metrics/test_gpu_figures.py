"""GPUs by NVIDIA's library, as a machine with two of them would show them."""

import sys
from types import SimpleNamespace

import pytest

from avatar_serving import gpu_figures


class NVMLError(Exception):
    pass


def utilisation(device):
    if device == 1:
        raise NVMLError("cut into parts")
    return SimpleNamespace(gpu=75)


TWO = SimpleNamespace(
    NVMLError=NVMLError,
    nvmlInit=lambda: None,
    nvmlDeviceGetCount=lambda: 2,
    nvmlDeviceGetHandleByIndex=lambda index: index,
    nvmlDeviceGetName=lambda device: "H200",
    nvmlDeviceGetMemoryInfo=lambda device: SimpleNamespace(used=10 + device, total=100),
    nvmlDeviceGetUtilizationRates=utilisation,
)


@pytest.fixture
def samples(monkeypatch):
    def of(library):
        monkeypatch.setitem(sys.modules, "pynvml", library)
        gpu_figures._nvml.cache_clear()
        found = [s for family in gpu_figures.Gpus().collect() for s in family.samples]
        gpu_figures._nvml.cache_clear()
        return {(s.name, s.labels["gpu"]): s.value for s in found}

    return of


def test_two_gpus(samples):
    assert samples(TWO) == {
        ("avatar_gpu_busy_ratio", "0"): 0.75,
        ("avatar_gpu_memory_used_bytes", "0"): 10,
        ("avatar_gpu_memory_used_bytes", "1"): 11,
        ("avatar_gpu_memory_bytes", "0"): 100,
        ("avatar_gpu_memory_bytes", "1"): 100,
    }


def test_without_a_gpu_nothing_is_said(samples):
    def no_driver():
        raise NVMLError("no driver")

    assert samples(SimpleNamespace(NVMLError=NVMLError, nvmlInit=no_driver)) == {}
    assert samples(None) == {}
