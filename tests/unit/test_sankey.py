"""The year's drawing tells the truth: widths are amounts, nodes add up, nothing lies upon another."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from endogene_token.reports.sankey import GAP, THICK, Drawing, Flow, Node, lay_out

WIDTH, HEIGHT = 960, 400
NODES = [Node(f"{column}{row}", column) for column in range(4) for row in range(3)]
FLOWS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), st.integers(1, 10**9)),
    unique_by=lambda one: one[:3],
    max_size=12,
).map(lambda rows: [Flow(f"{at}{a}", f"{at + 1}{b}", amount) for at, a, b, amount in rows])


def drawn(flows: list[Flow]) -> Drawing:
    return lay_out(NODES, flows, WIDTH, HEIGHT)


@given(FLOWS)
def test_each_ribbon_is_as_wide_as_its_amount(flows: list[Flow]) -> None:
    """To two units: one is lost at each edge by rounding, and what exists is seen."""
    ribbons = drawn(flows).ribbons
    largest = max(ribbons, key=lambda one: one.flow.amount, default=None)
    for one in ribbons:
        assert largest is not None
        expected = largest.height0 * one.flow.amount // largest.flow.amount
        assert abs(one.height0 - expected) <= 2
        assert abs(one.height0 - one.height1) <= 1


@given(FLOWS)
def test_the_ribbons_of_a_node_fill_its_larger_side(flows: list[Flow]) -> None:
    """What comes in stands on the left edge, what goes out on the right one, without a gap."""
    found = drawn(flows)
    for box in found.boxes:
        coming = sum(one.flow.amount for one in found.ribbons if one.flow.target == box.name)
        going = sum(one.flow.amount for one in found.ribbons if one.flow.source == box.name)
        assert box.amount == max(coming, going)
        for one in found.ribbons:
            if one.flow.source == box.name:
                assert box.y <= one.y0 <= one.y0 + one.height0 <= box.y + box.height + 1
            if one.flow.target == box.name:
                assert box.y <= one.y1 <= one.y1 + one.height1 <= box.y + box.height + 1


@given(FLOWS)
def test_no_node_lies_upon_another_and_all_fit(flows: list[Flow]) -> None:
    """The gaps hold the names; the drawing keeps to its frame, but for what is drawn to be seen at all."""
    found = drawn(flows)
    for at in range(4):
        column = [one for one in found.boxes if one.column == at]
        assert all(one.y + one.height + GAP == after.y for one, after in pairwise(column))
        assert all(one.x + THICK <= WIDTH and one.y + one.height <= HEIGHT + 3 for one in column)


def test_a_year_without_money_is_an_empty_drawing() -> None:
    """Nothing flows, nothing is drawn."""
    assert drawn([]) == Drawing((), ())
