"""The only SQL: what is kept, and how a change becomes durable."""
