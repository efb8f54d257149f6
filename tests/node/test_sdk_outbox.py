"""The outbox: one till, one ledger, one process; nothing half-written; erased when asked."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from endogene_token.errors import (
    AlreadyReturnedError,
    DatabaseDamagedError,
    DatabaseTooNewError,
    DataFolderError,
    DiskFullError,
    OutboxLockedError,
    OutOfStepError,
    ReceiptErasedError,
    ReceiptTakenError,
    ReturnTooLargeError,
    ReturnWithoutPurchaseError,
    SequenceTakenError,
    StoreError,
    UnknownPurchaseError,
    WrongOutboxError,
)
from endogene_token.receipts import Domain
from endogene_token.sdk import NewPurchase, NewReversal, Status, TillClient, TillKey
from tests.node.till_service import DOMAIN, TILL, TillService, serving
from tests.node.tills import KEY, Shop, service, sync_shop

__all__ = ["service", "sync_shop"]


def test_a_second_process_cannot_open_the_outbox(sync_shop: Shop) -> None:
    """Two programs that numbered one till's batches would each spoil the other's."""
    program = (
        "import pathlib, sys\n"
        "from endogene_token.sdk import TillClient, TillKey\n"
        "from endogene_token.errors import OutboxLockedError\n"
        "try:\n"
        "    TillClient('http://127.0.0.1:9', 3, TillKey((1).to_bytes(32)), pathlib.Path(sys.argv[1]))\n"
        "except OutboxLockedError:\n"
        "    print('locked')\n"
    )
    command = [sys.executable, "-c", program, str(sync_shop.outbox)]
    with sync_shop.open() as till:
        till.record(100, receipt="A-1")
        other = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        assert other.stdout == "locked\n"
        with pytest.raises(OutboxLockedError), sync_shop.open():
            pass
        till.record(200, receipt="A-2")
    free = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert free.stdout == ""


def test_an_outbox_of_a_newer_version_is_refused_and_left_as_it_is(sync_shop: Shop) -> None:
    """A program never writes into a format that it does not know."""
    with sync_shop.open() as till:
        till.record(100, receipt="A-1")
    with sqlite3.connect(sync_shop.outbox) as db:
        db.execute("PRAGMA user_version = 3")
    db.close()
    before = sync_shop.outbox.read_bytes()
    with pytest.raises(DatabaseTooNewError) as refused, sync_shop.open():
        pass
    assert (refused.value.actual, refused.value.limit) == (3, 2)
    assert sync_shop.outbox.read_bytes() == before


def test_a_file_that_is_no_outbox_is_refused(sync_shop: Shop) -> None:
    """It is named, and not replaced by an empty one."""
    sync_shop.outbox.write_bytes(b"not a database" * 100)
    with pytest.raises(DatabaseDamagedError), sync_shop.open():
        pass
    with (
        pytest.raises(DataFolderError),
        sync_shop.open(outbox=sync_shop.outbox.parent / "no" / "till.sqlite"),
    ):
        pass


def test_an_outbox_of_another_till_is_refused(sync_shop: Shop) -> None:
    """Before anything is asked or written."""
    with sync_shop.open() as till:
        till.record(100, receipt="A-1")
    with pytest.raises(WrongOutboxError) as refused, sync_shop.open(till=4):
        pass
    assert f"till {TILL}" in str(refused.value)


@pytest.mark.parametrize(
    "domain", [Domain(1, DOMAIN.fund), Domain(DOMAIN.chain_id, "0x" + "11" * 20)], ids=["chain", "fund"]
)
def test_an_outbox_of_another_ledger_is_refused_and_nothing_is_sent(sync_shop: Shop, domain: Domain) -> None:
    """What was sold for one community is never signed for another."""
    with sync_shop.open() as till:
        till.record(100, receipt="A-1")
    with serving(KEY, domain=domain) as other:
        with sync_shop.open(api_url=other.url) as till, pytest.raises(WrongOutboxError):
            till.flush()
        assert other.posts() == []
    with sync_shop.open() as till:
        assert till.flush().sales == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB, where this process may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("NOT TESTED ON A FULL DISK: this process may not mount a small file system")
    yield folder
    unmount = ["umount", str(folder)]
    subprocess.run(unmount, check=True)


def test_a_full_disk_is_named_and_nothing_is_half_written(sync_shop: Shop, small_disk: Path) -> None:
    """The sales before are kept and can be sent once there is room; the refused ones are not there."""
    outbox = small_disk / "till.sqlite"
    filler = small_disk / "filler"
    with sync_shop.open(outbox=outbox) as till:
        till.record(100, receipt="A-1")
        filler.write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
        with pytest.raises(DiskFullError) as full:
            till.record_many(NewPurchase(1, f"B-{n}") for n in range(500))
        assert full.value.actual == outbox
        assert [sale.receipt for sale in till.sales()] == ["A-1"]
        filler.unlink()
        till.record(200, receipt="A-2")
        till.flush()
    assert [one.amount for one in sync_shop.service.purchases()] == [100, 200]


def test_a_key_that_finds_no_room_leaves_no_file(small_disk: Path) -> None:
    """An empty file would be taken for a damaged key for ever; the same key is saved once there is room."""
    path, filler = small_disk / "till.key", small_disk / "filler"
    filler.write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
    with pytest.raises(DiskFullError):
        TillKey.generate().save(path)
    assert [one.name for one in small_disk.iterdir()] == ["filler"]
    filler.unlink()
    key = TillKey.generate()
    key.save(path)
    assert TillKey.from_file(path).address == key.address


def test_a_limit_of_the_database_is_named_and_nothing_is_half_written(sync_shop: Shop) -> None:
    """SQLite's own limit stands for the disk, where no small disk can be made."""
    with sync_shop.open() as till:
        till.record(100, receipt="A-1")
        with till._flows.outbox._database.reading() as db:
            db.execute("PRAGMA max_page_count = 20")
        with pytest.raises(DiskFullError):
            till.record_many(NewPurchase(1, f"B-{n}") for n in range(2_000))
        assert [sale.receipt for sale in till.sales()] == ["A-1"]
        till.record(200, receipt="A-2")


