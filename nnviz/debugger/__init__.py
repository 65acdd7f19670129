"""What a debugger adds to a training run; it knows nothing of the screen."""
