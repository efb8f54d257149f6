"""What is owed is asked of the bank: mandates and payees, runs of debits and payments, their files."""
