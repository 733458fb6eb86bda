"""Small charts as SVG text, for a page that needs nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

import numpy as np

_WIDTH, _HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 24, 40
COLOURS = ("var(--a)", "var(--b)", "var(--c)", "var(--d)")


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    kind: Literal["line", "steps", "dots"] = "line"
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    x: str
    """What the axis shows, with its unit."""
    y: str
    series: tuple[Series, ...]
    limit: float | None = None
    """A target, drawn across."""
    upright: float | None = None
    """A target, drawn upright."""
    y_most: float | None = None
    x_most: float | None = None

    def svg(self) -> str:
        """One ``<svg>`` element; empty text where there is nothing to show."""
        if not any(len(series.xs) for series in self.series):
            return ""
        plane = _Plane(self._most("x"), self._most("y"))
        parts = [*plane.grid(), *self._targets(plane)]
        for i, series in enumerate(self.series):
            parts.append(_drawn(series, plane, series.colour or COLOURS[i % len(COLOURS)]))
        parts += self._names(plane)
        title = escape(f"{self.y} by {self.x}")
        return (
            f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">'
            + "".join(parts)
            + "</svg>"
        )

    def _most(self, axis: str) -> float:
        fixed = self.x_most if axis == "x" else self.y_most
        if fixed is not None:
            return fixed
        values = [v for s in self.series for v in (s.xs if axis == "x" else s.ys)]
        target = self.upright if axis == "x" else self.limit
        return max([*values, target or 0.0, 1e-9]) * 1.06

    def _targets(self, plane: "_Plane") -> list[str]:
        lines: list[str] = []
        if self.limit is not None:
            y = plane.y(self.limit)
            lines.append(
                f'<line class="target" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>'
            )
        if self.upright is not None:
            x = plane.x(self.upright)
            lines.append(
                f'<line class="target" x1="{x}" x2="{x}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>'
            )
        return lines

    def _names(self, plane: "_Plane") -> list[str]:
        right = f'x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 4}" text-anchor="end"'
        texts = [
            f'<text class="axis" {right}>{escape(self.x)}</text>',
            f'<text class="axis" x="{_LEFT + 4}" y="{_TOP - 10}">{escape(self.y)}</text>',
        ]
        if len(self.series) > 1:
            for i, series in enumerate(self.series):
                colour = series.colour or COLOURS[i % len(COLOURS)]
                x, y = _LEFT + 190 + i * 130, _TOP - 10
                texts.append(f'<circle cx="{x - 8}" cy="{y - 4}" r="4" fill="{colour}"/>')
                texts.append(f'<text class="axis" x="{x}" y="{y}">{escape(series.name)}</text>')
        return texts


@dataclass(frozen=True, slots=True)
class _Plane:
    x_most: float
    y_most: float

    def x(self, value: float) -> float:
        inside = min(value / self.x_most, 1.0)
        return round(_LEFT + inside * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        inside = min(value / self.y_most, 1.0)
        return round(_HEIGHT - _BOTTOM - inside * (_HEIGHT - _TOP - _BOTTOM), 1)

    def grid(self) -> list[str]:
        parts: list[str] = []
        for value in ticks(self.y_most):
            y = self.y(value)
            parts.append(
                f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>'
            )
            parts.append(f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{value:g}</text>')
        for value in ticks(self.x_most):
            x = self.x(value)
            parts.append(
                f'<text x="{x}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{value:g}</text>'
            )
        return parts


def ticks(most: float) -> list[float]:
    """Round numbers from 0 to *most*, about five of them."""
    rough = most / 5
    size = 10 ** np.floor(np.log10(rough))
    step = float(next(s for s in (1 * size, 2 * size, 5 * size, 10 * size) if s >= rough * 0.999))
    return [round(i * step, 10) for i in range(int(most / step + 1e-9) + 1)]


def _drawn(series: Series, plane: _Plane, colour: str) -> str:
    points = [(plane.x(x), plane.y(y)) for x, y in zip(series.xs, series.ys, strict=True)]
    if series.kind == "dots":
        return "".join(
            f'<circle cx="{x}" cy="{y}" r="2.2" fill="{colour}" fill-opacity=".6"/>'
            for x, y in points
        )
    if series.kind == "steps":
        points = [
            corner for before, after in zip(points, points[1:] or points, strict=False)
            for corner in (before, (after[0], before[1]))
        ] + points[-1:]  # fmt: skip
    path = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>'


def cumulative(values: Sequence[float]) -> tuple[list[float], list[float]]:
    """Sorted values, and the share in percent of values up to each; from 0."""
    known = np.sort(np.asarray(values, float))
    shares = 100 * np.arange(1, len(known) + 1) / max(1, len(known))
    return [*known[:1].tolist(), *known.tolist()], [0.0, *shares.tolist()]
