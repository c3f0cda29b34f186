"""Lambda functions as processes that run AWS's own runtime client."""
