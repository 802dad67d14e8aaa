"""A comparison made readable: one document, lines for a terminal, tables, charts and one self-contained page."""