def test_a_closed_client_says_so(sync_shop: Shop) -> None:
    """A sale after the end of the program's own `with` is not lost in silence."""
    with sync_shop.open() as till:
        till.record(100, receipt="A-1")
    with pytest.raises(StoreError):
        till.record(200, receipt="A-2")


def test_refunds_stay_within_what_is_left_of_their_purchase(sync_shop: Shop) -> None:
    """A return without its purchase, a second full return, one bigger than what is left."""
    with sync_shop.open() as till:
        till.record(100, receipt="A-1")
        with pytest.raises(ReturnWithoutPurchaseError):
            till.reverse("A-9", refund_receipt="R-1")
        till.reverse("A-1", 30, refund_receipt="R-1")
        with pytest.raises(ReturnTooLargeError) as refused:
            till.reverse("A-1", 71, refund_receipt="R-2")
        assert (refused.value.actual, refused.value.limit) == (71, 70)
        with pytest.raises(ReceiptTakenError):
            till.reverse("A-1", 31, refund_receipt="R-1")
        assert till.reverse("A-1", refund_receipt="R-2").amount == 70
        with pytest.raises(AlreadyReturnedError):
            till.reverse("A-1", refund_receipt="R-3")
        with pytest.raises(AlreadyReturnedError):
            till.reverse("A-1", 1, refund_receipt="R-3")
        till.flush()
        sync_shop.service.states[3] = {"status": "refused", "reason": "window-closed"}
        till.refresh()
        assert till.reverse("A-1", refund_receipt="R-3").amount == 70
    assert [one.amount for one in sync_shop.service.reversals()] == [30, 70]


