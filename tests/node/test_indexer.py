"""The read model says what the chain says, on both databases, wherever the ranges were cut."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import ColumnElement, Engine, Table, select, text

from endogene_token.indexer import Indexer, rebuild
from endogene_token.indexer.audit import audit
from endogene_token.indexer.digest import canonical_digest, digest
from endogene_token.indexer.events import EVENTS, Decoder
from endogene_token.indexer.models import READ_MODEL, Purchase, Refusal, Reversal, table_of
from endogene_token.indexer.pace import Pace
from endogene_token.indexer.source import Source, start
from endogene_token.reasons import RefusalReason
from endogene_token.store import reading, writing
from tests.node.history import MANY
from tests.node.planting import change
from tests.town import BAKERY_TILL, TILL_CAP, Town, database

TABLES = {model.__tablename__: table_of(model) for model in READ_MODEL}


@pytest.fixture(scope="module")
def whole(lived: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The whole chain indexed at once, on SQLite. Nobody writes there."""
    engine = database(f"sqlite:///{tmp_path_factory.mktemp('whole') / 'ledger.sqlite'}")
    Indexer(engine, lived.rpc, lived.community).catch_up()
    yield engine
    engine.dispose()


def test_the_history_holds_every_event(lived: Town) -> None:
    """What the tests below prove, they prove of every event that the contracts can tell."""
    decoder = Decoder(lived.community)
    source = Source(lived.rpc, decoder.addresses, 0, Pace(5_000))
    position, kinds = start(lived.rpc, lived.community), set()
    while found := source.read(position):
        position = found.last
        kinds |= {type(decoder.decode(log)) for log in found.logs}
    assert kinds == {*EVENTS, type(None)}


def test_a_whole_history_has_no_difference_from_the_chain(lived: Town, engine: Engine) -> None:
    """Every pocket, merchant, till and member, and the laws of the balance sheet."""
    Indexer(engine, lived.rpc, lived.community).catch_up()
    report = audit(engine, lived.ledger)
    assert report.differences == []
    assert report.compared > 80
    assert report.block == lived.ledger.head()


def test_any_cut_into_ranges_gives_the_same_rows_to_the_byte(
    lived: Town, engine: Engine, whole: Engine
) -> None:
    """A rebuild and a life block by block cannot be told apart; nor can SQLite and PostgreSQL."""
    chance = Random(engine.dialect.name)  # noqa: S311  # the same cuts every time
    at, head = lived.community.founding_block, lived.ledger.head()
    indexer = Indexer(engine, lived.rpc, lived.community, most_blocks=3)
    while at < head:
        at = min(at + chance.randint(1, 9), head)
        if chance.random() < 0.3:  # as another process would
            indexer = Indexer(engine, lived.rpc, lived.community, most_blocks=chance.randint(1, 7))
        assert indexer.catch_up(until=at) == at
    assert canonical_digest(engine) == canonical_digest(whole)


def test_an_indexer_behind_the_head_reads_no_block_that_is_not_final(lived: Town, engine: Engine) -> None:
    """Confirmations are for chains whose blocks are not final at once."""
    behind = Indexer(engine, lived.rpc, lived.community, confirmations=7)
    assert behind.catch_up() == lived.ledger.head() - 7
    assert audit(engine, lived.ledger).differences == []


def test_two_indexers_of_one_database_do_no_harm(lived: Town, engine: Engine, whole: Engine) -> None:
    """Each finds where the other has been."""
    both = [Indexer(engine, lived.rpc, lived.community, most_blocks=2) for _ in range(2)]
    while sum(indexer.step() for indexer in both):  # a sum, so that both take their step
        pass
    assert canonical_digest(engine) == canonical_digest(whole)


def test_an_indexer_overtaken_while_it_reads_writes_nothing(
    lived: Town, engine: Engine, whole: Engine
) -> None:
    """The cursor is compared again in the transaction that writes."""
    slow, quick = (Indexer(engine, lived.rpc, lived.community) for _ in range(2))
    slow.recognise()
    position = slow.position()
    found = slow._source.read(position)
    assert found is not None
    quick.catch_up()
    slow._write(position, found)
    assert canonical_digest(engine) == canonical_digest(whole)


@pytest.mark.parametrize("table", TABLES)
def test_every_value_takes_part_in_the_digest(table: str, whole: Engine) -> None:
    """A change of any column of any table is seen."""
    with whole.connect() as connection:
        before = digest(connection)
        for column in TABLES[table].columns:
            if not column.primary_key:
                change(connection, column)
                assert digest(connection) != before, column.name
            connection.rollback()


def test_a_planted_error_in_any_audited_value_is_found(lived: Town, engine: Engine) -> None:
    """The audit can fail: each value is the chain's, or is under a law."""
    Indexer(engine, lived.rpc, lived.community).catch_up()
    audited = {
        "pockets": TABLES["pockets"].columns.keys()[1:],
        "member": ("balance", "valid_from", "valid_until"),
        "merchant": TABLES["merchant"].columns.keys()[1:],
        "merchant_rate": ("from_day", "rate_bps"),
        "till": ("merchant", "key", "next_sequence", "revoked"),
        "rules_version": TABLES["rules_version"].columns.keys()[1:7],
    }
    for name, columns in audited.items():
        table = TABLES[name]
        for column in columns:
            with reading(engine) as connection:
                rows = [dict(row) for row in connection.execute(select(table)).mappings()]
            with writing(engine) as connection:
                change(connection, table.c[column])
            assert audit(engine, lived.ledger).differences != [], f"{name}.{column}"
            with writing(engine) as connection:
                connection.execute(table.delete())
                connection.execute(table.insert(), rows)
    assert audit(engine, lived.ledger).differences == []


