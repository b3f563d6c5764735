exports.start = () => {}; // the extension host also polls its parent in JS; server.mjs kills the process group