def test_the_largest_amounts_pass_whole(sync_shop: Shop) -> None:
    """64 bits: more than an integer of SQLite holds."""
    most = 2**64 - 1
    with sync_shop.open() as till:
        till.record(most, 2**32 - 1, receipt="A-1")
        till.reverse("A-1", most - 1, refund_receipt="R-1")
        with pytest.raises(ReturnTooLargeError):
            till.reverse("A-1", 2, refund_receipt="R-2")
        till.flush()
    assert sync_shop.service.purchases()[0].amount == most
    assert sync_shop.service.reversals()[0].amount == most - 1


def test_an_erased_salt_is_nowhere_in_the_files(sync_shop: Shop) -> None:
    """Law 10: erasure destroys the salt, and with it the link; the sale itself stands."""
    with sync_shop.open() as till:
        till.record(100, receipt="A-1")
        till.record(100, receipt="A-2")
        till.reverse("A-1", 40, refund_receipt="R-1")
        salts = [till.opening("A-1").salt, till.opening("R-1", "reversal").salt]
        other = till.opening("A-2").salt
        assert till.erase("A-1") == 2
        assert till.erase("A-1") == 0
        for receipt, kind in (("A-1", "purchase"), ("R-1", "reversal")):
            with pytest.raises(ReceiptErasedError):
                till.opening(receipt, kind)
        files = b"".join(path.read_bytes() for path in sync_shop.outbox.parent.iterdir())
        assert [salt for salt in salts if salt in files] == []
        assert other in files
        with pytest.raises(UnknownPurchaseError):
            till.opening("A-9")
        assert till.flush().sales == 3


def test_a_lost_outbox_goes_on_at_the_service_s_sequence(sync_shop: Shop) -> None:
    """A new file on a till that has recorded before never numbers over what is there."""
    with sync_shop.open() as till:
        till.record(100, receipt="A-1")
        till.flush()
    sync_shop.outbox.unlink()
    with sync_shop.open() as till:
        till.record(200, receipt="A-2")
        till.flush()
    assert [one.amount for one in sync_shop.service.purchases()] == [100, 200]


def test_an_older_copy_of_the_outbox_is_noticed_and_can_go_on(sync_shop: Shop) -> None:
    """It sends nothing under sequences already used; on request it goes on after them."""
    with sync_shop.open() as till:
        till.record(100, receipt="A-1")
        till.flush()
    copy = sync_shop.outbox.read_bytes()
    with sync_shop.open() as till:
        till.record(200, receipt="A-2")
        till.flush()
    sync_shop.outbox.write_bytes(copy)
    with sync_shop.open() as till:
        till.record(300, receipt="A-3")
        with pytest.raises(OutOfStepError) as refused:
            till.flush()
        assert (refused.value.actual, refused.value.limit) == (2, 3)
        assert till.resume() == 1
        till.flush()
    assert [one.amount for one in sync_shop.service.purchases()] == [100, 200, 300]


def test_two_copies_that_signed_the_same_sequence_are_told_apart(sync_shop: Shop) -> None:
    """The second one's batch is refused, kept, and on request signed again after the first one's."""
    with sync_shop.open() as till:
        till.record(100, receipt="A-1")
        till.flush()
    copy = sync_shop.outbox.read_bytes()
    with sync_shop.open() as till:
        till.record(200, receipt="A-2")
        till.flush()
    sync_shop.outbox.write_bytes(copy)
    behind = sync_shop.service.next_sequence
    with sync_shop.open() as till:
        sync_shop.service.next_sequence = 2  # the service shows the other copy's batch a moment late
        till.record(300, receipt="A-3")
        till.counts()
        sync_shop.service.broken[:] = ["", "", "unavailable", "unavailable", "unavailable"]
        with pytest.raises(Exception, match="service"):
            till.flush()
        sync_shop.service.next_sequence = behind
        with pytest.raises(SequenceTakenError):
            till.flush()
        assert till.counts()[Status.SIGNED] == 1
        assert till.resume() == 1
        till.flush()
    assert [one.amount for one in sync_shop.service.purchases()] == [100, 200, 300]


