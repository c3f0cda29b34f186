"""DynamoDB Local: how it is started and tuned."""
