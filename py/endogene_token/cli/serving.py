"""`endogene up`: the community of a data folder, served."""

from typing import Annotated

import typer

from endogene_token.cli.console import LANG, out, print_json, say, settings, told
from endogene_token.cli.demo import AsJson, Data, watch
from endogene_token.host import FoundingPlan, Host
from endogene_token.i18n import tr


def up(
    port: Annotated[
        int | None, typer.Option("--port", help=tr("The port of the API (default: 8080).", LANG))
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Serve the community of the data folder, founding it at first use."""
    with told(as_json):
        found = settings(data_dir=data, api_port=port)
        with Host(found, FoundingPlan(found.community)) as host:
            if as_json:
                print_json({"url": host.url, "rpc_url": host.rpc_url})
            else:
                out.print(tr("Public page: {url}", LANG, url=f"{host.url}/"))
            say(tr("Ctrl-C ends; the next start goes on where this one was.", LANG))
            watch(host)
