"""Found a community with an account of ape's, which may be a keystore or a hardware wallet.

scripts/ape.sh run deploy --network ethereum:embedded --account founder --out community.json
"""

from pathlib import Path

import click
from ape.api import AccountAPI, ProviderAPI
from ape.cli import ConnectedProviderCommand, account_option

from endogene_token.chain.community import Community
from endogene_token.chain.deployment import CODE, STANDARD_CHARTER, STANDARD_OUTFLOWS, Plan
from endogene_token.chain.views import Rules

# A beginning: the assembly publishes its own rules when it takes over.
RULES = Rules(
    purchase_window_days=30,
    reversal_window_days=60,
    operations_bps=0,
    reserve_bps=0,
    rate_notice_days=30,
    key_rotation_delay=7 * 86_400,
)


@click.command(cls=ConnectedProviderCommand)
@account_option()
@click.option("--name", default="Endogène", help="The name of the community and of its credit.")
@click.option("--symbol", default="ENDO", help="The symbol of its credit.")
@click.option("--out", type=Path, default=Path("community.json"), help="The file that says where it stands.")
def cli(account: AccountAPI, provider: ProviderAPI, name: str, symbol: str, out: Path) -> None:
    """Found a community and write where its contracts stand."""
    community = found(account, provider, name, symbol)
    community.save(out)
    click.echo(f"{out}: {community.fund}")


def found(account: AccountAPI, provider: ProviderAPI, name: str, symbol: str) -> Community:
    """Found a community whose first governor is `account`, by ape's transactions."""
    plan = Plan.draw(
        *(str(account.address), account.nonce, name, symbol),
        rules=RULES,
        outflows=STANDARD_OUTFLOWS,
        charter=STANDARD_CHARTER,
    )
    create = provider.network.ecosystem.create_transaction
    receipts = [
        account.call(create(type=0, gas_price=provider.base_fee, gas_limit=call.gas, data=call.data))
        for call in plan.calls
    ]
    first = receipts[len(CODE)]
    return plan.community(name, provider.chain_id, first.block_number, first.block.hash.to_0x_hex())
