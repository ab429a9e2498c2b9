"""The teacher's commands, beside nbgrader's own; README.md in the folder above says when to use which.

A step of the work a module; ``course`` holds what they share. ``preprocessors`` is what nbgrader does differently here.
"""
