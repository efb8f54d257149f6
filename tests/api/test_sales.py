"""Sales over HTTP without a till's signature: by key, in files, from shops' software."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from endogene_token.indexer.models import Member
from endogene_token.office import guesses, phones
from endogene_token.office.card_numbers import new_number
from endogene_token.office.models import OfficeGuesses
from endogene_token.office.scopes import Mode, Scope
from endogene_token.office.trail import changing
from endogene_token.sales import HostedSale, HostedTill, SaleConnector
from endogene_token.sales.models import TillState
from endogene_token.sales.secret import webhook_secret
from endogene_token.store import writing
from tests.api.bare_site import ACTOR, Bare, bare_site, some_key
from tests.standing_clock import stand
from tests.town import ALICE, BAKERY, BAKERY_TILL, FOREVER, GROCER

PASSPHRASE = "a passphrase of the tests"  # noqa: S105  opens nothing else
DATA = Path(__file__).parents[1] / "data"
SALE: dict[str, Any] = {"receipt": "A-1", "amount": "4275", "member": 1, "at": "2026-11-20T17:42"}
CSV = b"facture;date;total\nA-1;2026-11-20 17:42;42,75\n=B;2026-11-20;douze\n"


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path) -> Iterator[Bare]:
    """A service whose bakery has a hosted till and two connectors."""
    with bare_site(sqlite_url, hosting_passphrase=PASSPHRASE, data_dir=tmp_path / "data") as opened:
        with writing(opened.engine) as connection, Session(connection) as session:
            till: dict[str, Any] = {
                "merchant": BAKERY,
                "number": BAKERY_TILL,
                "till": BAKERY_TILL,
                "keystore": "{}",
            }
            session.add(HostedTill(address="0x" + "11" * 20, state=TillState.OPEN, **till))
            for kind in ("woocommerce", "odoo"):
                settings = json.dumps({"currency": "CAD"})
                session.add(SaleConnector(merchant=BAKERY, kind=kind, till=BAKERY_TILL, settings=settings))
            session.flush()
        yield opened


def kept(shop: Bare) -> list[HostedSale]:
    with shop.reading() as session:
        return list(session.exec(select(HostedSale)).all())


def signed(body: bytes, generation: int = 1) -> dict[str, str]:
    """Return the headers that WooCommerce sends with `body`."""
    secret = webhook_secret(PASSPHRASE, "woocommerce", BAKERY, generation)
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return {
        "X-WC-Webhook-Topic": "order.updated",
        "X-WC-Webhook-Signature": signature,
        "X-WC-Webhook-Delivery-ID": "36e520ebabc2fa725092ff4a47acedf2",
        "X-WC-Webhook-Source": "https://shop.example/",
        "Content-Type": "application/json",
    }


def test_a_sale_is_taken_once_and_told_without_its_buyer(shop: Bare) -> None:
    """The same again is the same sale; other content under its number is a conflict."""
    token = shop.key(BAKERY, Scope.SALES_WRITE, Scope.SALES_READ)
    first = shop.ask("POST", "/v1/sales", token, json=SALE)
    assert first.status_code == 202, first.text
    assert (first.json()["status"], first.json()["has_member"], "member" in first.json()) == (
        "pending",
        True,
        False,
    )
    assert shop.ask("POST", "/v1/sales", token, json=SALE).json() == first.json()
    taken = shop.ask("POST", "/v1/sales", token, json={**SALE, "amount": "4276"})
    assert (taken.status_code, taken.json()["code"]) == (409, "receipt-taken")
    assert len(kept(shop)) == 1


def test_a_refund_names_its_purchase_and_takes_what_is_left(shop: Bare) -> None:
    """Partial, then the rest, then nothing more."""
    token = shop.key()
    shop.ask("POST", "/v1/sales", token, json=SALE)
    refund = {"receipt": "R-1", "kind": "reversal", "refunds": "A-1"}
    part = shop.ask("POST", "/v1/sales", token, json={**refund, "amount": "1000"})
    rest = shop.ask("POST", "/v1/sales", token, json={**refund, "receipt": "R-2"})
    more = shop.ask("POST", "/v1/sales", token, json={**refund, "receipt": "R-3"})
    assert [one.json().get("amount") for one in (part, rest)] == ["1000", "3275"]
    assert (more.status_code, more.json()["code"]) == (422, "already-returned")


def test_an_idempotency_key_and_the_business_key_agree(shop: Bare) -> None:
    """Repeated under one key the very same answer comes; under another, the very same sale."""
    token, headers = shop.key(), {"Idempotency-Key": some_key()}
    first = shop.ask("POST", "/v1/sales", token, json=SALE, headers=headers)
    again = shop.ask("POST", "/v1/sales", token, json=SALE, headers=headers)
    other = shop.ask("POST", "/v1/sales", token, json=SALE, headers={"Idempotency-Key": some_key()})
    assert first.status_code == 202, first.text
    assert first.json() == again.json() == other.json()
    assert len(kept(shop)) == 1


def test_several_sales_are_each_taken_or_refused(shop: Bare) -> None:
    """One wrong line stops none of the others; refunds may stand before their purchase."""
    sales = [
        {"receipt": "R-1", "kind": "reversal", "refunds": "A-1", "amount": "100"},
        SALE,
        {"receipt": "A-2", "amount": "0"},
        {"receipt": "A-3", "amount": "5", "card": "no such card"},
    ]
    answer = shop.ask("POST", "/v1/sales/batch", shop.key(), json={"sales": sales})
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["added"], told["again"]) == (2, 0)
    assert [(one["line"], one["reason"]) for one in told["refused"]] == [(3, "zero-sale"), (4, "card-number")]


def test_sales_are_listed_page_by_page(shop: Bare) -> None:
    """The cursor goes on where the page ended; a merchant sees its own only."""
    token = shop.key()
    for number in range(3):
        shop.ask("POST", "/v1/sales", token, json={**SALE, "receipt": f"A-{number}"})
    first = shop.ask("GET", "/v1/sales?limit=2", token).json()
    rest = shop.ask("GET", f"/v1/sales?limit=2&after={first['next']}", token).json()
    assert [one["receipt"] for one in first["items"] + rest["items"]] == ["A-0", "A-1", "A-2"]
    assert rest.get("next") is None
    assert shop.ask("GET", "/v1/sales", shop.key(GROCER)).json()["items"] == []


@pytest.mark.parametrize(
    ("scopes", "merchant", "body", "expected"),
    [
        ((Scope.SALES_READ,), BAKERY, SALE, 401),
        ((Scope.SALES_WRITE,), GROCER, {**SALE, "merchant": BAKERY}, 403),
        ((Scope.SALES_WRITE,), GROCER, SALE, 404),
        ((Scope.SALES_WRITE,), BAKERY, {**SALE, "till": 99}, 404),
        ((Scope.SALES_WRITE,), BAKERY, {**SALE, "receipt": "a\0b"}, 422),
        ((Scope.SALES_WRITE,), BAKERY, {**SALE, "at": "2026-13-01"}, 422),
        ((Scope.SALES_WRITE,), BAKERY, {**SALE, "amount": str(2**63)}, 422),
    ],
)
def test_no_key_sells_for_another_and_nothing_wrong_is_kept(
    shop: Bare, scopes: tuple[Scope, ...], merchant: int, body: dict[str, Any], expected: int
) -> None:
    """The scope, the merchant, the till and the shape are each checked."""
    answer = shop.ask("POST", "/v1/sales", shop.key(merchant, *scopes), json=body)
    assert answer.status_code in {expected, 403 if expected == 401 else expected}, answer.text
    assert kept(shop) == []


def test_without_a_key_nothing_is_sold(shop: Bare) -> None:
    """A signature reads; it does not sell."""
    assert shop.ask("POST", "/v1/sales", json={**SALE, "merchant": BAKERY}).status_code == 401


def test_a_test_keys_sale_is_tried_and_not_kept(shop: Bare) -> None:
    """A developer sees the real answer; the ledger never sees the sale."""
    token = shop.key(BAKERY, mode=Mode.TEST)
    card = {"receipt": "T-1", "amount": "100", "card": "TESTCARD00000001B"}
    answer = shop.ask("POST", "/v1/sales", token, json=card)
    assert (answer.status_code, answer.json()["has_member"]) == (202, True)
    assert kept(shop) == []


def test_a_file_is_looked_at_tried_and_taken_once(shop: Bare) -> None:
    """Preview, dry run, commit, and the same file again; what is wrong is a file of its own."""
    token, headers = shop.key(), {"content-type": "text/csv"}

    def send(mode: str) -> Any:
        answer = shop.ask("POST", f"/v1/uploads?mode={mode}", token, content=CSV, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert send("preview")["columns"]["amount"] == "total"
    tried = send("dry-run")
    assert (tried["added"], tried["refused"], kept(shop)) == (1, 1, [])
    done = send("commit")
    assert (done["added"], done["again"], done["refused"]) == (1, 0, 1)
    assert (send("commit")["added"], len(kept(shop))) == (0, 1)
    errors = shop.ask("GET", f"/v1/uploads/{done['id']}/errors.csv", token)
    assert errors.headers["content-type"].startswith("text/csv")
    assert errors.text.splitlines()[1].startswith("3,'=B,amount-text,")
    readers = (None, shop.key(GROCER), shop.key(GROCER, Scope.EVENTS_READ), shop.key(mode=Mode.TEST))
    for reader, code in zip(
        readers, ("credentials", "unknown-upload", "scope-missing", "unknown-upload"), strict=True
    ):
        foreign, unknown = (
            shop.ask("GET", f"/v1/uploads/{number}/errors.csv", reader) for number in (done["id"], 999)
        )
        assert foreign.json()["code"] == unknown.json()["code"] == code, "which files there are is not told"


def test_files_and_deliveries_are_found_again_with_what_was_refused(shop: Bare) -> None:
    """Nobody reads the answer to a webhook: the list leads to the reasons; a merchant sees its own."""
    token, headers = shop.key(), {"content-type": "text/csv"}
    shop.ask("POST", "/v1/uploads?mode=commit", token, content=CSV, headers=headers)
    order = {**json.loads((DATA / "woocommerce_order.json").read_text()), "currency": "USD"}
    body = json.dumps(order).encode()
    shop.client.post(f"/v1/connectors/woocommerce/{BAKERY}", content=body, headers=signed(body))
    told = shop.ask("GET", "/v1/uploads", token).json()
    assert [(one["kind"], one["rows"], one["refused"]) for one in told["items"]] == [
        ("csv", 2, 1),
        ("woocommerce", 1, 1),
    ]
    last = told["items"][-1]["id"]
    assert "other-currency" in shop.ask("GET", f"/v1/uploads/{last}/errors.csv", token).text
    assert shop.ask("GET", f"/v1/uploads?after={last}", token).json()["items"] == []
    for other in (shop.key(GROCER), shop.key(mode=Mode.TEST)):
        assert shop.ask("GET", "/v1/uploads", other).json()["items"] == []
    assert shop.ask("GET", f"/v1/uploads?merchant={BAKERY}", shop.key(GROCER)).status_code == 403
    assert shop.ask("GET", "/v1/uploads/999/errors.csv", token).json()["code"] == "unknown-upload"


def knows(shop: Bare, phone: str) -> None:
    """Have the office keep Alice's telephone number."""
    with changing(shop.engine, ACTOR) as change:
        row: dict[str, Any] = {"key": bytes(20), "valid_from": 0, "valid_until": FOREVER}
        change.session.merge(Member(number=ALICE, kind=0, category=0, balance=0, **row))
        change.session.flush()
        phones.keep(change, shop.secret, ALICE, phones.normal(phone, "CA"), date(2026, 3, 1))


