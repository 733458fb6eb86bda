"""``python -m scripts.autoscaling``: simulate, then write docs/autoscaling.md and its pictures."""

import argparse

from scripts.autoscaling import page, plots
from scripts.autoscaling.compare import Result, compare


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.autoscaling", description=__doc__)
    parser.add_argument("--seed", type=int, default=7, help="of the people who come")
    parser.add_argument("--scale", type=float, default=1.0, help="length of the scenarios")
    parser.add_argument("--write", action="store_true", help="write the page and its pictures")
    options = parser.parse_args()
    results: list[Result] = []
    for result in compare(options.seed, options.scale):
        results.append(result)
        found = result.outcome
        print(
            f"{result.scenario.name:12} {result.rival:32} p95 {found.wait_s(95):5.1f} s, "
            f"refused {100 * found.refused_share:5.2f} %, {found.gpu_hours:6.1f} GPU-hours, "
            f"{found.changes} changes",
            flush=True,
        )
    if options.write:
        page.write(results)
        for path in plots.draw(results):
            print(path)


if __name__ == "__main__":
    main()
