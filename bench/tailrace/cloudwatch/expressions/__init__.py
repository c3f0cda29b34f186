"""CloudWatch's metric math: expressions over metrics. Pure.

Source: the CloudWatch User Guide, "Using metric math with CloudWatch metrics" and "CloudWatch search
expression syntax".

    syntax.py      text -> tree
    values.py      numbers, time series, arrays of time series; arithmetic on them
    functions.py   the functions of AWS's list
    search.py      SEARCH: which metrics a search expression means
    evaluate.py    tree -> value
"""
