"""A project of somebody's, with the promises that it makes, and ten bugs that break one each.

template.yaml, app.py      the project: SAM, a function in Python, each reading stored once
promises_of_readings.py    its adapter: all that it writes to have its promises tried
bugs.py                    edits of the project, and the promise that each breaks
deploying.py               packages and deploys it
"""
