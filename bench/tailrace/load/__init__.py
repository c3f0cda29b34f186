"""Load beyond one process: Locust's workers around the sender, and an exact verdict over their ledgers.

environment.py  Locust in an environment of its own, installed when it is asked for
plan.py         what is to be sent, by whom: the same for the command and for Locust's processes
locustfile.py   a User around the sender; loaded by Locust, in its own environment
ledgers.py      what a worker writes down before and after each request
partitions.py   ids split by hash into files, so that 10⁸ of them need little memory
verdict.py      what was acknowledged against what was found: lost, doubled, unknown
found.py        where ids are looked for: the stream, a table, a file
account.py      clients of AWS itself, instead of an emulator's
budget.py       what an event costs there at most, and how many a budget pays for
prices.py       AWS's list prices
running.py      the master and its workers, as processes
"""
