"""Who may read what a till keeps on its machine."""

import os
import stat
from pathlib import Path

from endogene_token.till import Place
from tests.node.till_service import TILL
from tests.node.tills import Shop, service, sync_shop

__all__ = ["service", "sync_shop"]


def test_what_an_outbox_holds_is_read_by_its_owner_only(sync_shop: Shop) -> None:
    """Salts, cards and telephone numbers; also in one that an older program left open to others."""
    umask = os.umask(0o022)
    try:
        for run in range(2):
            with sync_shop.open() as till:
                till.record(100, phone="418 555-0101", receipt=f"A-{run}")
                files = list(sync_shop.outbox.parent.glob("till.sqlite*"))
                assert len(files) > 1
                assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}
            sync_shop.outbox.chmod(0o664)
    finally:
        os.umask(umask)


def test_the_folder_of_an_agent_is_closed_to_others(tmp_path: Path) -> None:
    """Also one that was there before."""
    place = Place(tmp_path, TILL)
    place.folder.mkdir()
    place.folder.chmod(0o755)
    place.prepare()
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700
