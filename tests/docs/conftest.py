"""One community for the pages of hosted sales: its founding takes longer than what they do."""

from collections.abc import Iterator

import pytest

from tests.docs.shop import Shell, town


@pytest.fixture(scope="package")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell beside a community that is served."""
    with town(tmp_path_factory.mktemp("shops")) as opened:
        yield opened
