"""What happens as LocalStack starts: where it listens, which services are loaded ahead."""
