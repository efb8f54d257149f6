"""Who may call a till's agent: this machine's programs with its token; where it may listen; its folder."""

import stat
from pathlib import Path

import pytest

from endogene_token.errors import AgentTokenError, ForeignSiteError, KeyExposedError, ListenError
from endogene_token.till.guard import Address, Guard
from endogene_token.till.place import Place

OWN = {"host": "127.0.0.1:8787", "x-endogene-token": "secret"}
GUARD = Guard(Address("127.0.0.1", 8787), Path("token"), "secret")


@pytest.mark.parametrize(
    "change",
    [{}, {"host": "localhost:8787"}, {"host": "LocalHost:8787"}, {"origin": "http://127.0.0.1:8787"}],
    ids=str,
)
def test_a_program_of_this_machine_with_the_token_is_let_in(change: dict[str, str]) -> None:
    """By either name of this machine."""
    GUARD.check({**OWN, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"host": "shop.example:8787"},
        {"host": "127.0.0.1"},
        {"host": "127.0.0.1:8788"},
        {"host": ""},
        {"host": "127.0.0.1:8787.evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://127.0.0.1:8787.evil.example"},
    ],
    ids=str,
)
def test_a_page_of_the_web_is_kept_out_even_with_the_token(change: dict[str, str]) -> None:
    """Another site in the browser, or one whose name its own server makes point here."""
    with pytest.raises(ForeignSiteError):
        GUARD.check({**OWN, **change})


@pytest.mark.parametrize("token", [None, "", "secre", "secret ", "SECRET", "é"])
def test_without_the_token_nobody_is_let_in(token: str | None) -> None:
    """Another user of this machine cannot read its file."""
    headers = {name: value for name, value in {**OWN, "x-endogene-token": token}.items() if value is not None}
    with pytest.raises(AgentTokenError) as refused:
        GUARD.check(headers)
    assert "secret" not in f"{refused.value} {GUARD!r}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("127.0.0.1:8787", "127.0.0.1:8787"),
        ("127.3.2.1:0", "127.3.2.1:0"),
        ("localhost:1", "localhost:1"),
        ("[::1]:8787", "[::1]:8787"),
    ],
)
def test_the_agent_listens_to_this_machine(text: str, shown: str) -> None:
    """Any address of its own loop."""
    assert str(Address.parse(text)) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("", "8787", "127.0.0.1", ":8787", "0.0.0.0:8787", "[::]:8787", "192.168.1.4:8787"),
        *("127.0.0.1:99999", "127.0.0.1:x", "a@127.0.0.1:8787", "127.0.0.1:8787/x", "[::ffff:10.0.0.1]:8787"),
    ],
)
def test_it_listens_nowhere_else(text: str) -> None:
    """An agent that a whole shop's network could call would need more than a token."""
    with pytest.raises(ListenError):
        Address.parse(text)


def test_the_token_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    """Mode 600 in a folder of mode 700; one that others could read is used no more."""
    place = Place(tmp_path, 6)
    place.prepare()
    token = place.make_token()
    assert (len(token), place.make_token()) == (64, token)
    assert stat.S_IMODE(place.token.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700
    place.token.chmod(0o644)
    with pytest.raises(KeyExposedError):
        place.make_token()
