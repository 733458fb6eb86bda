"""The command ``avatar-serving``."""

import typer

from avatar_serving.cli import drive, jobs, lora, say, sell
from avatar_serving.cli.avatar import app as avatar_app
from avatar_serving.cli.check import check
from avatar_serving.cli.doctor import doctor
from avatar_serving.cli.drain import drain
from avatar_serving.cli.evaluate import evaluate
from avatar_serving.cli.examples import teach
from avatar_serving.cli.keys import app as keys_app
from avatar_serving.cli.portraits import app as portraits_app
from avatar_serving.cli.serve import serve
from avatar_serving.cli.status import status
from avatar_serving.cli.talk import talk
from avatar_serving.cli.voice import app as voice_app
from avatar_serving.cli.weights import app as weights_app

app = typer.Typer(
    name="avatar-serving",
    help="One picture in, a digital human out that people talk to face to face, in real time.",
    no_args_is_help=True,
    epilog="Begin with avatar-serving doctor, then serve, then open http://localhost:8000",
    pretty_exceptions_show_locals=False,
)
app.command()(serve)
app.command()(check)
app.command()(doctor)
app.command()(drain)
app.command()(evaluate)
app.command(context_settings=jobs.AS_GIVEN)(jobs.jobs)
app.command(context_settings=say.ANYTHING)(drive.drive)
app.command(context_settings=say.ANYTHING)(lora.lora)
app.command(context_settings=say.ANYTHING)(say.say)
app.command(context_settings=say.ANYTHING)(sell.sell)
app.command()(status)
app.command()(talk)
app.add_typer(avatar_app, name="avatar")
app.add_typer(keys_app, name="keys")
app.add_typer(portraits_app, name="portraits")
app.add_typer(voice_app, name="voice")
app.add_typer(weights_app, name="weights")
teach(app)
