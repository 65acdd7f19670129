"""What a debugger adds to a training run: statistics, findings, time travel; it knows nothing of the screen."""
