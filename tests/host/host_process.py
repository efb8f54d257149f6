"""`python -m tests.host.host_process DATA`: a host at work until it is killed. Its first line: its URL."""

import sys
import time
from pathlib import Path

from endogene_token import log
from endogene_token.cli import meeting, story
from endogene_token.config import Settings
from endogene_token.host.community import Host
from endogene_token.host.ground import FREE_PORT, FoundingPlan


def main() -> None:
    """Tell the demo's story, say so, and wait for the end."""
    log.configure("warning", json=False)  # to stderr: the first line of stdout is the URL
    settings = Settings.load(data_dir=Path(sys.argv[1]))
    plan = FoundingPlan("Essais", charter=meeting.brisk_charter())
    with Host(settings, plan, api_port=FREE_PORT, node_port=FREE_PORT) as host:
        for _ in story.tell(host):
            pass
        sys.stdout.write(f"{host.url}\n")
        sys.stdout.flush()
        while True:
            time.sleep(1)


if __name__ == "__main__":
    main()
