"""What each command is used for, as one would type it: the end of its ``--help``."""

import typer

EXAMPLES: dict[str, tuple[str, ...]] = {
    "serve": (
        "avatar-serving serve",
        "avatar-serving serve --port 8001 --data ~/avatars",
        "avatar-serving serve --profile my-profile.yaml --host 0.0.0.0",
    ),
    "check": ("avatar-serving check", "avatar-serving check --photo me.jpg"),
    "doctor": (
        "avatar-serving doctor",
        "avatar-serving doctor --profile gpu --json",
        "avatar-serving doctor --cluster --namespace avatars",
    ),
    "drain": ("avatar-serving drain --limit-s 600",),
    "evaluate": (
        "avatar-serving evaluate me.jpg -o report",
        "avatar-serving evaluate avatar.zip --portrait me.jpg --quick",
    ),
    "status": ("avatar-serving status", "avatar-serving status --url http://gpu-1:8000 --json"),
    "talk": (
        "avatar-serving talk --text",
        "avatar-serving talk --wav question.wav -o answer.wav",
        "avatar-serving talk --avatar av_0123456789abcdef --mute-while-speaking",
    ),
    "avatar inspect": ("avatar-serving avatar inspect avatar.zip",),
    "avatar create": (
        "avatar-serving avatar create me.jpg --consent",
        'avatar-serving avatar create eva.png --name Eva --persona "A patient teacher." --consent',
    ),
    "avatar list": ("avatar-serving avatar list",),
    "avatar export": (
        "avatar-serving avatar export avatar.zip avatar.glb",
        "avatar-serving avatar export avatar.zip avatar.spz",
    ),
    "avatar import": ("avatar-serving avatar import lam.zip avatar.zip --name Eva",),
    "keys create": (
        "avatar-serving keys create shop --may read --may talk --days 90",
        "avatar-serving keys create phone-app --owner anna",
    ),
    "keys list": ("avatar-serving keys list",),
    "keys rotate": ("avatar-serving keys rotate shop",),
    "keys revoke": ("avatar-serving keys revoke shop",),
    "portraits train": ('avatar-serving portraits train anime faces/ --rights "Drawn by us."',),
    "portraits draw": ("avatar-serving portraits draw anime --seed 7 --count 16 -o sheet.png",),
    "voice record": (
        'avatar-serving voice record anna.wav --id anna --name Anna --said "Good morning." '
        '--consent "Anna agreed in writing."',
    ),
    "voice list": ("avatar-serving voice list",),
    "weights list": ("avatar-serving weights list",),
    "weights pull": (
        "avatar-serving weights pull --profile cpu",
        "avatar-serving weights pull portrait-astronaut",
    ),
    "weights verify": ("avatar-serving weights verify",),
}
"""By command."""

SAY_EXAMPLES = (
    'avatar-serving say --avatar me.jpg --consent --text "Hello, everybody." -o hello.mp4',
    "avatar-serving say --avatar avatar.zip --audio speech.mp3 --aspect 9:16 --height 720 -o a.mp4",
    'avatar-serving say --avatar avatar.zip --text "Hi!" --background transparent -o hi.webm',
    'avatar-serving say --footage me.mp4 --consent --text "Something else." -o again.mp4',
)

DRIVE_EXAMPLES = (
    "avatar-serving drive --avatar avatar.zip --film me.mp4 --film-consent -o driven.mp4",
    "avatar-serving drive --avatar eva.jpg --consent --film me.mp4 --film-consent --aspect 9:16 "
    "-o tall.mp4",
    "avatar-serving drive --avatar avatar.zip --film me.mp4 --onto-film --consent --film-consent "
    "-o swapped.mp4",
)

SELL_EXAMPLES = (
    "avatar-serving sell --avatar avatar.zip --script show.yaml -o show.mp4",
    "avatar-serving sell --avatar avatar.zip --script show.yaml --comments asked.jsonl -o show.mp4",
    "chat-reader | avatar-serving sell --avatar avatar.zip --script show.yaml --comments - "
    "-o rtmp://live.example.com/app/KEY",
)


def shown(examples: tuple[str, ...]) -> str:
    """*examples* as they stand below a help page, each in a line of its own."""
    return "\n\n".join(("Examples:", *(f"  {line}" for line in examples)))


def teach(app: typer.Typer, within: str = "") -> None:
    """Put examples below the help of every command of *app* that has some."""
    for command in app.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__.replace("_", "-")
        if examples := EXAMPLES.get(within + name):
            command.epilog = shown(examples)
    for group in app.registered_groups:
        assert group.typer_instance is not None
        teach(group.typer_instance, f"{within}{group.name} ")
