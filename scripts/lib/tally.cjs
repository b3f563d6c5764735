'use strict';
// A mocha reporter: the usual listing, and at the end one line with the counts for the file that PTSCOPE_TALLY names,
// so that `npm test` can add up its runs. Inside an extension host, where nobody reads the console, PTSCOPE_TEST_LOG
// names the file that takes the listing.
const { appendFileSync } = require('node:fs');
const { format } = require('node:util');
const { reporters, Runner } = require('mocha');

module.exports = class Tally extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const { PTSCOPE_TALLY, PTSCOPE_TEST_LOG } = process.env;
    if (PTSCOPE_TEST_LOG) {
      reporters.Base.consoleLog = (...parts) => appendFileSync(PTSCOPE_TEST_LOG, `${format(...parts)}\n`);
    }
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures } = this.stats;
      if (PTSCOPE_TALLY) appendFileSync(PTSCOPE_TALLY, `${JSON.stringify({ passed: passes, failed: failures })}\n`);
    });
  }
};
