"""Faults and kills, asked for while the emulator runs: any service, any function, any language.

Without I/O:
rules.py      what a rule is, which calls it matches, when it fires, what it counted
asking.py     a rule as it is asked for (JSON), checked, each mistake answered by a sentence
reading.py    service, operation and resources of a request, as its headers and its body tell them
words.py      errors as AWS words them, with the fields that each has
entries.py    single entries of a batch that fail: what is left of the request, what is put into the answer

In LocalStack:
door.py       the one place where every request is asked about, whichever way it takes afterwards
answers.py    an error in the protocol of the request
functions.py  which environment sent a request, and what befalls a function
control.py    `/_tailrace/faults`: rules are added, listed and removed; on loopback alone

client.py     the other side of that path, for the command and the pytest plugin

An invocation of a function is asked about like a request: as `function.invoke`, its resource the function.
"""
