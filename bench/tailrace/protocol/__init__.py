"""What a request and an answer look like on the wire.

Nothing here knows what an operation means.

    constraints.py   a service's model, checked in AWS's words
    violations.py    those words
    jsontypes.py     the types of JSON, refused in AWS's words
    wire.py          values between a request's form and Python's
"""
