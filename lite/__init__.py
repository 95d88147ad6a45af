"""The course with nothing to install: a static site with Python in the browser, and Binder.

Law of the room: every package is pinned and comes from PyPI or npm; after the downloads nothing
here needs a network, and neither does the site.
"""
