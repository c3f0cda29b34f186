"""The names that the bench replaces (see `seams.py`): by module, each with the signature that we know."""

from collections.abc import Mapping

KNOWN: Mapping[str, Mapping[str, str]] = {
    "botocore.loaders": {
        "JSONFileLoader._load_file": "(self, full_path, open_method)",
    },
    "localstack.aws.handlers.service": {
        "ServiceRequestParser.parse_and_enrich": "(self, context)",
    },
    "localstack.services.cloudformation.engine.v2.change_set_model_executor": {
        "ChangeSetModelExecutor._execute_resource_action": (
            "(self, action, logical_resource_id, resource_type, before_properties, after_properties, "
            "part_of_replacement)"
        ),
        "ChangeSetModelExecutor.execute": "(self)",
    },
    "localstack.services.cloudformation.engine.yaml_parser": {
        "customloader": "value",
    },
    "localstack.services.cloudformation.resource_provider": {
        "ResourceProviderExecutor.execute_action": "(self, resource_provider, raw_payload)",
        "ResourceProviderExecutor.try_load_resource_provider": "(resource_type)",
    },
    "localstack.services.cloudformation.v2.entities": {
        "Stack.set_stack_status": "(self, status, reason)",
    },
    "localstack.services.cloudwatch.alarm_scheduler": {
        "AlarmScheduler.schedule_metric_alarm": "(self, alarm_arn)",
        "collect_metric_data": "(alarm_details, client)",
        "get_metric_alarm_details_for_alarm_arn": "(alarm_arn)",
    },
    "localstack.services.cloudwatch.cloudwatch_database_helper": {
        "CloudwatchDatabase.__init__": "(self)",
        "CloudwatchDatabase._get_ordered_dimensions_with_separator": "(self, dims, for_search)",
        "CloudwatchDatabase._restore_dimensions_from_string": "(self, dimensions)",
        "CloudwatchDatabase.add_metric_data": "(self, account_id, region, namespace, metric_data)",
        "CloudwatchDatabase.clear_tables": "(self)",
        "CloudwatchDatabase.get_all_metric_data": "(self)",
        "CloudwatchDatabase.get_metric_data_stat": (
            "(self, account_id, region, query, start_time, end_time, scan_by)"
        ),
        "CloudwatchDatabase.get_units_for_metric_data_stat": (
            "(self, account_id, region, start_time, end_time, metric_name, namespace)"
        ),
        "CloudwatchDatabase.list_metrics": "(self, account_id, region, namespace, metric_name, dimensions)",
    },
    "localstack.services.dynamodb.packages": {
        "DynamoDBLocalPackageInstaller.get_java_env_vars": "(self)",
    },
    "localstack.services.dynamodb.server": {
        "DynamodbServer._create_shell_command": "(self)",
        "DynamodbServer.get": "()",
    },
    "localstack.services.iam.provider": {
        "IamProvider.on_after_init": "(self)",
    },
    "localstack.services.lambda_.event_source_mapping.esm_worker_factory": {
        "EsmWorkerFactory.get_esm_worker": "(self)",
    },
    "localstack.services.lambda_.invocation.lambda_models": {
        "boto3": "value",
    },
    "localstack.services.lambda_.invocation.lambda_service": {
        "LambdaService.__init__": "(self)",
    },
    "localstack.services.lambda_.invocation.version_manager": {
        "LambdaVersionManager.invoke": "(self, *, invocation)",
        "LambdaVersionManager.start": "(self)",
        "LambdaVersionManager.stop": "(self)",
    },
    "localstack.services.lambda_.provider": {
        "LambdaProvider.create_event_source_mapping_v2": "(self, context, request)",
        "LambdaProvider.delete_event_source_mapping": "(self, context, uuid, **kwargs)",
        "LambdaProvider.get_event_source_mapping": "(self, context, uuid, **kwargs)",
        "LambdaProvider.list_event_source_mappings": (
            "(self, context, event_source_arn, function_name, marker, max_items, **kwargs)"
        ),
        "LambdaProvider.update_event_source_mapping_v2": "(self, context, request)",
        "LambdaProvider.validate_event_source_mapping": "(self, context, request)",
    },
    "localstack.utils.aws.aws_stack": {
        "CACHE_S3_HOSTNAME_DNS_STATUS": "value",
    },
    "rolo.gateway.wsgi": {
        "WsgiGateway.__call__": "(self, environ, start_response)",
    },
    "rolo.serving.twisted": {
        "HeaderPreservingWSGIResponse": "class",
    },
    "twisted.web.http": {
        "HTTPFactory.log": "(self, request)",
        "_parseContentType": "(line)",
    },
    "werkzeug.routing.rules": {
        "Rule._compile_builder": "(self, append_unknown)",
    },
}
