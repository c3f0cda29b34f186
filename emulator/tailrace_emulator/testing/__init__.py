"""What tests of streaming stand on, in this project and in yours.

eventually.py   waiting for a condition: bounded, and telling when it gives up
ledger.py       what went in must come out: every acknowledged record is looked for, by name
verdict.py      what an audit found, and how it says so
"""
