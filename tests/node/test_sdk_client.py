"""A till with either client: what it records arrives, once, signed, in order; what fails is told and kept."""

from datetime import date
from typing import Any

import pytest

from endogene_token.errors import (
    BadSignatureError,
    EndogeneError,
    NotRefusedError,
    ReceiptTakenError,
    ReturnTooLargeError,
    ReturnWithoutPurchaseError,
    ServiceError,
    ServiceUnavailableError,
    SettingError,
    UnreadableAnswerError,
    WrongMerchantError,
)
from endogene_token.ids import PurchaseId, day_number
from endogene_token.receipts import MAX_BATCH, commitment
from endogene_token.sdk import Flushed, NewPurchase, NewReversal, Status, TillKey
from tests.node.till_service import MERCHANT, TILL
from tests.node.tills import NOW, Shop, service, shop, sync_shop

__all__ = ["service", "shop", "sync_shop"]


def states(till: Any) -> dict[str, int]:
    return {status.value: count for status, count in till.counts().items() if count}


def test_purchases_and_refunds_arrive_in_one_sequence(shop: Shop) -> None:
    """Purchases first, then the refund that names its purchase and that purchase's batch."""
    with shop.open() as till:
        till.record(4_599, 12, receipt="A-1")
        till.record(250, receipt="A-2")
        till.reverse("A-2", 100, refund_receipt="R-1")
        assert till.flush() == Flushed(batches=2, sales=3, waiting=0)
        assert states(till) == {"accepted": 3}
    bought = [(one.member, one.amount) for one in shop.service.purchases()]
    assert bought == [(12, 4_599), (0, 250)]
    (refund,) = shop.service.reversals()
    assert (refund.purchase_till, refund.purchase_batch, refund.purchase_sequence) == (TILL, 1, 2)
    assert (refund.amount, shop.service.next_sequence) == (100, 4)


def test_a_sale_without_a_time_is_of_the_community_s_present_day(shop: Shop) -> None:
    """Half past ten in the evening in Montréal is already tomorrow in UTC."""
    with shop.open() as till:
        sale = till.record(100, receipt="A-1")
        assert (sale.at, sale.day) == ("2026-11-20T22:30", date(2026, 11, 20))
        till.flush()
    assert shop.service.purchases()[0].day == day_number(date(2026, 11, 20))


def test_a_sale_is_recorded_without_any_network(shop: Shop) -> None:
    """DESIGN section 5: a sale is never blocked by the ledger."""
    with shop.open() as till:
        till.record(100, receipt="A-1")
    with shop.open(api_url="http://127.0.0.1:9") as till:
        sale = till.record(200, receipt="A-2")
        assert till.status(sale).status is Status.PENDING
        with pytest.raises(ServiceUnavailableError):
            till.flush()
        assert states(till) == {"pending": 2}
    with shop.open() as till:
        till.flush()
    assert [one.amount for one in shop.service.purchases()] == [100, 200]


def test_the_same_receipt_and_content_is_the_same_sale(shop: Shop) -> None:
    """A till that does not know whether it recorded a sale records it again."""
    with shop.open() as till:
        first = till.record(100, 5, receipt="A-1", at=NOW)
        refund = till.reverse("A-1", refund_receipt="A-1")
        assert till.record(100, 5, receipt="A-1", at=NOW) == first
        assert till.record(100, 5, receipt="A-1") == first
        assert till.reverse("A-1", refund_receipt="A-1") == refund
        till.flush()
        assert till.record(100, 5, receipt="A-1").id == PurchaseId(TILL, 1)
        till.flush()
    assert len(shop.service.items) == 2


@pytest.mark.parametrize(
    "change", [{"amount": 101}, {"member": 6}, {"at": date(2026, 11, 19)}, {"member": None}], ids=str
)
def test_the_same_receipt_with_other_content_is_refused(sync_shop: Shop, change: dict[str, Any]) -> None:
    """A receipt number never stands for two sales."""
    sale = {"amount": 100, "member": 5, "receipt": "A-1", "at": NOW}
    with sync_shop.open() as till:
        till.record(**sale)
        with pytest.raises(ReceiptTakenError):
            till.record(**{**sale, **change})
        assert states(till) == {"pending": 1}


