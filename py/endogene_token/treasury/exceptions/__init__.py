"""The inbox of what does not add up or must be decided: each entry has an owner, a day and an end."""
