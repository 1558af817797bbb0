"""Vademecum: everything that is not a Discord command."""
