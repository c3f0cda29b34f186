"""DynamoDB Local inside LocalStack: our jar and Java, in memory, started early."""
