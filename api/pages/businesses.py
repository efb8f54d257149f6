"""How pages name a business: as it stands over its door, or by its number while it told no name."""

from collections.abc import Mapping

from api.pages.words import Words


def called(words: Words, names: Mapping[int, str], merchant: int) -> str:
    """Return a business in the reader's words."""
    return names.get(merchant) or words.tr("Merchant no. {number}", number=merchant)
