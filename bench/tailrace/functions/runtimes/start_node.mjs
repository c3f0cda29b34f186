// Begins AWS's client: from version 4 on it runs by itself when it is loaded, before that by its function.
const client = await import("./index.mjs");
if (client.run) await client.run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
