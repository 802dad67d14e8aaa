"""A comparison made readable: one document, tables, charts, one self-contained page, and a folder to re-check.

- facts, document: the document's parts, and how a comparison becomes one
- panels, labelling, charts, page: the page; its templates are `comparison*` beside those of the report
- tables, folder, recheck: CSV files, the folder, and what `verify` works out again
"""