@pytest.mark.parametrize("mode", ["dry-run", "commit"])
def test_a_file_counts_through_no_town(shop: Bare, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """Over the limit each further number is refused with its line, known or not; the others are taken."""
    stand(monkeypatch, guesses)
    monkeypatch.setattr(guesses, "MOST", 3)
    knows(shop, "418 692-1234")
    given = [f"418 692-00{n:02}" for n in (1, 1, 2, 3, 4)] + ["418 692-1234", ""]
    lines = [f"A-{n};2026-11-20;1,00;{phone}\n" for n, phone in enumerate(given)]
    file = "".join(["facture;date;total;telephone\n", *lines]).encode()
    headers = {"content-type": "text/csv"}
    answer = shop.ask("POST", f"/v1/uploads?mode={mode}", shop.key(), content=file, headers=headers)
    assert answer.status_code == 200, answer.text
    assert [(one["line"], one["reason"]) for one in answer.json()["errors"]] == [
        *((2, "unknown-phone"), (3, "unknown-phone"), (4, "unknown-phone"), (5, "unknown-phone")),
        *((6, "guessing"), (7, "guessing")),
    ]
    assert answer.json()["added"] == 1
    asked = shop.ask("POST", "/v1/buyers", shop.key(), json={"phone": "418 692-1234"})
    assert (asked.status_code, asked.json()["code"]) == (429, "guessing")


def test_a_shops_orders_are_taken_without_their_buyers_once_too_many_were_unknown(
    shop: Bare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can be asked again there, and an order that is repeated costs no further guess."""
    stand(monkeypatch, guesses)
    monkeypatch.setattr(guesses, "MOST", 2)
    documented = json.loads((DATA / "woocommerce_order.json").read_text())

    def deliver(number: int) -> tuple[int, int, list[Any]]:
        meta = [{"id": 1, "key": "endogene_card", "value": new_number()}]
        body = json.dumps({**documented, "id": number, "number": str(number), "meta_data": meta}).encode()
        path = f"/v1/connectors/woocommerce/{BAKERY}"
        answer = shop.client.post(path, content=body, headers=signed(body))
        return answer.status_code, answer.json()["added"], answer.json()["refused"]

    assert [deliver(1) for _ in range(4)] == [(200, 1, []), *[(200, 0, [])] * 3]
    with shop.reading() as session:
        [counted] = session.exec(select(OfficeGuesses)).all()
    assert counted.failures == 1
    assert [deliver(number) for number in (2, 3, 3)] == [(200, 1, []), (200, 1, []), (200, 0, [])]
    told = [one.trouble.code if one.trouble else None for one in kept(shop)]
    assert told == ["unknown-card", "unknown-card", "guessing"]
    assert {one.member for one in kept(shop)} == {0}


def test_what_a_merchant_said_of_its_columns_is_kept_for_the_next_file(shop: Bare) -> None:
    """Said once; the next file of the same software needs no word."""
    token, headers = shop.key(), {"content-type": "text/csv"}
    said = json.dumps({"receipt": "x", "at": "y", "amount": "z", "dates": "dmy"})
    first = shop.ask(
        "POST",
        "/v1/uploads",
        token,
        params={"mode": "commit", "columns": said},
        content=b"x,y,z\n1,03/04/2026,2.50\n",
        headers=headers,
    )
    assert first.json()["added"] == 1, first.text
    second = shop.ask(
        "POST", "/v1/uploads?mode=commit", token, content=b"x,y,z\n2,05/04/2026,1.00\n", headers=headers
    )
    assert second.json()["added"] == 1, second.text
    assert [one.at for one in kept(shop)] == ["2026-04-03", "2026-04-05"]


def test_what_was_only_guessed_of_a_file_binds_no_other(shop: Bare) -> None:
    """A column that the next file has not, days that it writes in another way."""
    token, headers = shop.key(), {"content-type": "text/csv"}

    def added(content: bytes, **params: str) -> int:
        given = {"mode": "commit", **params}
        answer = shop.ask("POST", "/v1/uploads", token, params=given, content=content, headers=headers)
        return int(answer.json().get("added", -1))

    assert added(b"facture,date,total,carte\n1,2026-11-20,2.50,\n") == 1
    assert added(b"facture,date,total\n2,25/11/2026,2.50\n") == 1
    with shop.reading() as session:
        assert session.get(SaleConnector, (BAKERY, "csv")) is None
    said = json.dumps({"card": "client"})
    assert added(b"facture,date,total\n3,2026-11-20,2.50\n", columns=said) == -1
    assert added(b"facture,date,total,client\n3,2026-11-20,2.50,\n", columns=said) == 1
    assert added(b"facture,date,total\n4,2026-11-20,2.50\n") == 1


def test_a_file_too_large_is_refused_while_it_comes(shop: Bare) -> None:
    """It is not read to its end."""

    def endless() -> Iterator[bytes]:
        for _ in range(1_000):
            yield b"A-1;2026-11-20;1,00\n" * 1_000

    try:
        answer = shop.client.post("/v1/uploads", content=endless(), headers={"content-type": "text/csv"})
        assert (answer.status_code, answer.json()["code"]) == (413, "request-too-large")
    except OSError:
        pass  # the service hung up before the client had sent all of it
    assert kept(shop) == []


def test_woocommerces_webhook_brings_its_order_once(shop: Bare) -> None:
    """The documented payload under its real signature; delivered twice, kept once."""
    body = (DATA / "woocommerce_order.json").read_bytes()
    path = f"/v1/connectors/woocommerce/{BAKERY}"
    for added in (1, 0):
        answer = shop.client.post(path, content=body, headers=signed(body))
        assert answer.status_code == 200, answer.text
        assert answer.json()["added"] == added
    assert [(one.receipt, one.amount, one.member) for one in kept(shop)] == [("727", 2935, 0)]


def test_a_delivery_with_another_signature_brings_nothing(shop: Bare) -> None:
    """A forged body, an old secret, no signature, another merchant's address."""
    body = (DATA / "woocommerce_order.json").read_bytes()
    path = f"/v1/connectors/woocommerce/{BAKERY}"
    for content, headers in (
        (body.replace(b"29.35", b"29.36"), signed(body)),
        (body, signed(body, generation=2)),
        (body, {"X-WC-Webhook-Topic": "order.created"}),
        (body, {}),
    ):
        assert shop.client.post(path, content=content, headers=headers).status_code == 401
    other = shop.client.post(f"/v1/connectors/woocommerce/{GROCER}", content=body, headers=signed(body))
    unsigned = shop.client.post(path, content=body)
    assert (other.status_code, other.json()["code"]) == (401, unsigned.json()["code"]), "which has a shop"
    assert kept(shop) == []


def test_the_ping_of_a_new_webhook_is_answered_with_200(shop: Bare) -> None:
    """Anything else, and the shop says that the address does not work."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for merchant in (BAKERY, GROCER):  # who has no shop answers the same: which have one is not told
        path = f"/v1/connectors/woocommerce/{merchant}"
        assert shop.client.post(path, content=b"webhook_id=4", headers=headers).status_code == 200


def test_an_order_that_cannot_be_taken_does_not_fail_its_delivery(shop: Bare) -> None:
    """Five failures in a row would have the shop stop; what was wrong is kept for the merchant."""
    order = {**json.loads((DATA / "woocommerce_order.json").read_text()), "currency": "USD"}
    body = json.dumps(order).encode()
    answer = shop.client.post(f"/v1/connectors/woocommerce/{BAKERY}", content=body, headers=signed(body))
    assert answer.status_code == 200
    assert [one["reason"] for one in answer.json()["refused"]] == ["other-currency"]
    errors = shop.ask("GET", f"/v1/uploads/{answer.json()['upload']}/errors.csv", shop.key())
    assert "other-currency" in errors.text
    again = shop.client.post(f"/v1/connectors/woocommerce/{BAKERY}", content=body, headers=signed(body))
    assert again.json() == answer.json(), "refused the same again, it is not kept again"
    other = body.replace(b"USD", b"EUR")
    shop.client.post(f"/v1/connectors/woocommerce/{BAKERY}", content=other, headers=signed(other))
    assert len(shop.ask("GET", "/v1/uploads", shop.key()).json()["items"]) == 2


def test_odoos_export_is_taken_under_an_api_key(shop: Bare) -> None:
    """Sales, a refund and an exchange; sent again, nothing is new."""
    body, path = (DATA / "odoo_orders.json").read_bytes(), f"/v1/connectors/odoo/{BAKERY}"
    assert shop.client.post(path, content=body).status_code == 401
    assert shop.ask("POST", path, shop.key(GROCER), content=body).status_code == 403
    token = shop.key()
    assert shop.ask("POST", path, token, content=body).json()["added"] == 5
    assert shop.ask("POST", path, token, content=body).json()["again"] == 5
