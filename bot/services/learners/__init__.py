"""What everyone comes for: searching the library, studying it, and what waits for them at their desk."""
