"""What is taken away as files: a page that needs nothing else, Markdown, an e-book. Pure functions of models."""
