"""``python -m avatar_serving.qwen_speech.worker FOLDER DEVICE DTYPE LONGEST``: the model alone.

Says ``ready``, then speaks lines until its input ends. ``stop`` ends what is being spoken.
"""

import json
import os
import sys
import threading
from pathlib import Path
from queue import Queue
from typing import IO, Any

import torch

from avatar_serving.lam.wire import read_message, write_message
from avatar_serving.qwen_speech.speaker import Line, Speaker

_Message = tuple[dict[str, str], dict[str, Any]]


class Stopped(Exception):
    """Nobody listens to any of the lines."""


def lines_of(head: "dict[str, str]", arrays: "dict[str, Any]") -> list[Line]:
    return [
        Line(**line, recording=arrays.get(f"recording{row}"))
        for row, line in enumerate(json.loads(head["lines"]))
    ]


def serve(speaker: Speaker, source: IO[bytes], answers: IO[bytes], longest: int) -> None:
    asked: Queue[_Message | None] = Queue()
    stopped = threading.Event()
    threading.Thread(target=_listen, args=(source, asked, stopped), daemon=True).start()

    def tell(row: int, samples: Any, last: bool) -> None:
        if stopped.is_set():
            raise Stopped
        head = {"kind": "sound", "row": str(row), "last": "1" if last else ""}
        write_message(answers, head, {"samples": samples})

    while (message := asked.get()) is not None:
        stopped.clear()
        head, arrays = message
        try:
            speaker.speak(lines_of(head, arrays), int(head["seed"]), tell, longest)
            write_message(answers, {"kind": "done"}, {})
        except Stopped:
            write_message(answers, {"kind": "done"}, {})
        except torch.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            write_message(answers, {"kind": "out_of_memory", "detail": str(error)}, {})
        except (RuntimeError, KeyError, ValueError, NotImplementedError) as error:
            write_message(answers, {"kind": "failed", "detail": str(error)}, {})


def _listen(source: IO[bytes], asked: "Queue[_Message | None]", stopped: threading.Event) -> None:
    try:
        while True:
            message = read_message(source)
            if message[0]["kind"] == "stop":
                stopped.set()
            else:
                asked.put(message)
    except (EOFError, ValueError):
        stopped.set()
        asked.put(None)


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    folder, device, dtype, longest = sys.argv[1:5]
    try:
        speaker = Speaker(Path(folder), device, dtype)
    except (OSError, RuntimeError, ImportError, AssertionError, ValueError) as error:
        write_message(answers, {"kind": "failed", "detail": f"{error}"}, {})
        return
    write_message(answers, {"kind": "ready", "clones": "1" if speaker.clones else ""}, {})
    serve(speaker, sys.stdin.buffer, answers, int(longest))


if __name__ == "__main__":
    main()
