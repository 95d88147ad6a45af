"""The course as a static site: JupyterLab and Python in the browser, and no server behind them.

Law of the room: every package is pinned and comes from PyPI or npm; after the downloads nothing
here needs a network, and neither does the site.
"""
