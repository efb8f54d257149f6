"""Sealed openings stay shut for all but enough scrutineers together, and a false share is noticed."""

from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from endogene_token.ballots import Choice, Opening
from endogene_token.errors import (
    ChoiceError,
    EndogeneError,
    KeyFormatError,
    LengthError,
    RangeError,
    SealBrokenError,
    ShareCountError,
    ShareFormatError,
    ShareMismatchError,
    ShareStrangerError,
)
from endogene_token.sealing import (
    SEALED_BYTES,
    KeyShare,
    SealingKeys,
    combine_shares,
    open_,
    seal,
    split_key,
)

KEYS = SealingKeys.generate()
OPENING = Opening(Choice.AGAINST, bytes(range(32)))
SHARES = split_key(KEYS.private, 3, 5)
# The first vector of RFC 9180, A.2.1.1: a pair of keys that others computed.
RFC_PRIVATE = bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
RFC_PUBLIC = bytes.fromhex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a")

openings = st.builds(Opening, st.sampled_from(Choice), st.binary(min_size=32, max_size=32))
numbers = st.integers(0, 2**32 - 1)


@given(openings, numbers, numbers)
def test_a_sealed_opening_is_read_with_the_private_key(
    opening: Opening, resolution: int, member: int
) -> None:
    """What was sealed comes back, and its length tells nothing."""
    sealed = seal(opening, KEYS.public, resolution, member)
    assert len(sealed) == SEALED_BYTES
    assert open_(sealed, KEYS.private, resolution, member) == opening


def test_the_same_opening_sealed_twice_looks_different() -> None:
    """Two equal votes cannot be matched."""
    assert seal(OPENING, KEYS.public, 1, 2) != seal(OPENING, KEYS.public, 1, 2)


@pytest.mark.parametrize(("resolution", "member"), [(1, 3), (2, 2), (2, 1)])
def test_an_opening_moved_to_another_resolution_or_member_stays_shut(resolution: int, member: int) -> None:
    """Nobody votes by copying a neighbour's envelope."""
    sealed = seal(OPENING, KEYS.public, 1, 2)
    with pytest.raises(SealBrokenError) as refused:
        open_(sealed, KEYS.private, resolution, member)
    assert refused.value.params == {"resolution": resolution, "member": member}


@given(st.integers(0, SEALED_BYTES * 8 - 1))
def test_an_envelope_changed_in_any_bit_stays_shut(bit: int) -> None:
    """It opens whole or not at all."""
    sealed = bytearray(seal(OPENING, KEYS.public, 1, 2))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBrokenError):
        open_(bytes(sealed), KEYS.private, 1, 2)


def test_another_key_does_not_open() -> None:
    """The scrutineers of another vote learn nothing."""
    with pytest.raises(SealBrokenError):
        open_(seal(OPENING, KEYS.public, 1, 2), SealingKeys.generate().private, 1, 2)


def test_a_choice_that_is_none_sealed_with_care_is_refused() -> None:
    """A hostile member can seal any byte; it becomes no vote."""
    forged = Opening(Choice.FOR, bytes(32))
    object.__setattr__(forged, "choice", 7)
    with pytest.raises(ChoiceError):
        open_(seal(forged, KEYS.public, 1, 2), KEYS.private, 1, 2)


def test_a_public_key_is_that_of_its_private_key() -> None:
    """The pair of RFC 9180, A.2.1.1, is split and known again by its public key."""
    whole = combine_shares(split_key(RFC_PRIVATE, 2, 2), RFC_PUBLIC)
    assert open_(seal(OPENING, RFC_PUBLIC, 1, 2), whole, 1, 2) == OPENING
    assert whole[1:31] == RFC_PRIVATE[1:31]  # the bits that X25519 sets stand in the first and last bytes


def test_keys_and_shares_do_not_show_what_they_hold() -> None:
    """A log tells no secret."""
    assert repr(KEYS.private) not in repr(KEYS)
    assert repr(SHARES[0].value) not in repr(SHARES[0])


@pytest.mark.parametrize("chosen", list(combinations(range(5), 3)), ids=str)
def test_any_three_of_five_shares_give_the_key(chosen: tuple[int, ...]) -> None:
    """No scrutineer is indispensable."""
    assert combine_shares([SHARES[one] for one in chosen], KEYS.public) == KEYS.private


def test_more_shares_than_needed_give_the_key_in_any_order() -> None:
    """Who brings all of them is not punished, nor who brings one twice."""
    assert combine_shares([*reversed(SHARES), SHARES[0]], KEYS.public) == KEYS.private


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_shares_than_the_threshold_are_refused(count: int) -> None:
    """Two of three scrutineers learn nothing; the same one twice counts once."""
    with pytest.raises(ShareCountError) as refused:
        combine_shares([*SHARES[:count], *SHARES[:count]], KEYS.public)
    assert refused.value.actual == count


