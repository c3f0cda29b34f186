"""The emulator's one port: HTTP/1.1, HTTP/2 and TLS, told apart by their first bytes.

`server.py` is what LocalStack starts. `listening.py` accepts connections, gives each a thread, and finds
out what it speaks; `wire.py` is its bytes, with or without TLS. `conversation.py` holds HTTP/1.1 by the
rules of `http1.py` (httptools), `multiplex.py` HTTP/2 (h2; `outgoing.py` sends, `http2.py` has its
headers), `sockets.py` web sockets. `gateway.py` is where requests go: a short way (`ways.py`), or
LocalStack's chain of handlers. Who may come in is judged in `browsers.py`, how much and how long in
`limits.py`.
"""
