"""What Vademecum costs, each measure beside its floor: `make bench`."""
