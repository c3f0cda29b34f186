"""The proof of the streaming leg's rules: whole worlds, invented from a tape of integers, judged by a model.

tape        one tape of integers decides everything; a seed only fills it
world       the real engine, the real rules of shards, lanes, windows and families; faults, reshards, crashes
reference   what has to hold at each step and in the end, written from how AWS behaves
shrink      a failing tape made short
mutants     changes of the rules, and of the model, that have to be found

`make simulate HISTORIES=… SEED=…` runs it, `make mutants` its mutants; a part of it runs with the tests.
"""
