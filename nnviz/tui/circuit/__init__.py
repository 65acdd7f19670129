"""The circuit of problem 1 on the screen: stepped box by box, or filled as a quiz."""
