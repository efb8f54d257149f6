"""A year of a community's decisions, with every event of assembly, board, charter and guardian."""

from itertools import cycle, islice

from endogene_token.ballots import Choice
from endogene_token.chain import resolutions as rs
from endogene_token.chain import transactions as tx
from endogene_token.chain.charter import Kind, Power, Profile, standard_charter
from endogene_token.chain.views import Category, Role
from tests.node.votes import Votes
from tests.town import Town, key

USER, WORKER, SUPPORTING = Category
FOR, AGAINST, ABSTAIN = Choice
COLLEGES = [USER] * 6 + [WORKER] * 4 + [SUPPORTING] * 3
END = 2**40  # an instant that no test reaches
DAY_SECONDS = 86_400


def decide(town: Town) -> Votes:
    """Live through all that comes to an end. The town's officer, who founded it, is left without power."""
    votes = Votes(town, key(401))
    registrar = tx.grant_role(town.community, Role.REGISTRAR, votes.registrar.address, END)
    town.do(registrar, tx.grant_role(town.community, Role.GUARDIAN, key(402).address, END))
    users, workers, supporting = _by_college(votes.admit(*COLLEGES))
    _first_board(votes, users, workers, supporting)
    _before_the_handover(votes, users, workers)
    _equal_votes(votes, users, workers, supporting)
    _weighted_votes(votes, users, workers, supporting)
    _sealed_election(votes, users, workers, supporting)
    _board(votes, users, workers)
    _contested(votes, users, workers)
    return votes


def leave_unfinished(votes: Votes) -> None:
    """Live the last days, whose votes are not over."""
    users, workers, supporting = _by_college(list(votes.voters))
    _unfinished(votes, users, workers, supporting)


def _by_college(people: list[int]) -> tuple[list[int], list[int], list[int]]:
    return people[:6], people[6:10], people[10:]


def _first_board(votes: Votes, users: list[int], workers: list[int], supporting: list[int]) -> None:
    """Seats and terms; one seat is taken back, one term is replaced, one ends by itself."""
    community, far = votes.town.community, votes.now + 2 * 365 * DAY_SECONDS
    votes.town.do(
        *(rs.seat(community, member, far) for member in (*users[:3], *workers[:2])),
        rs.seat(community, users[0], 2**64 - 1),
        rs.seat(community, supporting[0], votes.now + 30 * DAY_SECONDS),
        rs.seat(community, workers[2], far),
        rs.unseat(community, workers[2]),
    )


def _before_the_handover(votes: Votes, users: list[int], workers: list[int]) -> None:
    """The founder's last acts: powers, a pause that is settled, another charter than resolution 1 has."""
    town = votes.town
    community, mark = town.community, bytes.fromhex("5e77be57")
    spending = Power(True, Kind.SPENDING, amount_word=2)
    votes.do(rs.pause_fund(community), account=key(402))
    town.do(
        rs.settle_pause(community, 0),
        rs.set_power(community, community.fund, mark, spending),
        rs.set_power(community, community.fund, mark, Power(False, Kind.DECISION)),
        rs.set_power(community, community.board, mark, spending),
    )
    first = votes.propose(users[0], Kind.DECISION)
    assert first == 1
    opens_at = votes.give_notice(first, users[0])
    votes.move(workers[3], USER)
    votes.move(workers[3], SUPPORTING)  # twice after one roll call
    town.do(rs.publish_charter(community, standard_charter(Profile.FR_SCIC)), tx.hand_over(community))
    votes.wait_until(opens_at)


def _equal_votes(votes: Votes, users: list[int], workers: list[int], supporting: list[int]) -> None:
    """Resolution 1, by heads: replaced and refused ballots, votes without a signature, former colleges."""
    votes.cast(1, dict.fromkeys((*users[:3], workers[3]), FOR))
    votes.cast(1, {users[0]: AGAINST, users[1]: FOR}, sequence=2)
    votes.cast(1, {users[0]: FOR, users[4]: ABSTAIN, supporting[0]: AGAINST}, sequence=1)  # one is stale
    community = votes.town.community
    for choice in (AGAINST, FOR):
        votes.do(rs.vote(community, 1, workers[1], choice), account=votes.voters[workers[1]])
    votes.wait_until_final(1)
    votes.execute(1)  # it calls nothing


