"""What things are: frozen dataclasses and enums. Nothing here imports anything of ours."""
