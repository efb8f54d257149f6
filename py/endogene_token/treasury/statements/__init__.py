"""The monthly statement of a merchant: its figures, its number, and the papers that show it."""
