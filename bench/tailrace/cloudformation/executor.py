"""How a change set is carried out: one subclass of LocalStack's executor, and its parts elsewhere here."""

from typing import Any

from localstack.aws.api.cloudformation import StackStatus
from localstack.services.cloudformation.engine.v2 import change_set_model, change_set_model_executor
from localstack.services.cloudformation.resource_provider import OperationStatus
from localstack.services.cloudformation.v2 import provider

from tailrace.cloudformation import put_whole, removal, rollback, templates, unsupported
from tailrace.cloudformation.actions import ResourceExecutor
from tailrace.cloudformation.foreign import Foreign
from tailrace.seams import replace

_REMOVE = change_set_model.ChangeAction.Remove


class Executor(change_set_model_executor.ChangeSetModelExecutor):
    """Carries out one change set: it creates, updates or deletes a stack."""

    def execute(self) -> Foreign:
        """Carry it out; a stack has its outputs before its end is told, which LocalStack sets later."""
        change_set = self._change_set
        if change_set.stack.status == StackStatus.DELETE_IN_PROGRESS:
            return removal.delete_stack(self)
        if rollback.is_update(change_set):
            result = rollback.update(self, super().execute)
        else:
            result = super().execute()
        if not result.failure_message:
            change_set.stack.resolved_outputs = result.outputs
        return result

    def _execute_resource_action(self, **asked: Any) -> Foreign:  # noqa: ANN401  passed on as it came
        act = super()._execute_resource_action
        if asked["action"] != _REMOVE or asked.get("part_of_replacement"):
            return unsupported.worded(act(**asked), asked["resource_type"])
        name = asked["logical_resource_id"]
        resource = self._change_set.stack.resolved_resources.get(name)
        other = self.resources.get(name)  # of another type, in its place
        event = removal.removed(act, resource, asked)
        if event.status == OperationStatus.SUCCESS:
            self.resources.pop(name, None)  # LocalStack would keep it, without a status
            if other:
                self.resources[name] = other
        return event


def install() -> None:
    """Put the subclasses where LocalStack makes its own."""
    replace(provider, "ChangeSetModelExecutor", Executor)
    replace(change_set_model_executor, "ResourceProviderExecutor", ResourceExecutor)
    put_whole.install()
    unsupported.install()
    rollback.keep_to_statuses_that_last()
    templates.install()