def test_a_missing_row_is_found_by_the_audit(lived: Town, engine: Engine) -> None:
    """What the chain has and the read model has not is a difference."""
    Indexer(engine, lived.rpc, lived.community).catch_up()
    for name in ("member", "merchant", "till", "purchase"):
        table = TABLES[name]
        first = select(*table.primary_key).where(*_interesting(table)).limit(1)
        with reading(engine) as connection:
            key = connection.execute(first).one()
            where = [column == value for column, value in zip(table.primary_key, key, strict=True)]
            row = dict(connection.execute(select(table).where(*where)).mappings().one())
        with writing(engine) as connection:
            connection.execute(table.delete().where(*where))
        assert audit(engine, lived.ledger).differences != [], name
        with writing(engine) as connection:
            connection.execute(table.insert().values(row))
    assert audit(engine, lived.ledger).differences == []


def test_what_was_refused_keeps_its_reason_its_value_and_its_limit(lived: Town, whole: Engine) -> None:
    """Even an amount of 64 bits, which passes what a signed column holds."""
    purchase, refusal, reversal = (table_of(model) for model in (Purchase, Refusal, Reversal))
    with reading(whole) as connection:
        bought = connection.execute(select(purchase).where(*_eighth(purchase))).one()
        refused = connection.execute(select(refusal).where(*_eighth(refusal))).one()
        named = connection.execute(select(reversal).where(reversal.c.purchase_sequence == MANY)).one()
    assert (bought.amount, bought.premium, bought.reason) == (MANY, 0, RefusalReason.OVER_TILL_CAP)
    assert (refused.reason, refused.actual, refused.limit) == (bought.reason, str(MANY), str(TILL_CAP))
    assert (named.amount, named.premium, named.reason) == (MANY, 0, RefusalReason.UNKNOWN_PURCHASE)


def test_a_reversed_purchase_shows_how_much_of_it_went_back(lived: Town, whole: Engine) -> None:
    """In parts, over several ranges, and never more than the chain says."""
    table = table_of(Purchase)
    with reading(whole) as connection:
        rows = connection.execute(select(table).where(table.c.reversed > 0)).all()
    assert len(rows) > 5
    for row in rows:
        assert row.reversed == lived.ledger.reversed_of(row.till, row.sequence)


def test_a_rebuilt_copy_equals_the_read_model_and_leaves_nothing(lived: Town, engine: Engine) -> None:
    """What is compared is what stood when the check began; the copy is dropped."""
    indexer = Indexer(engine, lived.rpc, lived.community)
    halfway = lived.ledger.head() // 2
    indexer.catch_up(until=halfway)
    seen: list[tuple[int, int]] = []
    found = rebuild.check(engine, lived.rpc, lived.community, lambda *told: seen.append(told))
    assert (found.equal, found.block, found.digest) == (True, halfway, canonical_digest(engine))
    assert seen[-1] == (halfway, lived.ledger.head())
    assert _leftovers(engine) == []


def test_a_rebuilt_copy_shows_a_changed_row(lived: Town, engine: Engine) -> None:
    """The comparison can fail."""
    Indexer(engine, lived.rpc, lived.community).catch_up()
    with writing(engine) as connection:
        connection.execute(text("UPDATE purchase SET day = day + 1 WHERE till = 1 AND sequence = 1"))
    assert not rebuild.check(engine, lived.rpc, lived.community).equal
    assert _leftovers(engine) == []


def test_a_rebuild_in_place_replaces_every_row(lived: Town, engine: Engine, whole: Engine) -> None:
    """The way out when the chain was rewritten: what was there before leaves no trace."""
    Indexer(engine, lived.rpc, lived.community).catch_up()
    with writing(engine) as connection:
        connection.execute(text("UPDATE cursor SET block_hash = founding_hash"))
        connection.execute(text("UPDATE member SET balance = 7"))
    assert rebuild.rebuild(engine, lived.rpc, lived.community) == lived.ledger.head()
    assert canonical_digest(engine) == canonical_digest(whole)


def test_an_empty_read_model_equals_its_rebuilt_copy(lived: Town, engine: Engine) -> None:
    """A new database stands before the founding block."""
    found = rebuild.check(engine, lived.rpc, lived.community)
    assert (found.equal, found.block) == (True, lived.community.founding_block - 1)


def _eighth(table: Table) -> list[ColumnElement[bool]]:
    return [table.c.till == BAKERY_TILL, table.c.sequence == 8]


def _interesting(table: Table) -> list[ColumnElement[bool]]:
    return [table.c.credit > 0] if table.name == "purchase" else []


def _leftovers(engine: Engine) -> list[str]:
    if engine.dialect.name == "sqlite":
        folder = Path(engine.url.database or "").parent
        return [path.name for path in folder.iterdir() if not path.name.startswith("ledger.sqlite")]
    with reading(engine) as connection:
        found = connection.execute(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'endogene%'"))
        return list(found.scalars())
