"""What is promised, told of people."""
