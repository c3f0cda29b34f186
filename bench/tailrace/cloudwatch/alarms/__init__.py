"""CloudWatch's alarms.

Source: the CloudWatch User Guide, "Using Amazon CloudWatch alarms", and its tables of missing data.

    rules.py       datapoints -> a state and why (pure)
    reasons.py     the reason's text and data, as AWS writes them (pure)
    composite.py   the rule of a composite alarm (pure)
    messages.py    what topics and functions are told (pure)
    watch.py       judges all alarms, again and again
"""
