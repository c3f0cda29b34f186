"""The recipe's approach, to measure ours against: one PutItem and one PutMetricData for each event."""
