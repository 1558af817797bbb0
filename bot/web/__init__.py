"""The public site: what a librarian and the authors let everyone read. Calls services only."""
