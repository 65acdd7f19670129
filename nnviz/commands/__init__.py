"""One module per verb of the command line, imported only when that verb is asked for."""
