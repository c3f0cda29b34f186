"""How templates are read: YAML by libyaml, and references to secrets as a whole.

LocalStack's own parser takes a third of what a change set costs. It fails at
`{{resolve:secretsmanager:NAME:SecretString}}`, which it takes for one with a key.
"""

import yaml
from localstack.services.cloudformation.engine import yaml_parser
from localstack.services.cloudformation.engine.v2 import change_set_model_preproc

from tailrace.cloudformation.foreign import Foreign
from tailrace.seams import replace

_WHOLE = ":SecretString"


def install() -> None:
    """Put our ways of reading in place of LocalStack's."""

    def looked_up(reference: Foreign, account_id: str, region_name: str) -> str | None:
        if reference.service_name == "secretsmanager" and reference.reference_key.endswith(_WHOLE):
            reference.reference_key += ":"
        found: str | None = usual(reference, account_id, region_name)
        return found

    usual = replace(change_set_model_preproc, "perform_dynamic_reference_lookup", looked_up)
    _parse_in_c()


def _parse_in_c() -> None:
    """Parse by the parser in C, where there is one; short forms and dates are read as LocalStack does."""
    if not yaml.__with_libyaml__:
        return
    usual = yaml_parser.customloader

    class Loader(yaml.CSafeLoader):
        yaml_constructors = usual.yaml_constructors
        yaml_multi_constructors = usual.yaml_multi_constructors

    replace(yaml_parser, "customloader", Loader)
