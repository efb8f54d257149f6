"""The chain and the databases of a data folder, without anyone at work on them. See {Ground}."""

from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from sqlalchemy import Engine

from endogene_token.chain.calls import Ledger
from endogene_token.chain.charter import Charter
from endogene_token.chain.community import Community
from endogene_token.chain.deployment import STANDARD_CHARTER, found
from endogene_token.chain.node import EmbeddedNode
from endogene_token.chain.rpc import Rpc
from endogene_token.chain.views import Rules
from endogene_token.config import Settings
from endogene_token.errors import (
    DataFolderError,
    DiskFullError,
    NodeAnswerError,
    NodeUnavailableError,
    ServiceError,
    StoreError,
    UnconfirmedError,
)
from endogene_token.host.folder import DataFolder
from endogene_token.store import migrate, open_engine

FREE_PORT: Final = 0
FAILURES_OF_A_FULL_DISK: Final = (
    DataFolderError,
    NodeAnswerError,
    NodeUnavailableError,
    UnconfirmedError,
    StoreError,
    ServiceError,
)
DAY_SECONDS: Final = 86_400

RULES: Final = Rules(
    purchase_window_days=400,
    reversal_window_days=400,
    operations_bps=500,
    reserve_bps=500,
    rate_notice_days=30,
    key_rotation_delay=3 * DAY_SECONDS,
)
"""What an embedded community begins with: windows that admit a year, so that a journal can be replayed."""


@dataclass(frozen=True, slots=True)
class FoundingPlan:
    """What a community is founded with when its data folder holds none."""

    name: str
    symbol: str = "CC"
    rules: Rules = RULES
    charter: Charter = STANDARD_CHARTER


class Ground:
    """The embedded chain, joined or started, and the databases of one community. A context manager."""

    def __init__(
        self, settings: Settings, plan: FoundingPlan | None = None, *, node_port: int | None = None
    ) -> None:
        """Open everything; without a community in the folder, found one as `plan` says.

        `node_port`, of a chain that is started here: None, that of the settings; `FREE_PORT`, any free one.
        Raises NotDeployedError when there is no plan either, and the SetupError, ChainError or StoreError
        that stands in the way.
        """
        self.settings = settings
        self.folder = DataFolder(settings.data_dir.absolute())
        self._node_port = settings.node_port if node_port is None else node_port
        self.parts = ExitStack()
        try:
            self._open(plan)
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        full = isinstance(error, FAILURES_OF_A_FULL_DISK) and self.folder.full()
        self.parts.close()
        if full:  # the node, the service and the databases each say it in their own way
            raise DiskFullError(actual=self.folder.root) from error

    def _open(self, plan: FoundingPlan | None) -> None:
        if plan is None:
            Community.load(self.folder.community)
        self.folder.make()
        node = self.parts.enter_context(EmbeddedNode(self.folder.chain, self._node_port))
        self.rpc_url = node.rpc_url
        self.rpc = Rpc([node.rpc_url])
        self.parts.callback(self.rpc.close)
        self.community = self._community(plan)
        self.ledger = Ledger(self.rpc, self.community)
        self.ledger.check()
        self.engine: Engine = open_engine(self.settings.database)
        self.parts.callback(self.engine.dispose)
        migrate(self.engine)

    def _community(self, plan: FoundingPlan | None) -> Community:
        if plan is None or self.folder.community.exists():
            return Community.load(self.folder.community)
        founder = self.folder.account("founder")
        community = found(self.rpc, founder, plan.name, plan.symbol, plan.rules, charter=plan.charter)
        community.save(self.folder.community)
        return community
