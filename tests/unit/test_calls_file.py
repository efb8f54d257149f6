"""What a resolution does, as a person writes it."""

import json
from dataclasses import astuple
from pathlib import Path

import pytest

from endogene_token.chain import resolutions as rs
from endogene_token.chain import transactions as tx
from endogene_token.chain.artifacts import CONTRACTS
from endogene_token.chain.charter import standard_charter
from endogene_token.chain.community import Community
from endogene_token.chain.views import Role
from endogene_token.cli.calls_file import read_calls
from endogene_token.errors import CallsFileError

ADDRESSES: dict[str, str] = {name: f"0x{number:040x}" for number, name in enumerate(CONTRACTS, start=1)}
COMMUNITY = Community(
    name="Essai",
    chain_id=1,
    membership=ADDRESSES["Membership"],
    credit=ADDRESSES["CommunityCredit"],
    fund=ADDRESSES["CommunityFund"],
    rulebook=ADDRESSES["Rulebook"],
    assembly=ADDRESSES["Assembly"],
    board=ADDRESSES["Board"],
    projects=ADDRESSES["ProjectBook"],
    currency=ADDRESSES["ProjectCurrency"],
    redemptions=ADDRESSES["RedemptionDesk"],
    passkey_verifier="0x" + "99" * 20,
    founding_block=1,
    founding_hash="0x" + "00" * 32,
)
SOMEBODY = "0x" + "12" * 20


def written(tmp_path: Path, rows: object) -> Path:
    path = tmp_path / "calls.json"
    path.write_text(json.dumps(rows), "utf-8")
    return path


def test_calls_are_those_that_the_call_makers_make(tmp_path: Path) -> None:
    """Addresses, numbers, bytes and a whole charter."""
    charter = standard_charter()
    names = ("profile", "unopened", "collegeBps", "boardSeats", "boardLimit", "lateWindow", "opening")
    procedure = ("body", "majority", "isSealed", "quorumBps", "notice", "voting", "contest", "validity")
    told: dict[str, object] = dict(zip(names, charter.words(), strict=False))
    told["procedures"] = [dict(zip(procedure, astuple(one), strict=True)) for one in charter.procedures]
    path = written(
        tmp_path,
        [
            {
                "contract": "Membership",
                "function": "grantRole",
                "arguments": [int(Role.TREASURER), SOMEBODY, 9],
            },
            {"contract": "Assembly", "function": "annul", "arguments": [3, "0x" + "07" * 32]},
            {"contract": "Rulebook", "function": "publishCharter", "arguments": [told]},
        ],
    )
    expected = [
        tx.grant_role(COMMUNITY, Role.TREASURER, SOMEBODY, 9),
        rs.annul(COMMUNITY, 3, b"\7" * 32),
        rs.publish_charter(COMMUNITY, charter),
    ]
    assert read_calls(path, ADDRESSES) == [rs.executable(one) for one in expected]


@pytest.mark.parametrize(
    "rows",
    [
        {},
        [{"contract": "Nobody", "function": "seat", "arguments": []}],
        [{"contract": "Board", "function": "dance", "arguments": []}],
        [{"contract": "Board", "function": "seat", "arguments": [1]}],
        [{"contract": "Board", "function": "seat", "arguments": [-1, 2]}],
        [{"contract": "Board", "function": "seat", "arguments": [1, 2], "value": 3}],
        [{"contract": "Assembly", "function": "annul", "arguments": [1, "0xzz"]}],
        [{"contract": "Membership", "function": "grantRole", "arguments": [0, "nobody", 1]}],
    ],
)
def test_what_is_no_call_of_the_community_is_refused(tmp_path: Path, rows: object) -> None:
    """With its reason, before anything is signed."""
    with pytest.raises(CallsFileError):
        read_calls(written(tmp_path, rows), ADDRESSES)


def test_no_file_is_a_resolution_that_does_nothing() -> None:
    """It only says something."""
    assert read_calls(None, ADDRESSES) == []
