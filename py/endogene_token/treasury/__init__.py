"""The treasurer: what is owed is collected or paid through the bank, confirmed by its statements, booked."""
