"""`endogene up`: the community of a data folder, served."""

from pathlib import Path

from endogene_token.cli.console import answering, settings
from endogene_token.cli.demo import serve
from endogene_token.host.community import Host
from endogene_token.host.ground import FoundingPlan


def run(*, port: int | None, data: Path | None, as_json: bool) -> None:
    """Serve the community of the data folder, founding it at first use."""
    with answering(as_json) as answer:
        found = settings(data_dir=data, api_port=port)
        with Host(found, FoundingPlan(found.community)) as host:
            answer.update({"url": host.url, "rpc_url": host.rpc_url})
            serve(host, answer, as_json=as_json)
