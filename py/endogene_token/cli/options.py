"""What every command takes. Light: the help of a command must not wait for the whole program."""

from pathlib import Path
from typing import Annotated, Final

import typer

from endogene_token.i18n import language, tr

LANG: Final = language()

Data = Annotated[Path | None, typer.Option("--data", help=tr("The data folder (default: .endogene).", LANG))]
AsJson = Annotated[bool, typer.Option("--json", help=tr("Print JSON, for machines.", LANG))]
Port = Annotated[
    int | None,
    typer.Option("--port", help=tr("The port of the API (default: 8080).", LANG), min=1, max=65_535),
]
TreasurerKey = Annotated[
    Path | None,
    typer.Option("--key", help=tr("The treasurer's key file (default: the data folder's own).", LANG)),
]
