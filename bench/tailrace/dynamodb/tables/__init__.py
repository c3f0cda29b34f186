"""Tables in memory: answers to requests that are plainly right, as DynamoDB gives them. Pure."""
