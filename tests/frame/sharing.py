"""Which tests one worker runs, one after the other: those of a file, of a folder, or of a group of files."""

from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

FOLDERS = "tests/integration/"
GROUPS = {
    "moved_target": ("advance", "dead_letters", "kinesis_subscriptions", "promises", "reset"),
    "faulty_target": ("alarms", "dynamodb_metrics", "faults", "promises_faults"),
    "pipeline": (
        "example", "pipeline_items", "pipeline_quarantine", "producer_sources", "promises_once",
        "promises_order",
    ),
}  # fmt: skip
"""Files by the fixture that they share: an emulator that no two workers may have, or what is dear to make."""
GROUP_OF = {f"{FOLDERS}test_{name}.py": group for group, names in GROUPS.items() for name in names}
BY_ANOTHER = {f"{FOLDERS}test_examples.py::test_example[{name}]" for name in ("till", "lifts", "buoys")}
"""Tests that another worker runs than their file's others: in a row, these would outlast all else."""


class FolderScheduling(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives files to workers as `--dist loadfile` does, a folder or a group of them as a whole, one in two.

    So what is dear, and no test spoils for others, is made once for a folder (`scope="package"`) or a group.
    """

    def _split_scope(self, nodeid: str) -> str:
        """Return the folder of a test below `tests/integration/`, its file's group, or its file.

        >>> FolderScheduling._split_scope(None, "tests/integration/dashboard/test_page.py::test_empty")
        'tests/integration/dashboard'
        >>> FolderScheduling._split_scope(None, "tests/integration/test_reset.py::test_it_asks")
        'moved_target'
        >>> FolderScheduling._split_scope(None, "tests/integration/test_examples.py::test_example[till]")
        'by another'
        """
        if nodeid in BY_ANOTHER:
            return "by another"
        file, _, _ = nodeid.partition("::")
        folder, _, _ = file.rpartition("/")
        return folder if folder.startswith(FOLDERS) else GROUP_OF.get(file, file)
