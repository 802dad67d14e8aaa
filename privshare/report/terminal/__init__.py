"""What the commands print: lines of plain text, from the same facts and sentences as the page.

- run, link, plan, preview, ledger, person, audit: one command's answer each

What page and terminal share stands a floor below: layout, sentences, figures, told_release.
"""
