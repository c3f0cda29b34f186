"""The live page: what goes through the pipeline, how late, what was set aside, what is unusual.

settings.py, __main__.py, serve.py    how it begins: a web server on loopback alone
ranges.py, bars.py     which minutes are shown, and what one bar stands for
counted.py, colours.py, newest.py, view.py    what a page shows, as data; no I/O
schedule.py, costs.py  when to ask for what, and what that costs
feed.py, reading.py, queues.py, failing.py    ask AWS; know when the other side is gone
charts.py, tables.py, figures.py    a view as ECharts' options and as HTML; no I/O
elements.py, panels.py, asking.py, page.py, story.py    the page itself
"""
