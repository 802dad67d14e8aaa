"""The ground: frozen nouns, no input or output, no chance, no stage."""
