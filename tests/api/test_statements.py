"""Statements over HTTP: issued by the treasurer alone, read by their merchant, in three forms."""

import hashlib
import time
from itertools import cycle
from zoneinfo import ZoneInfo

import httpx
import pytest

from endogene_token.chain.transactions import revoke_role
from endogene_token.chain.views import Role
from endogene_token.sdk.access import authorization
from endogene_token.sdk.keys import TillKey
from endogene_token.treasury.statements import issuing
from endogene_token.treasury.statements.issuer import Issuer
from endogene_token.treasury.statements.months import Month, local_day
from tests.api.test_access import OFFICER, who
from tests.site import Site
from tests.town import BAKERY, BAKERY_TILL, GROCER, GROCER_TILL, key

ZONE = ZoneInfo("America/Toronto")
ISSUE = "/v1/statements/issue"
AGES = cycle(range(200))  # seconds


def this_month() -> Month:
    day = local_day(int(time.time()), ZONE)
    return Month(day.year, day.month)


def open_month() -> Month:
    """Return the month that is not over yet by the office's clock, which stands back by its margin."""
    day = local_day(int(time.time()) - issuing.CLOCK_MARGIN, ZONE)
    return Month(day.year, day.month)


def before(month: Month) -> Month:
    return Month(month.year - (month.month == 1), (month.month - 2) % 12 + 1)


def post(site: Site, signer: TillKey, month: str) -> httpx.Response:
    request = site.client.build_request("POST", ISSUE, json={"month": month})
    instant = int(time.time()) - next(AGES)  # each signature its own: a second time, it opens nothing
    header = authorization(signer, site.town.ledger.domain, "POST", ISSUE, instant, body=request.content)
    request.headers["authorization"] = header
    return site.client.send(request)


def get(site: Site, path: str, signer: TillKey = OFFICER, **headers: str) -> httpx.Response:
    header = authorization(signer, site.town.ledger.domain, "GET", path, int(time.time()))
    return site.client.get(path, headers={"authorization": header, **headers})


@pytest.fixture
def sold(site: Site) -> Site:
    """A town whose merchants sold this month, its statements issued as once the month has ended."""
    site.record(
        site.town.purchases(BAKERY_TILL, 1, [10_000, 0, 20_000]), site.town.purchases(GROCER_TILL, 1, [5_000])
    )
    office = issuing.Office(site.engine, site.town.ledger, Issuer(), ZONE, "CAD", "fr")
    issuing.issue(office, this_month(), this_month().period(ZONE).end + issuing.CLOCK_MARGIN)
    return site


def test_only_the_treasurer_issues(site: Site) -> None:
    """Everybody asks; 200 for the officer alone, 401 without a proof, 403 once the role has ended."""
    site.read()
    month = str(before(open_month()))
    statuses = {name: post(site, one, month).status_code for name, one in who(site).items()}
    assert statuses == {name: 200 if name == "officer" else 403 for name in statuses}
    assert site.client.post(ISSUE, json={"month": month}).status_code == 401
    site.town.do(revoke_role(site.town.community, Role.TREASURER, key(101).address))
    assert post(site, OFFICER, month).status_code == 403, "another role is not enough"


def test_a_month_is_issued_once_and_not_before_its_end(site: Site) -> None:
    """Again, it is told as it was; the present month is a conflict, and no month is not understood."""
    site.read()
    present = open_month()
    month = str(before(present))
    assert [post(site, OFFICER, month).json()["is_new"] for _ in range(2)] == [True, False]
    told = post(site, OFFICER, str(present))
    assert (told.status_code, told.json()["code"]) == (409, "month-open")
    told = post(site, OFFICER, "2020-01")
    assert (told.status_code, told.json()["code"]) == (409, "month-order")
    told = post(site, OFFICER, "2026-13")
    assert (told.status_code, told.json()["code"]) == (422, "month")


def test_no_merchant_reads_the_statement_of_another(sold: Site) -> None:
    """Each path by everybody: its merchant, that merchant's till, and officers."""
    month = this_month()
    for merchant, allowed in ((BAKERY, {"bakery", "bakery till"}), (GROCER, {"grocer", "grocer till"})):
        for path in (f"statements/{month}", f"statements/{month}.pdf", "statements"):
            url = f"/v1/merchants/{merchant}/{path}"
            statuses = {name: get(sold, url, one).status_code for name, one in who(sold).items()}
            assert statuses == {n: 200 if n in {*allowed, "officer"} else 403 for n in statuses}, url
            assert sold.client.get(url).status_code == 401


def test_a_statement_is_told_in_three_forms_with_the_same_bytes(sold: Site) -> None:
    """By the end of its address or by Accept; JSON is what was stored, whose SHA-256 the list tells."""
    url = f"/v1/merchants/{BAKERY}/statements/{this_month()}"
    [told] = get(sold, f"/v1/merchants/{BAKERY}/statements").json()["items"]
    json_ = get(sold, url)
    assert "0x" + hashlib.sha256(json_.content).hexdigest() == told["sha256"]
    assert json_.json()["figures"]["account"]["closing"] == {"owed": "840", "prepaid": "0"}
    for kind, media in (("json", "application/json"), ("csv", "text/csv"), ("pdf", "application/pdf")):
        by_suffix, by_accept = get(sold, f"{url}.{kind}"), get(sold, url, accept=f"{media};q=0.9, */*")
        assert by_suffix.content == by_accept.content == get(sold, f"{url}.{kind}").content
        assert by_suffix.headers["content-type"].startswith(media)
        assert by_suffix.headers["content-disposition"].endswith(f'{told["number"]}-{this_month()}.{kind}"')
    french, english = (get(sold, f"{url}.pdf", OFFICER, **{"accept-language": lang}) for lang in ("fr", "en"))
    assert french.content != english.content
    assert (french.headers["content-language"], english.headers["content-language"]) == ("fr", "en")


def test_what_was_not_issued_is_not_found(sold: Site) -> None:
    """404 with its own code; another ending is not understood."""
    url = f"/v1/merchants/{BAKERY}/statements"
    told = get(sold, f"{url}/{before(this_month())}")
    assert (told.status_code, told.json()["code"]) == (404, "unknown-statement")
    assert get(sold, f"{url}/{this_month()}.exe").status_code == 422
    assert get(sold, f"{url}/2026-13").status_code == 422
