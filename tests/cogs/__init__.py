"""Students, a researcher and a librarian use the real bot in the simulated Discord."""
