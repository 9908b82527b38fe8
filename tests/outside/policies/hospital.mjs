// Holds policies/hospital to its schema, its form, its decision tables and its matrix, by Cedar's
// own validator and authorizer.
//   node hospital.mjs           checks
//   node hospital.mjs --write   writes docs/handbook/policy-matrix.md
//   node hospital.mjs --self-test   shows that the checks can fail
//   node hospital.mjs --case N  what is decided in cases whose name has N in it
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
if (!existsSync(here("node_modules"))) {
  console.log("note: npm ci was not run in tests/outside/policies, so the policies were not checked");
  process.exit(77);
}
const { PolicySet } = await import("./policy_set.mjs");
const { Requests } = await import("./requests.mjs");
const { fhirTypes, patientTypes } = await import("./fhir_types.mjs");
if (!existsSync(here("../../../tools/definitions/node_modules"))) {
  console.log("note: npm ci was not run in tools/definitions, so the policies were not checked");
  process.exit(77);
}
const { problemsOfForm, problemsOfGroups } = await import("./rules_of_form.mjs");
const cases = await import("./cases.mjs");
const { selfTest } = await import("./self_test.mjs");
const { matrixOf, textOf, problemsOfFields } = await import("./matrix.mjs");

const policies = here("../../../policies/");
const matrixFile = here("../../../docs/handbook/policy-matrix.md");
const json = (name) => JSON.parse(readFileSync(policies + name, "utf8"));

const types = fhirTypes();
const groups = json("type_groups.json");
const set = PolicySet.read(`${policies}hospital`);
const requests = new Requests(groups, json("hospital/facts.json"));
const tables = cases.readCases(`${policies}hospital/tests`);
const schema = readFileSync(`${policies}schema.cedarschema`, "utf8");

function problemsOfTables() {
  const problems = [];
  for (const table of tables) {
    const decision = set.decide(requests.request(table));
    const found = [...cases.problemsOfCase(table, decision),
      ...cases.problemsOfAbsence(set, requests, table, decision)];
    problems.push(...found.map((text) => `${table.file}, ${table.name}: ${text}`));
  }
  return problems;
}

function problemsOfMatrix() {
  const inPatient = patientTypes();
  const matrix = matrixOf(set, requests, groups, inPatient);
  const problems = problemsOfFields(set, matrix, types);
  const text = textOf(matrix, groups, inPatient);
  if (process.argv[2] === "--write") writeFileSync(matrixFile, text);
  const written = existsSync(matrixFile) ? readFileSync(matrixFile, "utf8") : "";
  if (written !== text) {
    problems.push("docs/handbook/policy-matrix.md is stale: node hospital.mjs --write");
  }
  return problems;
}

function show(part) {
  for (const table of tables.filter((each) => each.name.includes(part))) {
    const { fields, redacted, duties, ...rest } = set.decide(requests.request(table));
    console.log(table.name, { ...rest, fields: fields === "*" ? fields : [...fields],
      redacted: [...redacted], duties: [...duties] });
  }
}

function check() {
  const parts = {
    schema: () => set.problems(schema),
    form: () => problemsOfForm(set, types),
    groups: () => problemsOfGroups(groups, types),
    tables: problemsOfTables,
    coverage: () => cases.problemsOfCoverage(set, requests, tables),
    matrix: problemsOfMatrix,
  };
  let count = 0;
  for (const [part, problems] of Object.entries(parts)) {
    for (const problem of problems()) {
      console.error(`${part}: ${problem}`);
      count += 1;
    }
  }
  console.log(`${set.policies.length} policies, ${tables.length} cases: ${count} problem(s)`);
  process.exitCode = count > 0 ? 1 : 0;
}

if (process.argv[2] === "--case") show(process.argv[3]);
else if (process.argv[2] === "--self-test") {
  selfTest({ set, requests, tables, schema, types, groups });
} else check();
