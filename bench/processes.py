"""CPU time of a service's processes, read from /proc."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def descendants(pid: int) -> list[int]:
    """*pid* and every process below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = list[int](), [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def named(pids: list[int], *words: str) -> list[int]:
    """Those whose command line has all *words* in it."""
    return [pid for pid in pids if all(word in _command(pid) for word in words)]


def cpu_s(pids: list[int]) -> float:
    """Seconds of CPU used so far, by all of them together."""
    used = [_stat(pid) for pid in pids]
    return sum(int(f[11]) + int(f[12]) for f in used if f) / _TICKS


def machine_s() -> float:
    """Seconds of CPU that the whole machine has used so far, all cores together."""
    user, nice, system, _idle, _io, irq, soft, stolen = _first_line("/proc/stat")[1:9]
    return sum(map(int, (user, nice, system, irq, soft, stolen))) / _TICKS


def _first_line(path: str) -> list[str]:
    return Path(path).read_text().partition("\n")[0].split()


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat after the name: state, parent ... ; empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
