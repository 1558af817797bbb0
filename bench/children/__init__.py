"""What runs in processes of its own: each takes ``ours`` or ``floor`` and an empty folder, and says a line of JSON."""
