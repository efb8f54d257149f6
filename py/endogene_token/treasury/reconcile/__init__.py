"""Three ways to the same cash: what the bank states, what the books hold, what the chain's pocket holds."""
