"""`endogene demo`: a community from nothing, and the whole round of its money, in a minute."""

from pathlib import Path
from typing import Final

from endogene_token.cli import identities, meeting, story
from endogene_token.cli.console import answering, print_json, progress_bar, say, settings, tell
from endogene_token.cli.ending import Ending
from endogene_token.cli.options import LANG
from endogene_token.cli.signals import signalled
from endogene_token.errors import AuditError
from endogene_token.host.community import Host
from endogene_token.host.ground import FREE_PORT, FoundingPlan
from endogene_token.i18n import mark, tr
from endogene_token.indexer.audit import audit
from endogene_token.regions import load

NAME: Final = "Coopérative de solidarité du Vieux-Marché"
WATCH_SECONDS: Final = 0.5
REGION: Final = Path(__file__).with_name("quebec.geojson")
"""Where its projects are, unless the settings name another region."""


def run(*, once: bool, port: int | None, data: Path | None, as_json: bool) -> None:
    """Tell the story of the demo, check it, and serve it unless `once`."""
    with answering(as_json) as answer:
        found = settings(data_dir=data, api_port=port)
        if found.region is None:
            found = found.model_copy(update={"region": load(REGION)})
        stages = {"story": mark("A day in a small town")}
        say(tr("Starting the embedded chain in {folder}…", LANG, folder=found.data_dir))
        # Nobody looks for a community that ends at once: it takes no port that another may want.
        free = FREE_PORT if once else None
        with Host(
            found,
            FoundingPlan(NAME, charter=meeting.brisk_charter()),
            api_port=free if port is None else port,
            node_port=free,
        ) as host:
            with progress_bar(stages, quiet=as_json) as move:
                for step in story.tell(host):
                    move("story", step, story.STEPS)
            ending = Ending.of(host)
            differences = len(audit(host.engine, host.ledger).differences)
            answer.update({"url": host.url, "differences": differences, **ending.as_json()})
            if not as_json:
                ending.show(found)
                tell(tr("Differences between the chain and the read model: {count}", LANG, count=differences))
            if differences:
                raise AuditError(actual=differences, limit=0)
            if not once:
                host.identities = identities.welcome(host)
                serve(host, answer, as_json=as_json)


def serve(host: Host, answer: dict[str, object], *, as_json: bool) -> None:
    """Say where the community answers, and serve it until the person ends it.

    Raises what ended a worker. With `as_json`, `answer` is printed now: the addresses are needed meanwhile.
    """
    with signalled() as ended:
        if as_json:
            print_json(answer)
            answer.clear()
        else:
            page = host.settings.pages[0]
            tell(tr("Explorer:    {url}", LANG, url=f"{page}/"))
            tell(tr("Wallet:      {url}", LANG, url=f"{page}/wallet"))
            tell(tr("Till:        {url}", LANG, url=f"{page}/till"))
            tell(tr("Office:      {url}", LANG, url=f"{page}/office"))
            tell(tr("API:         {url}", LANG, url=f"{host.url}/v1/health"))
            tell(tr("Chain (RPC): {url}", LANG, url=host.rpc_url))
        say(tr("Ctrl-C ends; the next start goes on where this one was.", LANG))
        while not ended(WATCH_SECONDS):
            host.check()
    say(tr("Stopping…", LANG))
