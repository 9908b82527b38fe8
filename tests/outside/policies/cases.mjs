// The decision tables of policies/hospital/tests: whether the set decides as they say.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { listOf } from "./policy_set.mjs";
import { pathsOf } from "./requests.mjs";

const sorted = (names) => [...names].sort().join(", ");
const personsDuty = "sign-in:mfa:0";
const known = ["name", "principal", "roles", "purpose", "action", "type", "function", "facts",
  "expect", "rules", "erring", "fields", "redacted", "withheld", "duties"];

export function readCases(folder) {
  return readdirSync(folder).filter((name) => name.endsWith(".json")).sort().flatMap((file) =>
    JSON.parse(readFileSync(join(folder, file), "utf8")).cases.map((each) => ({ ...each, file })));
}

function* ofForm(table) {
  for (const name of Object.keys(table)) {
    if (!known.includes(name) && name !== "file") yield `no member of a case: ${name}`;
  }
  if (!["allow", "deny"].includes(table.expect)) yield "expect is allow or deny";
  if (!table.rules) yield "rules are missing";
  if (Boolean(table.type) === Boolean(table.function)) yield "either a type or a function";
  if (table.expect === "allow" && table.type && !table.fields) yield "fields are missing";
}

const leaves = (decision, name) =>
  (decision.fields === "*" || decision.fields.has(name)) && !decision.redacted.has(name);

function* ofAllowed(table, decision) {
  const expected = (text) => sorted(listOf(text ?? ""));
  const fields = decision.fields === "*" ? "*" : sorted(decision.fields);
  if (fields !== expected(table.fields)) yield `fields: ${fields}`;
  if (sorted(decision.redacted) !== expected(table.redacted)) {
    yield `redacted: ${sorted(decision.redacted)}`;
  }
  const person = (table.principal ?? "User") === "User";
  const duties = new Set(listOf(table.duties ?? "").concat(person ? [personsDuty] : []));
  if (sorted(decision.duties) !== sorted(duties)) yield `duties: ${sorted(decision.duties)}`;
  for (const name of listOf(table.withheld ?? "")) {
    if (leaves(decision, name)) yield `leaves: ${name}`;
  }
}

export function* problemsOfCase(table, decision) {
  yield* ofForm(table);
  if (decision.allow !== (table.expect === "allow")) {
    yield decision.allow ? "is allowed" : "is denied";
  }
  if (sorted(decision.rules) !== sorted(table.rules ?? [])) yield `rules: ${sorted(decision.rules)}`;
  if (sorted(decision.erring) !== sorted(table.erring ?? [])) {
    yield `erring: ${sorted(decision.erring)}`;
  }
  if (decision.allow && table.expect === "allow") yield* ofAllowed(table, decision);
}

// A fact that is taken away allows nothing more.
export function* problemsOfAbsence(set, requests, table, decision) {
  for (const path of pathsOf(requests.factsOf(table))) {
    const request = requests.request(table, { [path]: null });
    if (!set.ofAction(table.action).evaluate(request, table.action).allowed) continue;
    const less = set.decide(request);
    if (!less.allow) continue;
    const wider = !decision.allow || (decision.fields !== "*" && less.fields === "*") ||
      (less.fields !== "*" && [...less.fields].some((name) => !leaves(decision, name))) ||
      [...decision.redacted].some((name) => !less.redacted.has(name)) ||
      [...decision.duties].some((duty) => !less.duties.has(duty));
    if (wider) yield `without ${path} it allows more`;
  }
}

// Every rule decides some case: permits and forbids by the rules that cases name, limits by what
// changes without them.
export function problemsOfCoverage(set, requests, cases) {
  const decided = new Set(cases.flatMap((table) => table.rules.map((id) =>
    `${id} ${table.expect === "allow" ? "permit" : "forbid"}`)));
  const limited = cases.filter((table) => table.expect === "allow").map((table) =>
    ({ table, limits: set.decide(requests.request(table)).limits }));
  const changes = (policy) => {
    const without = set.without(policy.id);
    return limited.some(({ table, limits }) => limits.includes(policy.id) &&
      [...problemsOfCase(table, without.decide(requests.request(table)))].length > 0);
  };
  return set.policies.filter((policy) =>
    policy.limit ? !changes(policy) : !decided.has(`${policy.id} ${policy.kind}`))
    .map((policy) => `no case would fail without ${policy.id}`);
}
