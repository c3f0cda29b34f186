"""What the integration tests stand on: one run, its emulators, its stacks, and a pipeline to put events into.

run.py         the run: its id, its folder, the settings it obeys
emulators.py   which emulator: the one that runs, or one that the run starts and stops
containers.py  the same, in a container: EMULATOR=testcontainers
collected.py   one process that has collected, from which the workers are forked
forking.py     one that has imported, from which commands are
stacks.py      stacks of the run's own: deployed, destroyed whatever happens
leftovers.py   what of the run is still there
progress.py    how long a run takes, that it goes on, that Ctrl-C was heard
markers.py     which tests may run where
pipeline.py    one deployed pipeline: put events, wait until they are settled, audit them
reading.py     what is in the table, the queues, the metrics and the log
events.py      events in the shape of the pipeline's own
"""
