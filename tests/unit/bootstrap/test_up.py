import pytest

from bootstrap.up import next_steps

pytestmark = pytest.mark.unit


def test_the_next_command_is_about_the_same_pipeline() -> None:
    """What is said to be next names the settings that say which pipeline is meant, and no others."""
    said = next_steps({"STACK": "mine", "EMULATOR_PORT": "4600", "BATCH_SIZE": "7"})
    assert said[1] == "  make produce COUNT=1000 EMULATOR_PORT=4600 STACK=mine"
    assert said[5] == '  eval "$(make -s env EMULATOR_PORT=4600 STACK=mine)"'


def test_the_default_pipeline_needs_no_settings() -> None:
    """With nothing chosen the next commands are bare."""
    assert next_steps({"TARGET": "localstack"})[3] == "  make status"
