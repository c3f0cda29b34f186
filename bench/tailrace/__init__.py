"""LocalStack with a streaming leg that behaves as AWS does."""