def test_the_answer_lost_in_the_network_is_asked_for_with_the_same_bytes(shop: Shop) -> None:
    """The till cannot know that the batch arrived; the second sending changes nothing."""
    with shop.open() as till:
        till.record(100, receipt="A-1")
        shop.service.broken[:] = ["lost", "unavailable"]
        till.flush()
        assert states(till) == {"accepted": 1}
    assert len(shop.service.posts()) == 3
    assert len(set(shop.service.posts())) == 1
    assert len(shop.service.items) == 1


def test_a_batch_not_accepted_is_sent_again_by_the_next_process_with_the_same_bytes(shop: Shop) -> None:
    """What was signed stays signed: later sales go into later batches."""
    with shop.open() as till:
        till.record(100, receipt="A-1")
        shop.service.broken[:] = ["lost", "lost", "lost"]
        with pytest.raises(ServiceUnavailableError):
            till.flush()
        assert states(till) == {"signed": 1}
    with shop.open() as till:
        till.record(200, receipt="A-2")
        till.flush()
    first, *again, last = shop.service.posts()
    assert set(again) == {first}
    assert first != last
    assert [one.amount for one in shop.service.purchases()] == [100, 200]


def test_a_service_that_asks_to_wait_is_asked_again(shop: Shop) -> None:
    """429 with Retry-After, then the answer."""
    with shop.open() as till:
        till.record(100, receipt="A-1")
        shop.service.broken[:] = ["busy", "busy"]
        till.flush()
    assert len(shop.service.items) == 1


def test_many_sales_leave_in_full_batches_and_progress_is_told(shop: Shop) -> None:
    """At most 512 in a batch; the caller sees each one leave."""
    told: list[tuple[int, int]] = []
    with shop.open() as till:
        till.record_many(NewPurchase(1 + n, f"A-{n}") for n in range(2 * MAX_BATCH + 1))
        till.flush(lambda sent, total: told.append((sent, total)))
    assert told == [(512, 1_025), (1_024, 1_025), (1_025, 1_025)]
    assert [one.amount for one in shop.service.purchases()] == list(range(1, 1_026))


def test_one_bad_draft_of_many_records_none(shop: Shop) -> None:
    """record_many is all or nothing, so that a caller can correct and repeat."""
    drafts = [NewPurchase(1, "A-1"), NewPurchase(0, "A-2")]
    with shop.open() as till:
        with pytest.raises(EndogeneError):
            till.record_many(drafts)
        assert states(till) == {}


def test_record_each_takes_the_good_ones_and_gives_the_error_of_the_others(shop: Shop) -> None:
    """For an import: each line has its outcome, in its place."""
    drafts = [
        NewPurchase(100, "A-1"),
        NewPurchase(0, "A-2"),
        NewReversal("A-2", "R-2"),
        NewReversal("A-1", "R-0", 101),
        NewReversal("A-1", "R-1", 60),
        NewReversal("A-1", "R-3"),
        NewReversal("A-1", "R-4"),
    ]
    with shop.open() as till:
        results = till.record_each(drafts)
        again = till.record_each(drafts)
    codes = [getattr(one, "code", None) or one.amount for one in results]
    assert codes == [
        *(100, "zero-sale", "return-without-purchase", "return-too-large"),
        *(60, 40, "already-returned"),
    ]
    # repeated, what was taken stays; only the refund that was too large now finds nothing left at all
    codes[3] = "already-returned"
    assert [getattr(one, "code", None) or one.amount for one in again] == codes


