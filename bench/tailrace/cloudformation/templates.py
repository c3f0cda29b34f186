"""Templates in YAML, parsed by libyaml: LocalStack's own parser takes a third of what a change set costs."""

import yaml
from localstack.services.cloudformation.engine import yaml_parser

from tailrace.seams import replace


def install() -> None:
    """Parse by the parser in C, where there is one; short forms and dates are read as LocalStack does."""
    if not yaml.__with_libyaml__:
        return
    usual = yaml_parser.customloader

    class Loader(yaml.CSafeLoader):
        yaml_constructors = usual.yaml_constructors
        yaml_multi_constructors = usual.yaml_multi_constructors

    replace(yaml_parser, "customloader", Loader)
