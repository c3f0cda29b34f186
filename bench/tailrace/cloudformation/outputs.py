"""A stack has its outputs once it is complete: LocalStack says that it is before it sets them."""

from localstack.services.cloudformation.engine.v2 import change_set_model_executor as stock

from tailrace.cloudformation.foreign import Foreign


def install() -> None:
    """Set the outputs of an execution before its end is told."""
    original = stock.ChangeSetModelExecutor.execute

    def execute(self: Foreign) -> Foreign:
        result = original(self)
        if not result.failure_message:
            self._change_set.stack.resolved_outputs = result.outputs
        return result

    stock.ChangeSetModelExecutor.execute = execute
