"""The figures of the conversation: a file for machines, a table for people."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from avatar_serving.client import Turn
from demo.talk import Conversation
from demo.timeline import Timeline


@dataclass(frozen=True, slots=True)
class TurnFigures:
    said: str
    heard: str
    """By speech recognition."""
    answer: str
    interrupted: bool
    answer_heard: str | None
    """Where it was interrupted: the part that the server keeps, because it was heard."""
    voice_to_voice_ms: int
    """Last audible sample of the user to first audible sample of the answer, at the client."""
    silence_after_ms: int | None
    """Where the user spoke over the answer before: first audible sample to silence."""
    stages_ms: dict[str, float | None]
    """Times of the server after the user's last sample."""
    motion_late_p95_ms: float
    """How far behind the sound frames would have been shown."""
    motion_drift_ms: float
    """Difference of the motion's length and the sound's, over one frame."""
    motion_gaps: int
    underruns: int
    underrun_ms: int
    premature_answers: int


@dataclass(frozen=True, slots=True)
class Report:
    photo: str
    avatar_s: float
    """Photo sent to avatar done."""
    service_start_s: float | None
    """None when the service ran already."""
    voice_to_voice_p50_ms: int
    voice_to_voice_p95_ms: int
    motion_late_p95_ms: float
    motion_drift_max_ms: float
    underruns: int
    microphone_late_p95_ms: float
    errors: tuple[str, ...]
    turns: tuple[TurnFigures, ...]


def turn_figures(turn: Turn) -> TurnFigures:
    answer, playout = turn.answer, turn.answer.playout
    return TurnFigures(
        said=turn.said,
        heard=turn.heard,
        answer=answer.transcript.strip(),
        interrupted=playout.stopped_s is not None,
        answer_heard=answer.heard_text,
        voice_to_voice_ms=round(turn.voice_to_voice_ms),
        silence_after_ms=None if turn.silenced_ms is None else round(turn.silenced_ms),
        stages_ms=dict(answer.timings_ms),
        motion_late_p95_ms=percentile(answer.lateness_ms(), 95),
        motion_drift_ms=0.0 if playout.stopped_s is not None else round(answer.drift_ms(), 1),
        motion_gaps=answer.gaps(),
        underruns=len(playout.underruns),
        underrun_ms=round(sum(u.seconds for u in playout.underruns) * 1000),
        premature_answers=turn.premature,
    )


def report(
    conversation: Conversation, photo: str, avatar_s: float, service_start_s: float | None
) -> Report:
    turns = tuple(turn_figures(turn) for turn in conversation.turns)
    waits = [float(turn.voice_to_voice_ms) for turn in turns]
    late = [ms for turn in conversation.turns for ms in turn.answer.lateness_ms()]
    return Report(
        photo=photo,
        avatar_s=round(avatar_s, 2),
        service_start_s=None if service_start_s is None else round(service_start_s, 1),
        voice_to_voice_p50_ms=round(percentile(waits, 50)),
        voice_to_voice_p95_ms=round(percentile(waits, 95)),
        motion_late_p95_ms=percentile(late, 95),
        motion_drift_max_ms=max((turn.motion_drift_ms for turn in turns), default=0.0),
        underruns=sum(turn.underruns for turn in turns),
        microphone_late_p95_ms=percentile(list(conversation.lateness_ms), 95),
        errors=tuple(conversation.diary.errors),
        turns=turns,
    )


def percentile(values: list[float], which: float) -> float:
    return round(float(np.percentile(values, which)), 1) if values else 0.0


def write_report(path: Path, figures: Report) -> None:
    path.write_text(json.dumps(asdict(figures), indent=2, ensure_ascii=False) + "\n")


def write_transcript(path: Path, timeline: Timeline) -> None:
    lines = [asdict(caption) for caption in timeline.captions()]
    path.write_text(json.dumps(lines, indent=2, ensure_ascii=False) + "\n")


def show(figures: Report, console: Console) -> None:
    table = Table(title="the conversation", show_lines=True)
    table.add_column("turn")
    for column in (
        "voice to\nvoice ms",
        "silent\nafter ms",
        "motion\nlate ms",
        "drift\nms",
        "under-\nruns",
    ):
        table.add_column(column, justify="right", no_wrap=True)
    for turn in figures.turns:
        cut = " [red](interrupted)[/]" if turn.interrupted else ""
        table.add_row(
            f"[dim]said[/]   {escape(turn.said)}\n[dim]heard[/]  {escape(turn.heard)}\n"
            f"[dim]answer[/] {escape(turn.answer)}{cut}",
            str(turn.voice_to_voice_ms),
            "" if turn.silence_after_ms is None else str(turn.silence_after_ms),
            f"{turn.motion_late_p95_ms:g}",
            f"{turn.motion_drift_ms:g}",
            str(turn.underruns),
        )
    console.print(table)
    console.print(
        f"voice to voice p50 {figures.voice_to_voice_p50_ms} ms, "
        f"p95 {figures.voice_to_voice_p95_ms} ms; avatar from the photo {figures.avatar_s:g} s; "
        f"motion late p95 {figures.motion_late_p95_ms:g} ms, "
        f"drift at most {figures.motion_drift_max_ms:g} ms; underruns {figures.underruns}"
    )
    for error in figures.errors:
        console.print(f"[red]the server reported:[/] {escape(error)}")
