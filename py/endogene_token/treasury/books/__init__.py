"""The books: a double-entry journal of everything that the fund does, from the read model alone."""