def test_a_service_that_lost_batches_receives_the_same_bytes_again(sync_shop: Shop) -> None:
    """What the till signed and still holds mends a service restored from an older copy."""
    with sync_shop.open() as till:
        for n in range(1, 4):
            till.record(100 * n, receipt=f"A-{n}")
            till.flush()
        sent = sync_shop.service.posts()
        sync_shop.service.forget_from(2)
        till.record(400, receipt="A-4")
        till.flush()
        assert till.counts()[Status.ACCEPTED] == 4
    assert [one.amount for one in sync_shop.service.purchases()] == [100, 200, 300, 400]
    assert sync_shop.service.posts()[-3:-1] == sent[1:]


def test_rejected_sales_wait_again_only_on_request(sync_shop: Shop) -> None:
    """A whole batch rejected for good leaves a hole in the sequence: the till stops, then resumes there."""
    with sync_shop.open() as till:
        till.record_many([NewPurchase(100, "A-1"), NewPurchase(200, "A-2")])
        till.flush()
        for sequence in (1, 2):
            sync_shop.service.states[sequence] = {"status": "rejected", "reason": "bad-signature"}
        assert {sale.status for sale in till.refresh()} == {Status.REJECTED}
        assert till.flush().sales == 0
    sync_shop.service.forget_from(1)
    with sync_shop.open() as till:
        till.record(300, receipt="A-3")
        with pytest.raises(OutOfStepError):
            till.flush()
        assert till.resume() == 3
        till.flush()
    assert [one.amount for one in sync_shop.service.purchases()] == [100, 200, 300]


def test_a_batch_is_signed_again_after_the_till_s_key_was_rotated(sync_shop: Shop) -> None:
    """The same items under the same sequences, with the key that the register now holds."""
    with sync_shop.open() as till:
        till.record(100, receipt="A-1")
        sync_shop.service.broken[:] = ["unavailable"] * 3
        with pytest.raises(Exception, match="service"):
            till.flush()
    key = TillKey((2).to_bytes(32))
    sync_shop.service.key = key.address
    with sync_shop.open(key=key) as till:
        till.flush()
    assert [one.amount for one in sync_shop.service.purchases()] == [100]


def test_six_thousand_sales_are_recorded_at_once_and_leave_in_a_dozen_requests(sync_shop: Shop) -> None:
    """The size of a journal of four months; processor time, so that a busy machine changes nothing."""
    drafts: list[NewPurchase | NewReversal] = [NewPurchase(1 + n, f"A-{n}", n % 900) for n in range(6_000)]
    with sync_shop.open() as till:
        start = time.process_time_ns()
        till.record_many(drafts)
        assert time.process_time_ns() - start < 2_000_000_000
        assert till.flush().batches == 12
        assert len(sync_shop.service.posts()) == 12


def test_listing_goes_on_after_a_number(sync_shop: Shop) -> None:
    """A long list is read page by page."""
    with sync_shop.open() as till:
        till.record_many(NewPurchase(1, f"A-{n}") for n in range(5))
        pages: list[list[str]] = []
        after = 0
        while page := till.sales(after=after, limit=2):
            pages.append([sale.receipt for sale in page])
            after = page[-1].number
        assert pages == [["A-0", "A-1"], ["A-2", "A-3"], ["A-4"]]


def test_the_readme_s_first_purchase(service: TillService, tmp_path: Path) -> None:
    """The plain use, with nothing of these tests in between."""
    with TillClient(service.url, TILL, KEY, tmp_path / "till.sqlite") as till:
        sale = till.record(4_599, member=12, receipt="A-1001")
        till.flush()
        service.states[1] = {"status": "recorded", "premium": "129", "credit": "129"}
        assert till.status(sale).credit == 129
