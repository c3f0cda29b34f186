// Stands in for the native addon of AWS's aws-lambda-ric, which would have to be compiled: the same three
// functions over one connection to the Runtime API, the requests in order, each answer read before the next
// event is handed over. Between two events the connection does not keep the process from being idle.
"use strict";
const Module = require("node:module");
const net = require("node:net");

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const PREFIX = "/2018-06-01/runtime/invocation/";
const END_OF_HEAD = Buffer.from("\r\n\r\n");
let socket = null;
let received = Buffer.alloc(0);
const waiting = []; // what is done with each answer that is still to come, in order

function connection() {
  if (socket === null) {
    socket = net.connect({ host, port: Number(port), noDelay: true });
    socket.on("data", take);
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("The Runtime API has closed its connection")));
  }
  return socket;
}

function fail(error) {
  for (const one of waiting.splice(0)) one.reject(error);
}

function take(bytes) {
  received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
  for (;;) {
    const end = received.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const headers = {};
    for (const line of received.toString("latin1", 0, end).split("\r\n").slice(1)) {
      const colon = line.indexOf(":");
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const begin = end + END_OF_HEAD.length;
    const length = Number(headers["content-length"] || 0);
    if (received.length < begin + length) return;
    const body = received.toString("utf8", begin, begin + length);
    received = received.subarray(begin + length);
    waiting.shift().resolve({ bodyJson: body, headers });
  }
}

function ask(text, answered) {
  waiting.push(answered);
  connection().write(text);
}

function post(path, body, more) {
  const head =
    `POST ${PREFIX}${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nContent-Type: application/json\r\n` +
    `${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  ask(head + body, { resolve() {}, reject() {} });
}

const client = {
  next() {
    return new Promise((resolve, reject) => {
      const done = (act) => (value) => {
        socket.unref();
        act(value);
      };
      ask(`GET ${PREFIX}next HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`, {
        resolve: done(resolve),
        reject: done(reject),
      });
      socket.ref();
    });
  },
  done(id, body) {
    post(`${id}/response`, body, "");
  },
  error(id, body) {
    let kind = "";
    try {
      kind = String(JSON.parse(body).errorType ?? "");
    } catch {
      // the body says what it can
    }
    post(`${id}/error`, body, `Lambda-Runtime-Function-Error-Type: ${kind.replace(/[^\x20-\x7e]/g, "?")}\r\n`);
  },
};

const load = Module._load;
Module._load = function (request, ...rest) {
  if (request !== "./rapid-client.node") return load.call(this, request, ...rest);
  Module._load = load;
  return client;
};
