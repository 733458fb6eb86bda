"""Which answer was so slow: the newest span of each bucket of a histogram.

prometheus_client keeps exemplars in one process only; here each process writes its own into the
folder where they put their figures together.
"""

import json
import os
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from prometheus_client.metrics_core import Metric
from prometheus_client.samples import Exemplar

from avatar_serving.whole_files import write_whole

_kept: dict[str, dict[str, Any]] = {}


def keep(name: str, ends: Sequence[float], value: float, labels: dict[str, str]) -> None:
    """*labels* name the span that *value* was measured in; *ends* are those of *name*'s buckets."""
    bucket = bisect_left(ends, value)
    end = "+Inf" if bucket == len(ends) else str(float(ends[bucket]))
    _kept.setdefault(name, {})[end] = {"labels": labels, "value": value, "at": time.time()}
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder is not None:
        write_whole(Path(folder) / f"exemplars_{os.getpid()}.json", json.dumps(_kept))


def with_exemplars(families: Iterable[Metric]) -> Iterator[Metric]:
    """The *families*, with what all processes of the node kept."""
    newest = _newest()
    for family in families:
        kept = newest.get(family.name, {})
        if kept:
            family.samples = [
                s._replace(exemplar=_exemplar(kept[s.labels["le"]]))
                if s.name.endswith("_bucket") and s.labels["le"] in kept
                else s
                for s in family.samples
            ]
        yield family


def _newest() -> dict[str, dict[str, Any]]:
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder is None:
        return _kept
    found: dict[str, dict[str, Any]] = {}
    for path in Path(folder).glob("exemplars_*.json"):
        for name, buckets in json.loads(path.read_text()).items():
            known = found.setdefault(name, {})
            for end, one in buckets.items():
                if end not in known or known[end]["at"] < one["at"]:
                    known[end] = one
    return found


def _exemplar(one: dict[str, Any]) -> Exemplar:
    return Exemplar(one["labels"], one["value"], one["at"])
