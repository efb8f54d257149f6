"""`python -m endogene_token.chain.node --data DIR --port N`: the embedded chain as a process of its own."""

import argparse
import sys
from pathlib import Path

from endogene_token.chain.node.records import DEFAULT_CHAIN_ID, DEFAULT_PORT, NodeInfo, NodeRecord
from endogene_token.chain.node.service import Options, run
from endogene_token.chain.node.supervision import error_line, ready_line
from endogene_token.errors import EndogeneError
from endogene_token.i18n import language, tr


def main(arguments: list[str] | None = None) -> int:
    """Serve until asked to stop. Return 0 after a stop that was asked for, 1 after an error."""
    lang = language()
    parsed = _parser(lang).parse_args(arguments)
    options = Options(parsed.data, parsed.port, parsed.chain_id, lang, parsed.supervised)

    def announce(record: NodeRecord, info: NodeInfo) -> None:
        _write(ready_line(record) if parsed.supervised else _greeting(record, info, lang))

    try:
        run(options, announce)
    except EndogeneError as error:
        if parsed.supervised:
            _write(error_line(error))
        sys.stderr.write(error.render(lang) + "\n")
        return 1
    except KeyboardInterrupt:  # during the replay; afterwards it is an ordinary stop
        return 130
    return 0


def _parser(lang: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m endogene_token.chain.node",
        description=tr("Serve the embedded chain of a data folder, on this machine only.", lang),
    )
    parser.add_argument(
        "--data", type=Path, required=True, help=tr("the folder that holds the chain's journal", lang)
    )
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        help=tr("the port of the JSON-RPC endpoint; 0 takes a free one", lang),
    )
    parser.add_argument(
        "--chain-id", type=int, default=DEFAULT_CHAIN_ID, help=tr("the id of the chain to found", lang)
    )
    # for EmbeddedNode: stop when stdin closes, write the first line for a program
    parser.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    return parser


def _greeting(record: NodeRecord, info: NodeInfo, lang: str) -> str:
    return tr(
        "The chain {chain} answers at {url}; its last block is {height}.",
        lang,
        chain=record.chain_id,
        url=record.rpc_url,
        height=info.height,
    )


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
