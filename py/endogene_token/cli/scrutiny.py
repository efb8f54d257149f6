"""`endogene vote seal-keys` and `unseal`: the scrutineers' key, and the opening of a sealed vote."""

from pathlib import Path
from typing import Any

from endogene_token.cli.console import answering, say, tell
from endogene_token.cli.options import LANG
from endogene_token.cli.voting import get, opening_body, post, service
from endogene_token.errors import SealBrokenError, ShareFormatError
from endogene_token.hexes import from_hex
from endogene_token.i18n import tr
from endogene_token.sealing import KeyShare, SealingKeys, combine_shares, open_, split_key


def run_keys(shares: int, threshold: int, *, as_json: bool) -> None:
    """Make a key, tell its public half and its shares, and forget the whole."""
    with answering(as_json) as answer:
        keys = SealingKeys.generate()
        texts = [share.text() for share in split_key(keys.private, threshold, shares)]
        answer.update({"public_key": keys.public.hex(), "threshold": threshold, "shares": texts})
        if as_json:
            return
        tell(tr("Public key, for ENDOGENE_SEALING_KEY: {key}", LANG, key=keys.public.hex()))
        for number, text in enumerate(texts, start=1):
            tell(tr("Share {number}: {text}", LANG, number=number, text=text))
        say(tr("Give each scrutineer one share, and keep none: nothing here remembers them.", LANG))


def run_unseal(number: int, shares: list[Path], *, api: str | None, data: Path | None, as_json: bool) -> None:
    """Open what members sealed for the scrutineers, and have the ledger count it."""
    with answering(as_json) as answer:
        url = service(api, data)
        public = from_hex(str(get(url, f"/v1/resolutions/{number}")["sealing_key"]))
        private = combine_shares([_share(path) for path in shares], public)
        rows: list[dict[str, Any]] = get(url, f"/v1/resolutions/{number}/sealed-openings")["items"]
        shut: list[int] = []
        for row in rows:
            try:
                sealed = from_hex(row["sealed_opening"])
                opening = open_(sealed, private, number, row["member"])
            except SealBrokenError:  # sealed for somebody else, or for nobody: its member may still open it
                shut.append(row["member"])
                continue
            post(url, f"/v1/resolutions/{number}/openings", opening_body(row["member"], opening))
        answer.update({"opened": len(rows) - len(shut), "shut": shut})
        if not as_json:
            tell(tr("Ballots opened: {count}", LANG, count=len(rows) - len(shut)))
            if shut:
                tell(tr("Still shut, of the members: {members}", LANG, members=", ".join(map(str, shut))))


def _share(path: Path) -> KeyShare:
    try:
        return KeyShare.parse(path.read_text("ascii").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise ShareFormatError(actual=path) from error
