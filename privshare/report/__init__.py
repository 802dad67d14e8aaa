"""A Run made readable: terminal lines, one self-contained page, a folder that can be re-checked, labels.

- folder, contents, manifest: write a run folder, all of it or none
- verify, sealed, shape, checks: re-check one, read-only
- page, panels, templates/: the page; charts, svg and sequence draw its pictures; engine escapes every page
- party, party_totals, party_page: what one party of a run between machines writes; leaked: statements in words
- answer, findings, tables: the finding, and the tables behind every chart
- facts, labels, metadata: the run as JSON, as labels, as catalogue metadata
- sentences, figures, layout: words, numbers, and how lines are set; terminal/: what the commands print
- comparison/: the same for a comparison of techniques and attacks
"""
