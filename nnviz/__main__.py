"""Lets `python -m nnviz` do what `nnviz` does, where scripts aren't on the PATH."""

import sys

from nnviz.cli import main

sys.exit(main())
