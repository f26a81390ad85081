"""What the project's claims of speed rest on: one command each, every figure a ratio against a peer in the same run."""
