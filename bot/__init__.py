"""Vademecum: everything that is not a Discord command."""

import gc

__version__ = "0.1.0"

# Python looks for cycles after each 700 objects by its own count. Starting up, a class that asks at once and an import
# make objects by the ten thousand that live on, and a third of their time went into looking at these.
gc.set_threshold(20_000, 20, 50)
