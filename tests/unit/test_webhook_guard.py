"""Nothing is delivered to this machine, to its neighbours, or to what only looks like elsewhere."""

import ipaddress
import socket
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endogene_token.errors import (
    AddressRefusedError,
    EndogeneError,
    EndpointRedirectsError,
    EndpointSilentError,
    EndpointSlowError,
    NameUnresolvedError,
    WebhookUrlError,
)
from endogene_token.webhooks.guard import Guard, resolved
from endogene_token.webhooks.posting import MOST_READ, Outcome, Poster
from tests.api.receiver import certificate, free_port, receiving

PUBLIC = ("93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4007:80e::200e")
INSIDE = (
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),  # noqa: S104  # to be refused
    *("169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.2.1", "203.0.113.1"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:4136:e378::"),
    *("fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "::127.0.0.1", "::7f00:1"),
    *("192.88.99.1", "100::1", "3fff::1", "5f00::1"),
)
OPEN = Guard()


def addresses(*found: str) -> list[str]:
    return OPEN.addresses(OPEN.target("https://shop.example/"), lambda _host, _port: list(found))


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_is_not_of_the_public_internet_is_refused(address: str) -> None:
    """As a name's address, and written into the URL."""
    with pytest.raises(AddressRefusedError):
        addresses(address)
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(WebhookUrlError):
        OPEN.target(f"https://{host}/hook")


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_is_taken(address: str) -> None:
    """The guard refuses no more than it says."""
    assert addresses(address) == [address]


@pytest.mark.parametrize("bad", ["10.0.0.1", "::1", "not an address"])
def test_one_bad_address_among_good_ones_spoils_them_all(bad: str) -> None:
    """Which one would be used is chance, or the choice of who wrote the records."""
    with pytest.raises(AddressRefusedError):
        addresses(*PUBLIC, bad)


@given(st.ip_addresses(v=4))
def test_ipv4_inside_of_ipv6_is_refused_in_every_form(address: ipaddress.IPv4Address) -> None:
    """Mapped, compatible, translated, tunnelled: even where the inner one is public."""
    inner = int(address)
    for prefix in ("::ffff:0:0", "::ffff:0:0:0", "::", "64:ff9b::", "64:ff9b:1::"):
        assert not OPEN.is_allowed(ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) + inner))
    assert not OPEN.is_allowed(ipaddress.IPv6Address((0x2002 << 112) + (inner << 80)))


