// node compare.mjs EVALUATOR [REQUESTS] [SEED]: policies, entities and requests at random, decided by
// Cedar's own authorizer and by Salus's (EVALUATOR, of evaluate.cc), which must agree on the decision,
// on the policies that determine it and on those that err. Says how much faster Salus is. Exit codes:
// 0 they agree, 1 they don't, 77 Cedar is not here (npm ci).
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Random } from "./random.mjs";
import { RandomPolicies } from "./random_policies.mjs";
import { request as randomRequest } from "./random_requests.mjs";

const REQUESTS_OF_A_SET = 200;
const [evaluator, wanted = "100000", seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);

const cedar = await import("@cedar-policy/cedar-wasm/nodejs").catch(() => {
  console.log("cedar-wasm is absent (npm ci), so nothing was compared with it");
  process.exit(77);
});

const salus = spawn(evaluator, { stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface({ input: salus.stdout })[Symbol.asyncIterator]();
const tell = (message) => salus.stdin.write(`${JSON.stringify(message)}\n`);
async function answer() {
  const { value, done } = await answers.next();
  if (done) throw new Error("the evaluator ended");
  return JSON.parse(value);
}

function decidedByCedar(request) {
  const { type, response, errors } = cedar.statefulIsAuthorized({ ...request, preparsedPolicySetId: "set" });
  if (type !== "success") throw new Error(`Cedar refuses a request: ${JSON.stringify(errors)}`);
  return {
    decision: response.decision,
    reason: [...response.diagnostics.reason].sort(),
    erring: response.diagnostics.errors.map(({ policyId }) => policyId).sort(),
  };
}

// Cedar names what determines the decision: the satisfied forbids, or else the satisfied permits.
function comparable({ decision, satisfied, erring }, policies) {
  const forbids = satisfied.filter((id) => /^forbid/m.test(policies[id]));
  return { decision, reason: (forbids.length > 0 ? forbids : satisfied).sort(), erring: erring.sort() };
}

function report(policies, request, ours, theirs) {
  const differing = (name) => [...ours[name], ...theirs[name]].filter((id) => ours[name].includes(id) !== theirs[name].includes(id));
  console.log(`DISAGREEMENT\nSalus ${JSON.stringify(ours)}\nCedar ${JSON.stringify(theirs)}`);
  for (const id of new Set([...differing("reason"), ...differing("erring")])) console.log(policies[id]);
  console.log(JSON.stringify(request));
}

const random = new Random(Number(seed));
const generator = new RandomPolicies(random);
const seen = { requests: 0, allowed: 0, reasons: 0, erring: 0, disagreements: 0 };
const nanoseconds = { salus: 0, cedar: 0 };
console.log(`seed ${seed}`);
while (seen.requests < Number(wanted) && seen.disagreements < 10) {
  const policies = generator.policySet(5 + random.below(11));
  const parsed = cedar.preparsePolicySet("set", { staticPolicies: policies });
  if (parsed.type !== "success") throw new Error(`Cedar refuses a policy: ${JSON.stringify(parsed.errors)}`);
  const requests = Array.from({ length: REQUESTS_OF_A_SET }, () => randomRequest(random));
  tell({ policies: Object.values(policies).join("\n") });
  for (const { entities, ...request } of requests) tell({ entities, request });
  tell({ measure: 1 });
  const before = process.hrtime.bigint();
  const theirs = requests.map(decidedByCedar);
  nanoseconds.cedar += Number(process.hrtime.bigint() - before);
  const { errors } = await answer();
  if (errors.length > 0) throw new Error(`Salus refuses a policy: ${JSON.stringify(errors)}\n${Object.values(policies).join("\n")}`);
  for (const [at, request] of requests.entries()) {
    const ours = comparable(await answer(), policies);
    seen.requests += 1;
    seen.allowed += ours.decision === "allow" ? 1 : 0;
    seen.reasons += ours.reason.length;
    seen.erring += ours.erring.length;
    if (JSON.stringify(ours) === JSON.stringify(theirs[at])) continue;
    seen.disagreements += 1;
    report(policies, request, ours, theirs[at]);
  }
  nanoseconds.salus += (await answer()).nanoseconds;
}
salus.stdin.end();

const each = (side) => Math.round(nanoseconds[side] / seen.requests);
console.log(JSON.stringify(seen));
console.log(`a decision: Salus ${each("salus")} ns, Cedar ${each("cedar")} ns, ratio ${Math.round(nanoseconds.cedar / nanoseconds.salus)}`);
// Requests that all end alike, or never err, would compare little.
const telling = [seen.allowed, seen.requests - seen.allowed, seen.reasons, seen.erring].every((count) => count > seen.requests / 20);
if (!telling) console.log("too few of some kind");
process.exit(seen.disagreements === 0 && telling ? 0 : 1);
