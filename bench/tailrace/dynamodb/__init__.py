"""DynamoDB: tables in memory, and DynamoDB Local for requests that they are not sure of (see `home.py`)."""
