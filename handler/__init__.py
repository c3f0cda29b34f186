"""What runs inside Lambda: records of a stream become items, metrics or quarantined messages.

`analytics.py` is the file to replace with logic of your own: what of an event is stored, what is counted.

    analytics.py   an event -> what is stored and what is counted                     (yours)
    samples.py     what the tests send: good events, and some that analytics rejects  (yours)
    entry.py       what Lambda calls
    once/          the delivery layer
"""
