"""EventBridge's targets, a stream among them: input forms, retries, dead-letter queues."""
