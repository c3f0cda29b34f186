"""Everything of an account and a region gone, in the emulator that runs: what `tailrace reset` asks for.

reset.py     the order in which it goes, and `/_tailrace/reset`
stores.py    what LocalStack and moto keep of any service: one visitor empties it
services.py  services whose things are more than what is kept: threads, processes, files, another program
"""
