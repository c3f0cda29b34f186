"""Lambda functions as processes of AWS's own runtime clients, one for each execution environment.

Without I/O, clock or LocalStack:
runtime_api.py  the Runtime API: requests out of bytes, answers as bytes
frames.py       what a function writes, cut into log events
report.py       Lambda's own log lines
failures.py     how an invocation fails, in AWS's words
variables.py    the environment variables of a function
refusals.py     what is not done, in sentences; kept.py, what has no effect

Processes:
launch.py       what runs first in a function's process
namespaces.py   the file system that a function sees, where the machine permits it; relay.py, its only way out
process.py      a process: started, measured, ended with all that it started; members.py finds what that is
log_pipe.py     what they write, kept to a bound
environment.py  a process, served by whoever invokes; stops.py, why there is no answer
runtime_sockets.py  its Runtime API
pool.py         the environments of a version: warm, at work, expired
execution.py    one invocation: environment, log lines, time, memory
code.py         packages, unpacked once; layers.py, hot_reload.py
fitness.py      whether a package can run here
runtimes/       which runtimes there are: a table, and a file for each family

In LocalStack:
plugin.py       how LocalStack finds us; executor.py is the class it asks for
service.py      its version manager, with our three methods
versions.py     a function version: settings, credentials, pool
requests.py     a look at each request: refusals, logs written before they are read
logs.py, measures.py, trace.py, xray.py, keys.py, shapes.py
asynchronous.py retries, destinations and dead letters, as far as LocalStack leaves them out
invoke.py       the short way for the event source mapping

What differs from AWS, and why:
- Where namespaces are not permitted: code is under LocalStack's temporary folder, not in /var/task; /tmp is
  the host's, and TMPDIR names a folder of the environment's own. Code is read only by its file modes, which
  do not bind root.
- Memory is the runtime's resident peak, and with what it has started their resident memory together, looked
  at every 25 ms, and as an invocation ends, unless it ends within 5 ms of the last look; what starts and
  ends between two looks is not counted. The same look ends an environment of
  more than 1,024 processes, where AWS refuses the next one.
- An environment is frozen not at once but after 50 ms of idleness.
- After a crash or a timeout the next invocation has a new environment, with a log stream of its own.
- If LocalStack is killed (not stopped), functions die with it, but not what they started themselves. What a
  runtime leaves behind as it dies is found by its variables: what has changed those goes on.
"""
