'use strict';
// Lets tests look at the extension API from outside: evaluates functions that they send, and records all debug traffic.
// Active only when RIG_PROBE_FILE is set; listens on loopback, guarded by a token of this run.
const vscode = require('vscode');
const http = require('node:http');
const fs = require('node:fs');
const crypto = require('node:crypto');

/** Every message between VS Code and an adapter; `open` holds the requests that have no answer yet. */
function recordTraffic() {
  const dap = [];
  const open = new Set();
  const createDebugAdapterTracker = ({ id }) => {
    const record = (dir, m) => dap.push({ t: Date.now(), session: id, dir, m });
    return {
      onWillReceiveMessage(m) {
        if (m.type === 'request') open.add(`${id}/${m.seq}`);
        record('to', m);
      },
      onDidSendMessage(m) {
        if (m.type === 'response') open.delete(`${id}/${m.request_seq}`);
        record('from', m);
      },
      onWillStopSession() {
        for (const key of open) if (key.startsWith(`${id}/`)) open.delete(key);
        record('end', {});
      },
      onError: (error) => record('error', { message: String(error) }),
    };
  };
  return { dap, open, tracker: vscode.debug.registerDebugAdapterTrackerFactory('*', { createDebugAdapterTracker }) };
}

function readBody(request) {
  return new Promise((resolve) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part) => (text += part));
    request.on('end', () => resolve(text));
  });
}

exports.activate = (context) => {
  const file = process.env.RIG_PROBE_FILE;
  if (!file) return;
  const token = crypto.randomUUID();
  const { dap, open, tracker } = recordTraffic();

  const evaluate = async (body) => {
    try {
      const { source, args = [] } = JSON.parse(body);
      const work = (0, eval)(`(${source})`);
      return JSON.stringify({ ok: true, value: await work(vscode, { dap, open, require, context }, ...args) });
    } catch (error) {
      return JSON.stringify({ ok: false, error: String(error?.stack ?? error) });
    }
  };
  const server = http.createServer(async (request, response) => {
    if (request.headers['x-token'] !== token) {
      response.writeHead(403).end();
      return;
    }
    const answer = await evaluate(await readBody(request));
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
  server.listen(0, '127.0.0.1', () => {
    fs.writeFileSync(`${file}.tmp`, JSON.stringify({ port: server.address().port, token }));
    fs.renameSync(`${file}.tmp`, file); // complete as soon as it is visible
  });
  context.subscriptions.push(tracker, { dispose: () => server.close() });
};
