"""A note's Markdown as HTML: tables, footnotes, definition lists, formulas, coloured code.

Python-Markdown reads it, after `lines.py` made it ready, with the quicker ways of `inline.py`. Two walls: the parser
knows no raw HTML, and nh3 lets through only what `parser.py` names. Nothing is fetched, nothing runs.
"""
