"""A visual debugger for the training of small neural networks."""

__version__ = "0.1.0"