def test_statuses_are_learnt_and_final_ones_asked_no_more(shop: Shop) -> None:
    """refresh asks for what is on its way, once; a recorded sale shows its credit."""
    with shop.open() as till:
        first, second, third = (till.record(100, 4, receipt=f"A-{n}") for n in range(3))
        till.flush()
        shop.service.states[1] = {"status": "recorded", "premium": "3", "credit": "3"}
        shop.service.states[2] = {"status": "refused", "reason": "unknown-member"}
        shop.service.states[3] = {"status": "held", "reason": "exposure"}
        changed = till.refresh()
        assert [(one.status, one.reason, one.credit) for one in changed] == [
            (Status.RECORDED, None, 3),
            (Status.REFUSED, "unknown-member", None),
            (Status.HELD, "exposure", None),
        ]
        shop.service.requests.clear()
        assert till.refresh() == []
        assert till.status(first).status is Status.RECORDED
        assert [path for _, path, _ in shop.service.requests] == [f"/v1/purchases/{TILL}-3"]
        assert [one.receipt for one in till.sales(Status.REFUSED)] == [second.receipt]
        assert till.status(third).reason == "exposure"


def test_a_refused_purchase_is_recorded_again_corrected_or_as_it_was(shop: Shop) -> None:
    """It takes a new sequence under the same receipt number; a recorded one never does."""
    with shop.open() as till:
        sales = [till.record(100, 4, receipt=f"A-{n}") for n in range(3)]
        till.flush()
        for sequence in (1, 2):
            shop.service.states[sequence] = {"status": "refused", "reason": "unknown-member"}
        shop.service.states[3] = {"status": "recorded"}
        till.refresh()
        assert till.record(100, 4, receipt="A-0").status is Status.REFUSED
        assert till.record(100, 40, receipt="A-0").status is Status.PENDING
        assert till.again(till.find("A-1")).status is Status.PENDING
        for refused in (sales[0], sales[1], sales[2]):
            with pytest.raises(NotRefusedError):
                till.again(refused)
        till.flush()
        assert [till.find(f"A-{n}").id.sequence for n in range(3)] == [4, 5, 3]
    assert [one.member for one in shop.service.purchases()] == [4, 4, 4, 40, 4]


def test_a_refund_that_waits_for_a_purchase_refused_meanwhile_is_refused_too(shop: Shop) -> None:
    """Nothing of it remains to be undone, and the till is told so."""
    with shop.open() as till:
        till.record(100, 4, receipt="A-1")
        till.flush()
        till.reverse("A-1", refund_receipt="R-1")
        shop.service.states[1] = {"status": "refused", "reason": "too-old"}
        till.refresh()
        assert till.find("R-1", "reversal").reason == "return-without-purchase"
        assert till.flush() == Flushed(0, 0, 0)


def test_a_refused_refund_is_recorded_again_for_the_purchase_that_now_stands(shop: Shop) -> None:
    """Both were refused: the refund follows its purchase, leaves after it, and takes only what is left."""
    with shop.open() as till:
        till.record(100, 4, receipt="A-1")
        till.flush()
        refund = till.reverse("A-1", 60, refund_receipt="R-1")
        shop.service.states[1] = {"status": "refused", "reason": "unknown-member"}
        till.refresh()
        with pytest.raises(ReturnWithoutPurchaseError):
            till.again(till.find("R-1", "reversal"))
        till.again(till.find("A-1"))
        assert till.again(till.find("R-1", "reversal")).status is Status.PENDING
        with pytest.raises(NotRefusedError):
            till.again(refund)
        with pytest.raises(ReturnTooLargeError):
            till.reverse("A-1", 41, refund_receipt="R-2")
        assert till.reverse("A-1", 60, refund_receipt="R-1").number == till.find("R-1", "reversal").number
        assert (till.flush().sales, till.unsent()) == (2, 0)
        shop.service.states[3] = {"status": "refused", "reason": "window-closed"}
        till.refresh()
        till.reverse("A-1", 50, refund_receipt="R-3")
        with pytest.raises(ReturnTooLargeError):
            till.again(till.find("R-1", "reversal"))
    assert [(one.purchase_sequence, one.amount) for one in shop.service.reversals()] == [(2, 60)]


