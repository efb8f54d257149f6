"""How pages name a business: as it stands over its door, or by its number while it told no name."""

from collections.abc import Mapping

from api.pages.words import Words


def called(words: Words, names: Mapping[int, str], merchant: int) -> str:
    """Return a business in the reader's words."""
    return names.get(merchant) or words.tr("Merchant no. {number}", number=merchant)


def numbered(words: Words, names: Mapping[int, str], merchant: int) -> str:
    """Return a business for the office, which acts on its number: by its name and that."""
    name = names.get(merchant)
    if name is None:
        return called(words, names, merchant)
    return words.tr("{name} (no. {number})", name=name, number=merchant)
