"""The playground in a terminal: a server that shows what passes, and a way into the course.

Law of the room: what a person reads is a sentence, and never a traceback of ours.
"""
