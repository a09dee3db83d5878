// Prism repeats what a request held in a header, as it stands, and ends when that is not Latin-1. Escaped, it lives on.
const { ServerResponse } = require("node:http");

const setHeader = ServerResponse.prototype.setHeader;
const escaped = (text) => text.replace(/[^\t\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

ServerResponse.prototype.setHeader = function (name, value) {
  return setHeader.call(this, name, typeof value === "string" ? escaped(value) : value);
};
