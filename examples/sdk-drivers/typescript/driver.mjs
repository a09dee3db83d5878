// A driver for the published TypeScript SDK, @formance/formance-sdk (see docs/sdk.md).
//
// npm ci && conformance sdk -- node driver.mjs
import { createRequire } from "node:module";
import { isInteger, parse, stringify } from "lossless-json";

const require = createRequire(import.meta.url);
const { SDK, SDK_METADATA } = require("@formance/formance-sdk");
const errors = require("@formance/formance-sdk/sdk/models/errors");

const CALLS = {
  getServerInfo: (api, _, options) => api.getServerInfoOrchestration(options),
  listWorkflows: (api, _, options) => api.listWorkflows(options),
  createWorkflow: (api, { requestBody }, options) => api.createWorkflow(requestBody, options),
  getWorkflow: (api, request, options) => api.getWorkflow(request, options),
  deleteWorkflow: (api, request, options) => api.deleteWorkflow(request, options),
  runWorkflow: (api, request, options) => api.runWorkflow(request, options),
  listInstances: (api, request, options) => api.listInstances(request, options),
  getInstance: (api, request, options) => api.getInstance(request, options),
  sendEvent: (api, request, options) => api.sendEvent(request, options),
  cancelEvent: (api, request, options) => api.cancelEvent(request, options),
  getInstanceHistory: (api, request, options) => api.getInstanceHistory(request, options),
  getInstanceStageHistory: (api, request, options) => api.getInstanceStageHistory(request, options),
};
const OF_THE_RESPONSE = new Set(["contentType", "statusCode", "rawResponse"]);
const clients = new Map();

/** A number as a caller would give it: a bigint where a number would not be exact. */
function number(text) {
  return isInteger(text) && !Number.isSafeInteger(Number(text)) ? BigInt(text) : Number(text);
}

/** The instance of the SDK that a call names. The SDK itself adds /api/orchestration to the server's URL. */
function client({ client: name, baseUrl, credentials }) {
  const key = JSON.stringify([name, baseUrl]);
  if (!clients.has(key)) {
    const security = credentials && {
      clientID: credentials.clientId,
      clientSecret: credentials.clientSecret,
      tokenURL: credentials.tokenUrl,
    };
    clients.set(key, new SDK({ serverURL: baseUrl.replace(/\/api\/orchestration$/, ""), security }));
  }
  return clients.get(key);
}

/** What the SDK hands over, with instants as text and great numbers with all their digits. */
function plain(value) {
  if (value instanceof Date) return value.toISOString();
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

/** The names of activities begin with a small letter in the SDK, and with a capital in the API. */
function activities(value) {
  const named = ([name, each]) => [name[0].toUpperCase() + name.slice(1), each];
  return value && Object.fromEntries(Object.entries(value).map(named));
}

/** The data that a call of the SDK gives. */
async function called(call) {
  const { body, ...request } = call.arguments;
  if (body !== undefined) request.requestBody = body;
  const options = { timeoutMs: Math.ceil(call.timeout * 1000) };
  const answer = await CALLS[call.operation](client(call).orchestration.v1, request, options);
  const held = Object.entries(answer).find(([name]) => !OF_THE_RESPONSE.has(name));
  const value = plain(held?.[1] ?? null);
  if (value === null || call.operation === "getServerInfo") return value;
  if (call.operation !== "getInstanceStageHistory") return value.data;
  return value.data.map((entry) => ({
    ...entry,
    input: activities(entry.input),
    output: activities(entry.output),
  }));
}

/** An error with what the SDK tells of it. */
function told(error) {
  const message = String(error?.message ?? error).slice(0, 300);
  if (error instanceof errors.SDKBaseError) {
    const read = error.statusCode >= 400 && !(error instanceof errors.ResponseValidationError);
    const { statusCode: status, errorCode, errorMessage } = error;
    return { kind: read ? "http" : "decode", status, errorCode, errorMessage, message };
  }
  if (error instanceof errors.RequestTimeoutError) return { kind: "timeout", message };
  if (error instanceof errors.ConnectionError) return { kind: "connection", message };
  return { kind: error instanceof SyntaxError ? "decode" : "other", message: `${error?.name}: ${message}` };
}

/** One line of the protocol. */
function say(message) {
  process.stdout.write(`${stringify(message)}\n`);
}

async function answer(call) {
  const outcome = await called(call).then(
    (data) => ({ data: data ?? null }),
    (error) => ({ error: told(error) }),
  );
  say({ type: "result", id: call.id, ...outcome });
}

say({
  type: "hello",
  protocol: 1,
  sdk: "@formance/formance-sdk",
  version: SDK_METADATA.sdkVersion,
  features: ["concurrency", "credentials"],
});
// Not node:readline: for it, a line also ends at U+2028, which may stand in a string.
let rest = "";
process.stdin.setEncoding("utf8");
for await (const block of process.stdin) {
  const lines = (rest + block).split("\n");
  rest = lines.pop();
  for (const line of lines) {
    const message = parse(line, undefined, number);
    if (message.type === "bye") process.exit(0);
    void answer(message);
  }
}
