"""What purchases, refunds, payments and outflows move together."""

from dataclasses import dataclass, field

from endogene_token.indexer.projections.echoes import Echoes
from endogene_token.indexer.projections.members import Members
from endogene_token.indexer.projections.merchants import Merchants
from endogene_token.indexer.projections.outflow_rules import OutflowRulesVersions
from endogene_token.indexer.projections.pockets import FundPockets
from endogene_token.indexer.projections.rules import RulesVersions
from endogene_token.indexer.projections.tills import Tills


@dataclass(frozen=True, slots=True)
class Books:
    """The register and the fund as they stand at one event of a range."""

    rules: RulesVersions = field(default_factory=RulesVersions)
    members: Members = field(default_factory=Members)
    merchants: Merchants = field(default_factory=Merchants)
    tills: Tills = field(default_factory=Tills)
    pockets: FundPockets = field(default_factory=FundPockets)
    outflow_rules: OutflowRulesVersions = field(default_factory=OutflowRulesVersions)
    echoes: Echoes = field(default_factory=Echoes)