def _weighted_votes(votes: Votes, users: list[int], workers: list[int], supporting: list[int]) -> None:
    """By colleges: the users lose against the two others. A second one finds its quorum in the last hours."""
    carried = votes.call_vote(users[0], Kind.DECISION)
    votes.move(workers[3], WORKER)
    votes.move(workers[0], USER)
    votes.cast(carried, dict.fromkeys(users, AGAINST) | dict.fromkeys((*workers, *supporting[1:]), FOR))
    late = votes.call_vote(users[1], Kind.DECISION)
    votes.wait_until(votes.assembly.resolution(late).closes_at - DAY_SECONDS // 2)
    votes.cast(late, {users[0]: AGAINST, users[2]: FOR, workers[3]: ABSTAIN})
    assert votes.assembly.resolution(late).is_extended
    votes.wait_until(votes.now + DAY_SECONDS)
    votes.cast(late, {users[2]: AGAINST}, sequence=2)
    votes.wait_until_final(late)


def _sealed_election(votes: Votes, users: list[int], workers: list[int], supporting: list[int]) -> None:
    """Three batches, with a refused, a replaced, a bare and a never opened ballot; it seats and unseats."""
    community = votes.town.community
    until = votes.now + 700 * DAY_SECONDS
    seats = (rs.seat(community, workers[3], until), rs.unseat(community, users[2]))
    number = votes.call_vote(users[1], Kind.ELECTION, *seats)
    everyone = dict.fromkeys((*users, *workers), FOR)
    first = votes.seal(everyone)
    batch = votes.cast_sealed(number, first)
    again = votes.seal({users[0]: AGAINST, users[1]: AGAINST, supporting[1]: ABSTAIN}, sequence=2)
    second = votes.cast_sealed(number, again)
    mixed = votes.seal({users[0]: FOR, supporting[2]: FOR}, sequence=1)  # the first is stale
    third = votes.cast_sealed(number, mixed)
    votes.wait_until(votes.assembly.resolution(number).closes_at)
    # Replaced ones are passed over; the last two of the first batch stay closed for ever.
    votes.open(batch, [*first[:6], *[None] * (len(first) - 6)])
    votes.open(batch, [*[None] * 4, *first[4:8], *[None] * (len(first) - 8)])
    votes.open(second, again)
    votes.open(third, [None, mixed[1]])
    votes.wait_until_final(number)
    votes.execute(number)


def _board(votes: Votes, users: list[int], workers: list[int]) -> None:
    """An office given by the board; directors leave for an interest, one of them after voting."""
    community = votes.town.community
    office = tx.grant_role(community, Role.TREASURER, key(403).address, END)
    number = votes.propose(users[0], Kind.OFFICE, office)
    opens_at = votes.give_notice(number, users[1])
    votes.declare_interest(number, workers[1])
    votes.wait_until(opens_at)
    votes.cast(number, {users[0]: FOR, users[1]: AGAINST, workers[3]: FOR, users[5]: FOR})
    votes.declare_interest(number, users[1])
    votes.wait_until_final(number)
    votes.execute(number)


def _contested(votes: Votes, users: list[int], workers: list[int]) -> None:
    """A carried resolution that another one annuls in its contest window."""
    board = dict.fromkeys((users[0], users[1], workers[1], workers[3]), FOR)
    spent = votes.call_vote(users[0], Kind.OFFICE)
    votes.cast(spent, board)
    votes.wait_until_counted(spent)
    annulment = rs.annul(votes.town.community, spent, b"\x0a" * 32)
    annulled = votes.call_vote(users[1], Kind.ANNULMENT, annulment)
    votes.cast(annulled, board)
    votes.wait_until_final(annulled)
    votes.execute(annulled)


def _unfinished(votes: Votes, users: list[int], workers: list[int], supporting: list[int]) -> None:
    """One of each state that is no end: final, contestable, closed, open, noticed, draft; and no quorum."""
    final = votes.call_vote(users[0], Kind.OFFICE)
    votes.cast(final, dict.fromkeys((users[0], users[1], workers[1]), FOR))
    votes.wait_until_final(final)
    votes.propose(users[3], Kind.DECISION)
    votes.call_vote(users[0], Kind.SPENDING)  # nobody votes
    election = votes.call_vote(users[0], Kind.ELECTION)
    sealed = votes.seal(dict(zip((*users, *supporting), islice(cycle(Choice), 9), strict=True)))
    batch = votes.cast_sealed(election, sealed)
    contestable = votes.call_vote(users[1], Kind.OFFICE)
    votes.cast(contestable, {users[0]: FOR, users[1]: FOR, workers[1]: FOR})
    votes.wait_until_counted(contestable)
    votes.give_notice(votes.propose(supporting[1], Kind.BY_LAW), workers[1])
    open_ = votes.call_vote(users[0], Kind.OFFICE)
    votes.cast(open_, {users[0]: FOR, users[1]: ABSTAIN, workers[3]: AGAINST})
    votes.wait_until(votes.assembly.resolution(election).closes_at)
    votes.open(batch, [*sealed[:3], *[None] * 6])
    votes.do(rs.pause_fund(votes.town.community), account=key(402))
    votes.do(tx.set_validity(votes.town.community, users[4], 0, 1), account=votes.registrar)
