'use strict';
// Stands in for VS Code's native log writer: the same calls, plain appendFile, nothing to compile.
const fs = require('node:fs');
const path = require('node:path');

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'critical'];
const INFO = LEVELS.indexOf('info');
const FLUSH_AFTER_MS = 200;

class Logger {
  constructor(_kind, name, file) {
    this.name = name;
    this.file = file;
    this.level = INFO;
    this.isPlain = false;
    this.queue = '';
    this.timer = undefined;
  }

  write(level, text) {
    if (level < this.level) return;
    const stamp = new Date().toISOString().replace('T', ' ').replace('Z', '');
    this.queue += this.isPlain ? text : `${stamp} [${LEVELS[level]}] ${text}\n`;
    this.timer ??= setTimeout(() => this.flush(), FLUSH_AFTER_MS).unref();
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = undefined;
    const text = this.queue;
    this.queue = '';
    try {
      if (text) fs.appendFileSync(this.file, text);
    } catch {
      // A log that cannot be written is not worth a crash; its folder goes with the profile.
    }
  }

  drop() {
    this.flush();
  }

  getLevel() {
    return this.level;
  }

  setLevel(level) {
    this.level = level;
  }

  setPattern() {}

  clearFormatters() {
    this.isPlain = true;
  }
}

LEVELS.forEach((name, level) => {
  Logger.prototype[name] = function log(text) {
    this.write(level, text);
  };
});

async function createLogger(name, file) {
  await fs.promises.mkdir(path.dirname(file), { recursive: true });
  fs.closeSync(fs.openSync(file, 'a'));
  return new Logger('js', name, file);
}

exports.version = 0;
exports.Logger = Logger;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.createRotatingLogger = createLogger;
exports.createAsyncRotatingLogger = createLogger;
