"""The teacher's commands, beside nbgrader's own; README.md in the folder above says when to use which.

A command a module; ``course`` holds what they share. ``preprocessors`` is what nbgrader does differently here.
"""
