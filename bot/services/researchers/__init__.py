"""The researchers' rules: questions from the moment they come up to the moment they rest."""
