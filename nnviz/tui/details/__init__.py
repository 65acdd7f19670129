"""What each screen asks for, and how it is worked out on the runner's thread."""
