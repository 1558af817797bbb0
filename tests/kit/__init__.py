"""The shared furniture, piece by piece."""