def test_refunds_of_a_rejected_purchase_follow_the_corrected_one(shop: Shop) -> None:
    """They waited for the old one; what the new one has no room for is refused."""
    with shop.open() as till:
        till.record(100, 4, receipt="A-1")
        till.flush()
        till.reverse("A-1", 30, refund_receipt="R-1")
        till.reverse("A-1", 60, refund_receipt="R-2")
        shop.service.states[1] = {"status": "rejected", "reason": "bad-signature"}
        till.refresh()
        shop.service.forget_from(1)
        till.record(80, 40, receipt="A-1")
        assert till.find("R-2", "reversal").reason == "return-too-large"
        assert till.find("R-1", "reversal").member == 40
        assert till.resume() == 2
        assert (till.flush().sales, till.unsent()) == (2, 0)
    assert [(one.purchase_sequence, one.amount) for one in shop.service.reversals()] == [(1, 30)]


def test_an_opening_opens_the_commitment_that_was_sent(shop: Shop) -> None:
    """The merchant can show which receipt an item of the ledger stands for."""
    with shop.open() as till:
        till.record(100, receipt="A-1")
        till.flush()
        found = till.opening("A-1")
    sent = commitment(found.salt, at=found.at, kind=found.kind, merchant=MERCHANT, receipt="A-1")
    assert sent == found.commitment == shop.service.purchases()[0].commitment


def test_the_merchant_s_summary_is_asked_for_with_the_till_s_signature(shop: Shop) -> None:
    """The header is that of `access`; the path is signed."""
    with shop.open() as till:
        assert till.merchant_summary() == {"number": MERCHANT, "owed": "12"}
    assert shop.service.requests[-1][1] == f"/v1/merchants/{MERCHANT}"
    assert f'created="{int(NOW.timestamp())}"' in shop.service.headers[-1]["authorization"]


def test_a_merchant_or_a_key_that_is_not_the_till_s_is_refused_before_anything_is_kept(shop: Shop) -> None:
    """A slip in the settings shows at the first use, not as rejected batches later."""
    with shop.open(merchant=8) as till, pytest.raises(WrongMerchantError):
        till.record(100, receipt="A-1")
    with shop.open(key=TillKey((2).to_bytes(32))) as till, pytest.raises(BadSignatureError):
        till.record(100, receipt="A-1")
    with shop.open(merchant=MERCHANT) as till:
        assert states(till) == {}
        till.record(100, receipt="A-1")


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://example.org", "http://"])
def test_an_address_that_is_none_is_refused_at_once(sync_shop: Shop, url: str) -> None:
    """Not after five attempts."""
    with pytest.raises(SettingError), sync_shop.open(api_url=url):
        pass


def test_the_first_use_of_a_new_outbox_needs_the_service_and_says_so(shop: Shop) -> None:
    """Until then the till knows neither its ledger nor its community's time."""
    with shop.open(api_url="http://127.0.0.1:9") as till, pytest.raises(ServiceUnavailableError):
        till.record(100, receipt="A-1")


def test_a_service_that_never_recovers_is_told_and_nothing_is_lost(shop: Shop) -> None:
    """After the attempts of the policy, the error; the batch stays."""
    with shop.open() as till:
        till.record(100, receipt="A-1")
        shop.service.broken[:] = ["unavailable"] * 3
        with pytest.raises(ServiceError):
            till.flush()
        assert len(shop.service.posts()) == 3
        till.flush()
        assert states(till) == {"accepted": 1}


@pytest.mark.parametrize(
    "change",
    [{"status": "pending"}, {"status": "lost"}, {"id": "3-9"}, {"premium": 3}],
    ids=str,
)
def test_an_answer_out_of_its_form_changes_nothing(sync_shop: Shop, change: dict[str, Any]) -> None:
    """A service that answered "pending" could make a till sign a purchase twice."""
    with sync_shop.open() as till:
        till.record(100, receipt="A-1")
        till.flush()
        sync_shop.service.states[1] = change
        with pytest.raises(UnreadableAnswerError):
            till.refresh()
        assert states(till) == {"accepted": 1}
