"""What a machine has: cores, memory, disk, GPUs, as far as a container lets it be used."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")
_SMI = (
    "nvidia-smi",
    "--query-gpu=name,memory.total,driver_version",
    "--format=csv,noheader,nounits",
)
_SMI_S = 10.0


@dataclass(frozen=True, slots=True)
class Gpu:
    name: str
    memory_bytes: int
    driver: str


@dataclass(frozen=True, slots=True)
class Machine:
    cores: float
    memory_bytes: int
    free_disk_bytes: int
    """Where weights are kept."""
    gpus: tuple[Gpu, ...]


def read_machine(cache: Path, cgroup: Path = _CGROUP) -> Machine:
    """This one; *cache* is the folder of the weights, which need not exist yet."""
    kept = next(folder for folder in (cache, *cache.parents) if folder.exists())
    return Machine(
        cores=usable_cores(cgroup),
        memory_bytes=int(min(float(_physical_memory()), _memory_limit(cgroup))),
        free_disk_bytes=shutil.disk_usage(kept).free,
        gpus=read_gpus(),
    )


def read_gpus(command: tuple[str, ...] = _SMI) -> tuple[Gpu, ...]:
    """By NVIDIA's own tool; none where it is absent or its driver does not answer."""
    if shutil.which(command[0]) is None:
        return ()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SMI_S, check=True)
    except (subprocess.SubprocessError, OSError):
        return ()
    rows = [[word.strip() for word in line.split(",")] for line in done.stdout.splitlines()]
    return tuple(_gpu(row) for row in rows if len(row) == 3)


def _gpu(row: list[str]) -> Gpu:
    name, mebibytes, driver = row
    return Gpu(name, int(mebibytes) << 20 if mebibytes.isdecimal() else 0, driver)


def usable_cores(cgroup: Path = _CGROUP) -> float:
    """Within the container's limits."""
    affinity = getattr(os, "sched_getaffinity", None)  # absent on macOS
    here = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(float(here), _core_limit(cgroup))


def _physical_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _core_limit(cgroup: Path) -> float:
    """``cpu.max`` holds a quota and a period, both in microseconds, or ``max``."""
    quota, _, period = _read(cgroup / "cpu.max").partition(" ")
    return int(quota) / int(period) if quota.isdecimal() and period.isdecimal() else float("inf")


def _memory_limit(cgroup: Path) -> float:
    limit = _read(cgroup / "memory.max")
    return float(limit) if limit.isdecimal() else float("inf")


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
