"""The live page: what goes through the pipeline, how late, what was set aside, what is unusual.

view.py    what a page shows, as data; no I/O
feed.py    asks AWS, bounded in what it costs; knows when the other side is gone
charts.py  ECharts options of a view
page.py    the page itself
settings.py, __main__.py
"""
