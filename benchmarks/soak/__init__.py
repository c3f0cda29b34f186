"""Many shards, many mappings, a long day: what must not cost more the more there is of it."""
