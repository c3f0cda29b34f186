"""The pipeline as infrastructure: deploy, verify, remove; and which AWS we talk to."""
