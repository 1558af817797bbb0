"""Discord's door to each room: a command parses, calls one service, renders and replies."""
