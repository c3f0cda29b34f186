"""Installing, starting and stopping LocalStack; standard library only."""
