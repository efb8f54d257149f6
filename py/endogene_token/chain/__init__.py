"""Between the program and the contracts: artifacts, deployment, calls, the embedded node."""
