"""Which tests one worker runs, one after the other: those of a file, and those of a folder of test files."""

from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

FOLDERS = "tests/integration/"


class FolderScheduling(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives files to workers as `--dist loadfile` does, and a folder of them as a whole.

    So what is dear, and no test spoils for others, is made once for a folder (`scope="package"`).
    """

    def _split_scope(self, nodeid: str) -> str:
        """Return the folder of a test below `tests/integration/`, and of any other its file.

        >>> FolderScheduling._split_scope(None, "tests/integration/dashboard/test_page.py::test_empty")
        'tests/integration/dashboard'
        """
        file, _, _ = nodeid.partition("::")
        folder, _, _ = file.rpartition("/")
        return folder if folder.startswith(FOLDERS) else file