@given(st.ip_addresses())
def test_no_address_is_allowed_that_the_library_calls_private(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    """A second opinion over all addresses; being allowed loopback allows nothing else."""
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not OPEN.is_allowed(address)
        assert Guard(True).is_allowed(address) == address.is_loopback


@pytest.mark.parametrize(
    "url",
    [
        *("http://shop.example/", "ftp://shop.example/", "file:///etc/passwd", "gopher://x/", "//x/", "x"),
        *("https://user@shop.example/", "https://user:word@shop.example/", "https://@shop.example/"),
        *("https://shop.example/#part", "https://", "https:///x", "https://:443/", "https://x:0/"),
        *(
            "https://x:99999/",
            "https://x:-1/",
            "https://[::1",
            "https://[fe80::1%25eth0]/",
            "https://é.example/",
        ),
        *(
            "https://a b/",
            "https://shop.example\\@10.0.0.1/",
            "https://shop.example/\r\nx: y",
            "https://x/\x00",
        ),
        *("http://127.0.0.1/", "http://localhost/", "https://127.0.0.1/", "https://[::1]/"),
    ],
)
def test_a_url_that_is_not_plain_https_is_refused(url: str) -> None:
    """No name or password, no fragment, no control letters, no other scheme."""
    with pytest.raises(WebhookUrlError):
        OPEN.target(url)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://shop.example/", "https://192.168.0.1/"])
def test_in_development_only_this_machine_may_be_called_without_https(url: str) -> None:
    """The setting opens one door."""
    with pytest.raises(WebhookUrlError):
        Guard(allows_loopback=True).target(url)
    assert Guard(allows_loopback=True).target("http://localhost:8000/x?y=1").path == "/x?y=1"


def test_a_name_without_https_must_lead_to_this_machine() -> None:
    """In development, `localhost` may be what the hosts file says; others are not called in the clear."""
    guard = Guard(allows_loopback=True)
    with pytest.raises(AddressRefusedError):
        guard.addresses(guard.target("http://localhost/"), lambda _host, _port: ["93.184.216.34"])


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0"])
def test_other_spellings_of_this_machine_are_refused_once_resolved(host: str) -> None:
    """The system reads them as addresses; the guard looks at what it read."""
    with pytest.raises((AddressRefusedError, NameUnresolvedError)):
        OPEN.addresses(OPEN.target(f"https://{host}/"), resolved)


def test_a_name_server_that_does_not_answer_is_not_waited_for() -> None:
    """The try ends in its time, whatever the system's patience; it counts as a name without address."""
    done = threading.Event()

    def slow(_host: str, _port: int) -> list[str]:
        done.wait(20)
        return ["127.0.0.1"]

    begun = time.monotonic()
    outcome = posted("https://shop.example/", slow, total_seconds=0.5)
    assert time.monotonic() - begun < 5
    assert trouble(outcome) is NameUnresolvedError
    done.set()


def posted(url: str, resolve: object = None, **options: object) -> Outcome:
    poster = Poster(Guard(allows_loopback=True), resolve or resolved, **options)  # type: ignore[arg-type]
    return poster.post(url, {"content-type": "application/json"}, b"{}")


def trouble(outcome: Outcome) -> type[EndogeneError]:
    return type(outcome.trouble) if outcome.trouble else EndogeneError


def test_what_is_connected_to_is_the_address_that_was_checked() -> None:
    """The name is asked for once: a second answer, private this time, is never heard."""
    asked = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with receiving() as endpoint:
        assert posted(f"http://localhost:{endpoint.port}/hook?a=b", rebinding) == Outcome(204, None)
        assert [one.path for one in endpoint.got] == ["/hook?a=b"]
        assert endpoint.got[0].headers["host"] == f"localhost:{endpoint.port}"
        assert asked == ["localhost"]


def test_a_name_that_leads_inside_is_never_connected_to() -> None:
    """The endpoint stands on this machine, and hears nothing."""
    with receiving() as endpoint:
        poster = Poster(Guard(), lambda _host, _port: ["127.0.0.1"])
        outcome = poster.post(f"https://shop.example:{endpoint.port}/", {}, b"{}")
        assert trouble(outcome) is AddressRefusedError
        assert endpoint.got == []


def test_tls_is_spoken_with_the_name_not_with_the_address(tmp_path: Path) -> None:
    """SNI, certificate and Host are the name's; another name's certificate is not believed."""
    server, client = certificate(tmp_path, "shop.example")

    def here(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    with receiving(server) as endpoint:
        url = f"https://shop.example:{endpoint.port}/hook"
        assert posted(url, here, trust=client) == Outcome(204, None)
        assert endpoint.names == ["shop.example"]
        assert endpoint.got[0].headers["host"] == f"shop.example:{endpoint.port}"
        other = posted(f"https://other.example:{endpoint.port}/hook", here, trust=client)
        assert trouble(other) is EndpointSilentError
        stranger = posted(url, here)
        assert trouble(stranger) is EndpointSilentError, "a certificate that the web does not vouch for"
        assert len(endpoint.got) == 1


def test_a_redirection_is_not_followed() -> None:
    """To this machine or to anywhere else."""
    with receiving() as inside, receiving() as endpoint:
        endpoint.ways = [inside.url]
        outcome = posted(endpoint.url)
        assert (outcome.status, trouble(outcome)) == (307, EndpointRedirectsError)
        assert inside.got == []


@pytest.mark.parametrize("way", ["held", "trickle", "trickle-head"])
def test_an_answer_that_does_not_end_is_cut_at_the_deadline(way: str) -> None:
    """Each byte comes in time; all of them together do not."""
    with receiving() as endpoint:
        endpoint.ways = [way]
        begun = time.monotonic()
        outcome = posted(endpoint.url, total_seconds=0.6)
        assert trouble(outcome) is EndpointSlowError
        assert time.monotonic() - begun < 30  # uncut, each takes two minutes or more


def test_a_huge_answer_is_cut() -> None:
    """130 MB are offered; some 64 kB are read, and what buffers hold."""
    with receiving() as endpoint:
        endpoint.ways = ["huge"]
        assert posted(endpoint.url) == Outcome(200, None)
        assert endpoint.sent < 200 * MOST_READ


def test_who_does_not_listen_and_who_has_no_name_is_told_so() -> None:
    """Both may be over in a moment: neither raises."""
    assert trouble(posted(f"http://127.0.0.1:{free_port()}/")) is EndpointSilentError

    def unknown(host: str, _port: int) -> list[str]:
        raise socket.gaierror(host)

    assert trouble(posted("https://shop.example/", unknown)) is NameUnresolvedError


def test_a_status_that_is_no_success_counts_for_nothing() -> None:
    """200 to 299 is taken; everything else is sent again."""
    with receiving() as endpoint:
        endpoint.ways = ["200", "299", "404", "500"]
        assert [posted(endpoint.url).trouble is None for _ in range(4)] == [True, True, False, False]
