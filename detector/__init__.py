"""The second Lambda function: looks at the finished minutes and finds what is unusual.

model.py          what is expected next, and whether a value stands out; knows no minutes and no AWS
findings.py       which series are watched, what an anomaly is, where one ends and the next begins
message.py        an anomaly in words for a person
anomaly_store.py  reading totals, keeping anomalies, in the ledger table
entry.py          the Lambda function
"""
