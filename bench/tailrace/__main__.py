"""`python -m tailrace COMMAND`: the same as the script `tailrace`."""

import sys

from tailrace.cli import main

if __name__ == "__main__":
    sys.exit(main())
