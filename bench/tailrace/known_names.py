"""The names that the bench replaces or overrides, by module, with their signatures (see `seams.py`)."""

from collections.abc import Mapping

KNOWN: Mapping[str, Mapping[str, str]] = {
    "botocore.httpchecksum": {
        "crt_checksums": "value",
    },
    "botocore.loaders": {
        "JSONFileLoader._load_file": "(self, full_path, open_method)",
        "Loader.list_api_versions": "value",
        "Loader.list_available_services": "value",
    },
    "localstack.aws.api.dynamodb": {
        "DynamodbApi.delete_resource_policy": "(self, context, resource_arn, expected_revision_id, **kwargs)",
        "DynamodbApi.describe_endpoints": "(self, context, **kwargs)",
        "DynamodbApi.get_resource_policy": "(self, context, resource_arn, **kwargs)",
        "DynamodbApi.put_resource_policy": (
            "(self, context, resource_arn, policy, expected_revision_id, "
            "confirm_remove_self_resource_access, **kwargs)"
        ),
    },
    "localstack.aws.api.lambda_": {
        "LambdaApi.get_runtime_management_config": "(self, context, function_name, qualifier, **kwargs)",
        "LambdaApi.put_runtime_management_config": (
            "(self, context, function_name, update_runtime_on, qualifier, runtime_version_arn, **kwargs)"
        ),
    },
    "localstack.aws.api.logs": {
        "LogsApi.put_subscription_filter": (
            "(self, context, log_group_name, filter_name, filter_pattern, destination_arn, role_arn, "
            "distribution, apply_on_transformed_logs, field_selection_criteria, emit_system_fields, "
            "**kwargs)"
        ),
    },
    "localstack.aws.api.s3": {
        "S3Api.get_bucket_policy_status": "(self, context, bucket, expected_bucket_owner, **kwargs)",
    },
    "localstack.aws.handlers.service": {
        "get_service_availability_exception": "value",
    },
    "localstack.aws.skeleton": {
        "Skeleton.on_not_implemented_error": "(self, serializer, context, exception)",
        "get_service_availability_exception": "value",
    },
    "localstack.packages.api": {
        "PackageInstaller.install": "(self, target)",
        "PackageInstaller.is_installed": "(self)",
    },
    "localstack.runtime.server.core": {
        "RuntimeServer.register": "(self, gateway, listen, ssl_creds)",
        "RuntimeServer.run": "(self)",
        "RuntimeServer.shutdown": "(self)",
        "RuntimeServerPlugin.load": "(self, *args, **kwargs)",
    },
    "localstack.services.cloudformation.engine.v2.change_set_model_executor": {
        "ChangeSetModelExecutor._execute_resource_action": (
            "(self, action, logical_resource_id, resource_type, before_properties, after_properties, "
            "part_of_replacement)"
        ),
        "ChangeSetModelExecutor._process_event": (
            "(self, *, action, logical_resource_id, event_status, resource_type, special_action, "
            "reason, custom_status)"
        ),
        "ChangeSetModelExecutor.execute": "(self)",
        "ResourceProviderExecutor": "value",
        "should_ignore_unsupported_resource_type": "value",
    },
    "localstack.services.cloudformation.engine.v2.change_set_model_preproc": {
        "perform_dynamic_reference_lookup": "value",
    },
    "localstack.services.cloudformation.engine.yaml_parser": {
        "customloader": "value",
    },
    "localstack.services.cloudformation.resource_provider": {
        "ResourceProviderExecutor.deploy_loop": (
            "(self, resource_provider, resource, raw_payload, max_timeout, sleep_time)"
        ),
        "ResourceProviderExecutor.execute_action": "(self, resource_provider, raw_payload)",
        "ResourceProviderExecutor.try_load_resource_provider": "(resource_type)",
        "convert_payload": "(stack_name, stack_id, payload)",
    },
    "localstack.services.cloudformation.v2.entities": {
        "Stack.set_stack_status": "(self, status, reason)",
    },
    "localstack.services.cloudformation.v2.provider": {
        "ChangeSetModelExecutor": "value",
        "CloudformationProviderV2": "class",
    },
    "localstack.services.cloudwatch.provider_v2": {
        "CloudwatchProvider": "class",
    },
    "localstack.services.dynamodb.provider": {
        "DynamoDBProvider._new_dynamodb_server": "()",
        "DynamoDBProvider.batch_execute_statement": (
            "(self, context, statements, return_consumed_capacity, **kwargs)"
        ),
        "DynamoDBProvider.delete_item": "(self, context, delete_item_input)",
        "DynamoDBProvider.delete_table": "(self, context, table_name, **kwargs)",
        "DynamoDBProvider.enable_kinesis_streaming_destination": (
            "(self, context, table_name, stream_arn, enable_kinesis_streaming_configuration, **kwargs)"
        ),
        "DynamoDBProvider.execute_statement": "(self, context, execute_statement_input)",
        "DynamoDBProvider.execute_transaction": "(self, context, execute_transaction_input)",
        "DynamoDBProvider.forward_stream_records": "(self, account_id, region_name, records_map)",
        "DynamoDBProvider.table_exists": "(account_id, region_name, table_name)",
        "EventForwarder.forward_to_kinesis_stream": "(account_id, region_name, records_map)",
        "EventForwarder.forward_to_targets": "(self, account_id, region_name, records_map, background)",
        "delete_expired_items": "()",
        "get_table_stream_type": "(account_id, region_name, table_name_or_arn)",
        "is_index_query_valid": "(account_id, region_name, query_data)",
        "get_updated_records": (
            "(account_id, region_name, table_name, existing_items, server_url, table_stream_type)"
        ),
    },
    "localstack.services.dynamodb.server": {
        "DynamodbServer._create_shell_command": "(self)",
        "DynamodbServer.do_start_thread": "(self)",
        "DynamodbServer.start_dynamodb": "(self)",
        "DynamodbServer.stop_dynamodb": "(self)",
    },
    "localstack.services.dynamodb.utils": {
        "ItemFinder.get_ddb_local_client": "(account_id, region_name, endpoint_url)",
    },
    "localstack.services.events.target": {
        "KinesisTargetSender.send_event": "(self, event, trace_header)",
        "TargetSender.process_event": "(self, event, trace_header)",
    },
    "localstack.services.iam.provider": {
        "IamProvider._build_aws_managed_policy_cache": "(self)",
        "IamProvider.on_after_init": "(self)",
    },
    "localstack.services.kms.provider": {
        "RESERVED_ALIASES": "value",
    },
    "localstack.services.lambda_.api_utils": {
        "map_config_out": "(version, return_qualified_arn, return_update_status, alias_name)",
    },
    "localstack.services.lambda_.event_source_mapping.esm_worker_factory": {
        "EsmWorkerFactory.get_esm_worker": "(self)",
    },
    "localstack.services.lambda_.invocation.event_manager": {
        "Poller.__init__": "(self, version_manager, event_queue_url)",
        "Poller._handle_function_error": (
            "(self, sqs_invocation, response_payload, event_invoke_config, max_retry_attempts)"
        ),
        "Poller._handle_invoke_exception": "(self, sqs_invocation, error, event_invoke_config)",
        "Poller.process_dead_letter_queue": "(self, sqs_invocation, response_payload)",
        "Poller.process_success_destination": (
            "(self, sqs_invocation, response_payload, event_invoke_config)"
        ),
        "Poller.process_throttles_and_system_errors": "(self, sqs_invocation, error)",
    },
    "localstack.services.lambda_.invocation.lambda_models": {
        "boto3": "value",
    },
    "localstack.services.lambda_.invocation.lambda_service": {
        "LambdaService.__init__": "(self)",
        "LambdaService.stop_version": "(self, qualified_arn)",
    },
    "localstack.services.lambda_.invocation.version_manager": {
        "LambdaVersionManager.invoke": "(self, *, invocation)",
        "LambdaVersionManager.start": "(self)",
        "LambdaVersionManager.stop": "(self)",
        "LambdaVersionManager.update_provisioned_concurrency_config": (
            "(self, provisioned_concurrent_executions)"
        ),
    },
    "localstack.services.lambda_.provider": {
        "LambdaProvider._get_function": "(function_name, account_id, region)",
        "LambdaProvider.check_service_resource_exists": (
            "(self, service, resource_arn, function_arn, function_role_arn)"
        ),
        "LambdaProvider.create_event_source_mapping_v2": "(self, context, request)",
        "LambdaProvider.delete_event_source_mapping": "(self, context, uuid, **kwargs)",
        "LambdaProvider.get_event_source_mapping": "(self, context, uuid, **kwargs)",
        "LambdaProvider.list_event_source_mappings": (
            "(self, context, event_source_arn, function_name, marker, max_items, **kwargs)"
        ),
        "LambdaProvider.update_event_source_mapping_v2": "(self, context, request)",
        "LambdaProvider.validate_event_source_mapping": "(self, context, request)",
    },
    "localstack.services.logs.provider": {
        "LogsProvider.put_log_events": (
            "(self, context, log_group_name, log_stream_name, log_events, sequence_token, entity, **kwargs)"
        ),
        "get_pattern_matcher": "(pattern)",
    },
    "localstack.services.plugins": {
        "poll_condition": "value",
    },
    "localstack.services.sqs.provider": {
        "CloudwatchDispatcher.dispatch_sqs_metric": (
            "(self, account_id, region, queue_name, metric, value, unit)"
        ),
        "publish_sqs_metric_batch": "value",
    },
    "localstack.utils.aws.aws_stack": {
        "CACHE_S3_HOSTNAME_DNS_STATUS": "value",
        "boto3": "value",
    },
    "localstack.utils.serving": {},
    "moto.iam.models": {
        "IAMBackend._init_aws_policies": "(self)",
        "IAMBackend._init_managed_policies": "(self)",
        "aws_managed_policies_data": "value",
    },
    "moto.logs.models": {
        "LogGroup.create_log_stream": "(self, log_stream_name)",
        "LogGroup.to_describe_dict": "(self)",
        "LogStream._update": "(self)",
        "LogStream.filter_log_events": "(self, start_time, end_time, filter_pattern)",
        "LogStream.get_log_events": "(self, start_time, end_time, limit, next_token, start_from_head)",
        "LogStream.put_log_events": "(self, log_events)",
    },
    "re._compiler": {
        "compile": "(p, flags)",
    },
    "rolo.websocket.adapter": {
        "WebSocketAdapter.accept": "(self, subprotocol, extensions, extra_headers, timeout)",
        "WebSocketAdapter.close": "(self, code, reason, timeout)",
        "WebSocketAdapter.receive": "(self, timeout)",
        "WebSocketAdapter.reject": "(self, status_code, headers, body, timeout)",
        "WebSocketAdapter.send": "(self, event, timeout)",
    },
    "werkzeug.routing.rules": {
        "Rule._compile_builder": "(self, append_unknown)",
    },
}
