"""The scribes' room: sessions, the notes that are kept in their threads, and what becomes of them."""
