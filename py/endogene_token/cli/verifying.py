"""`endogene vote verify`: it needs a receipt and a node, and nothing of the cooperative."""

from pathlib import Path

from endogene_token.ballot_receipt import BallotReceipt
from endogene_token.chain.rpc import Rpc
from endogene_token.cli.console import answering, tell
from endogene_token.cli.options import LANG
from endogene_token.errors import BallotNotCountedError
from endogene_token.i18n import tr
from endogene_token.verification import Verdict, verify_ballot


def run_verify(receipt: Path, rpc_url: str, *, as_json: bool) -> None:
    """Ask the chain, and nobody else, whether the ballot that counts is the one of the receipt."""
    sentences = {
        Verdict.COUNTED: tr("Counted: the ballot on the chain is the one that you cast.", LANG),
        Verdict.SEALED: tr("Taken, and still sealed: it counts once it is opened.", LANG),
        Verdict.REPLACED: tr("Replaced: a later ballot of the same member counts.", LANG),
        Verdict.ABSENT: tr("Absent: the chain does not have this ballot.", LANG),
        Verdict.ALTERED: tr("Altered: the chain has another choice under this ballot.", LANG),
    }
    with answering(as_json) as answer, Rpc([rpc_url]) as rpc:
        cast = BallotReceipt.load(receipt)
        found = verify_ballot(rpc, cast)
        answer.update({"verdict": found.verdict, "sequence": found.sequence, "cast": cast.sequence})
        if not as_json:
            tell(sentences[found.verdict])
        if found.verdict in {Verdict.ABSENT, Verdict.ALTERED}:
            raise BallotNotCountedError(actual=found.verdict, limit=cast.resolution)
