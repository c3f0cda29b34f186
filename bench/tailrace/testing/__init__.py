"""What tests of streaming stand on, in this project and in yours.

plugin.py       the pytest plugin: the fixture `tailrace`
bench.py        what it gives: clients, streams, functions, faults, a clock, a ledger
faults.py       faults for one test
emulators.py    the emulators of one test run, shared by its processes
watchdog.py     the process that stops one when the run ends, however that is, and leaves nothing
wrappers.py     what it is wrapped in: processes of this machine, or a container
labels.py       whose a container is
container.py    the container, by testcontainers
clients.py      clients of it, with dummy credentials
eventually.py   waiting for a condition: bounded, and telling when it gives up
ledger.py       a test's own ledger
audit.py        what went in must come out: every acknowledged record is looked for, by name
verdict.py      what an audit found, and how it says so
sending.py      records and how they are put
"""
