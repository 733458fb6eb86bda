"""Pictures of docs/autoscaling.md; needs the extra ``docs``."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from scripts.autoscaling.compare import Result
from scripts.autoscaling.demand import HOUR_S

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
_SHOWN = ("Ray Serve's default", "a replica", "warm 16, lead 270 s", "warm 2", "queue_wait, 2 s")
_INK, _PEOPLE = "#333333", "#c9d3df"
_COLOURS = ("#b23b3b", "#d98f2b", "#2f6f9f", "#4a8f5c")


def draw(results: Sequence[Result]) -> list[Path]:
    """One picture a scenario: places over time, and what each policy costs and refuses."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    made: list[Path] = []
    for scenario, of_it in groupby(results, key=lambda result: result.scenario):
        same = list(of_it)
        figure, (left, right) = pyplot.subplots(
            1, 2, figsize=(13, 4.2), width_ratios=(1, 1), layout="constrained"
        )
        _over_time(left, same)
        _cost(right, same)
        figure.suptitle(f"{scenario.name}: {scenario.about}", fontsize=11, color=_INK)
        path = FOLDER / f"autoscaling-{scenario.name.replace(' ', '-')}.png"
        figure.savefig(path, dpi=80)
        pyplot.close(figure)
        made.append(path)
    return made


def _over_time(axes: Any, results: Sequence[Result]) -> None:
    shown = [r for r in results if r.rival.replace("`", "").endswith(_SHOWN)]
    people = results[0].outcome  # a fleet that is never full: nobody is turned away from it
    hours = [at_s / HOUR_S for at_s in people.times_s]
    axes.fill_between(hours, people.demand, color=_PEOPLE, step="post", label="people")
    for result, colour in zip(shown, _COLOURS, strict=False):
        name = result.rival.replace("`", "")
        axes.step(hours, result.outcome.room, color=colour, lw=1.3, where="post", label=name)
    axes.set(xlabel="hours", ylabel="places", xlim=(0, hours[-1]), ylim=(0, None))
    axes.legend(fontsize=8, frameon=False, loc="upper left")


def _cost(axes: Any, results: Sequence[Result]) -> None:
    """What each policy costs, and beside it whom it refuses."""
    names = [result.rival.replace("`", "") for result in results]
    hours = [result.outcome.gpu_hours for result in results]
    colours = [_COLOURS[2] if "`" in result.rival else "#9aa5b1" for result in results]
    axes.barh(names, hours, color=colours, height=0.6)
    for row, result in enumerate(results):
        found = result.outcome
        said = f" {100 * found.refused_share:.1f} % refused, p95 {found.wait_s(95):.0f} s"
        axes.text(hours[row], row, said, va="center", fontsize=8, color=_INK)
    axes.invert_yaxis()
    axes.tick_params(axis="y", labelsize=8)
    axes.set(xlabel="GPU-hours", xlim=(0, 1.65 * max(hours)))
    axes.spines[["top", "right"]].set_visible(False)
