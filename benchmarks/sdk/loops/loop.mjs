// The TypeScript SDK called in a loop, nothing else: node loop.mjs URL COUNT prints calls per second.
import { createRequire } from "node:module";

const { SDK } = createRequire(import.meta.url)("@formance/formance-sdk");
const WARM = 50;
const [serverURL, count] = [process.argv[2], Number(process.argv[3])];
const sdk = new SDK({ serverURL });
let began = 0;
for (let number = 0; number < WARM + count; number += 1) {
  if (number === WARM) began = performance.now();
  await sdk.orchestration.v1.getWorkflow({ flowId: "w-1" });
}
console.log((1000 * count) / (performance.now() - began));
