"""Files that are served and change: which they are, when they change, and how to import them anew.

Law of the room: new code is whole or is not there at all. What was imported stays imported until
everything that hangs together has been imported anew.
"""
