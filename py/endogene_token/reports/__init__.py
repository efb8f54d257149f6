"""What the read model says of a community as a whole: see `indicators`."""