def test_two_shares_that_claim_to_suffice_do_not_give_the_key() -> None:
    """The threshold is in the mathematics, not in what the shares say of it."""
    liars = [replace(share, threshold=2) for share in SHARES[:2]]
    with pytest.raises(ShareMismatchError):
        combine_shares(liars, KEYS.public)


@settings(max_examples=50)
@given(st.integers(0, 4), st.integers(0, 255))
@example(
    0, 0
)  # X25519 ignores five bits of a private key, and with shares 1, 2 and 3 they would change alone
@example(0, 255)
def test_a_share_changed_in_any_bit_is_detected(which: int, bit: int) -> None:
    """A false share cannot pass a false key off as the true one, in either half."""
    value = bytearray(SHARES[which].value)
    value[bit // 8] ^= 1 << bit % 8
    false = replace(SHARES[which], value=bytes(value))
    others = [share for share in SHARES if share.index != false.index]
    with pytest.raises(ShareMismatchError):
        combine_shares([false, *others[:2]], KEYS.public)


def test_two_different_shares_of_one_scrutineer_are_detected() -> None:
    """One of them is false; which one, nobody can tell yet."""
    false = replace(SHARES[0], value=bytes(32))
    with pytest.raises(ShareMismatchError):
        combine_shares([false, *SHARES], KEYS.public)


def test_a_share_of_another_key_is_named() -> None:
    """Last year's share, brought by mistake."""
    stranger = split_key(SealingKeys.generate().private, 3, 5)[3]
    with pytest.raises(ShareStrangerError) as refused:
        combine_shares([*SHARES[:2], stranger], KEYS.public)
    assert refused.value.actual == 4


def test_shares_of_two_cuts_of_the_same_key_do_not_mix() -> None:
    """A new cut makes the old shares useless beside the new ones."""
    again = split_key(KEYS.private, 3, 5)
    with pytest.raises(ShareMismatchError):
        combine_shares([*SHARES[:2], again[2]], KEYS.public)


@pytest.mark.parametrize("share", SHARES, ids=lambda share: str(share.index))
def test_a_printed_share_is_read_again(share: KeyShare) -> None:
    """From paper: small letters, other spaces, and the digits that look like letters."""
    text = share.text()
    assert len(text.split("-")) == 18
    for copy in (text, text.lower(), text.replace("-", ""), f" {text} \n".replace("-", "\n")):
        assert KeyShare.parse(copy) == share
    assert KeyShare.parse(text.replace("O", "0").replace("I", "1")) == share


def test_a_letter_miscopied_anywhere_is_noticed() -> None:
    """The checksum covers every letter."""
    text, source = SHARES[0].text(), Random(1)  # noqa: S311  the same letters at every run
    for place, letter in enumerate(text):
        if letter != "-":
            other = source.choice([one for one in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" if one != letter])
            with pytest.raises(ShareFormatError):
                KeyShare.parse(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize(
    "text",
    ["", "AAAA", SHARES[0].text()[:-1], SHARES[0].text() * 2, "é" * 72, "?" * 72],
    ids=["empty", "short", "cut", "doubled", "accents", "marks"],
)
def test_a_text_that_is_no_share_is_refused_and_not_repeated_whole(text: str) -> None:
    """The message can be shown on a screen that others see."""
    with pytest.raises(ShareFormatError) as refused:
        KeyShare.parse(text)
    assert len(str(refused.value.actual)) <= 5


@pytest.mark.parametrize(("threshold", "count"), [(0, 3), (4, 3), (1, 0), (2, 256)])
def test_a_cut_that_cannot_be_is_refused(threshold: int, count: int) -> None:
    """More shares needed than handed out would lose every vote."""
    with pytest.raises(RangeError):
        split_key(KEYS.private, threshold, count)


def test_keys_and_envelopes_of_another_length_are_refused() -> None:
    """A cut value is noticed before anything is computed."""
    sealed = seal(OPENING, KEYS.public, 1, 2)
    for refused in (
        lambda: seal(OPENING, KEYS.public[:-1], 1, 2),
        lambda: open_(sealed[:-1], KEYS.private, 1, 2),
        lambda: open_(sealed, KEYS.private + b"\0", 1, 2),
        lambda: split_key(KEYS.private[:-1], 1, 1),
        lambda: combine_shares(SHARES, KEYS.public[:-1]),
    ):
        with pytest.raises(LengthError):
            refused()


@pytest.mark.parametrize(
    ("public", "error"), [(bytes(32), KeyFormatError), (b"\x01" + bytes(31), KeyFormatError)]
)
def test_a_point_that_would_give_everyone_the_same_secret_is_no_public_key(
    public: bytes, error: type[EndogeneError]
) -> None:
    """Points of low order make a key that anybody knows."""
    with pytest.raises(error):
        seal(OPENING, public, 1, 2)
