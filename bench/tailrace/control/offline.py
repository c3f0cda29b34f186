"""What keeps LocalStack off the network and in its folder, while it is installed and while it runs."""

OFFLINE = {
    "DISABLE_EVENTS": "1",  # no usage statistics
    "SKIP_SSL_CERT_DOWNLOAD": "1",
    "DNS_ADDRESS": "0",  # no DNS server
    "OVERRIDE_IN_DOCKER": "0",  # files go below FILESYSTEM_ROOT, in a container too
}
