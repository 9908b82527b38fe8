// Who may do what for which purpose, found by asking the policy set about every role, purpose, type
// and action; and the page of the handbook that says so.
import { listOf } from "./policy_set.mjs";

export const roles = ["physician", "nurse", "careCoordinator", "registration", "billing",
  "researcher", "patient", "proxy", "auditor", "privacyOfficer", "securityOfficer",
  "keyCustodian", "administrator", "service"];
const purposes = {
  TREAT: "treatment", ETREAT: "emergency treatment", HPAYMT: "payment",
  HOPERAT: "health care operations", HRESCH: "research", PUBHLTH: "public health",
  PATRQT: "the patient's request", SYSADMIN: "administration of the server",
};
const actions = ["read", "search", "create", "update", "delete", "spanPatients",
  "declassify"];
const actionNames = { spanPatients: "read across patients", declassify: "take labels off" };
export const functions = ["definitions", "clients", "users", "keys", "check", "backups", "audit",
  "auditDetails", "launch", "policies", "tokens"];
// What has to be so, in the words of the page: fact, role that it is asked of, words.
const conditions = [
  { fact: "context.emergency", words: "in a declared emergency" },
  { fact: "resource.careRelationship", words: "in care" },
  { fact: "resource.own", words: "own" },
  { fact: "resource.represented", words: "of who is represented" },
];

const allowed = (set, requests, table) => {
  const { allowed: yes, satisfied } = set.ofAction(table.action)
    .evaluate(requests.request(table), table.action);
  return yes ? satisfied : null;
};

// Whether a permit's head can be satisfied; its conditions are asked by evaluation.
function admits({ principal, resource }, role, type, group) {
  const roleOf = (principal.in ?? principal).entity;
  if (roleOf && roleOf.id !== role) return false;
  if (resource.op === "All") return true;
  const within = resource.in?.entity;
  return resource.entity_type === "Record" && (!within || [type, group].includes(within.id));
}

// The most favourable facts that there can be. A Schedule is mostly not a patient's.
function bestFacts(role, purpose, type, patientTypes) {
  const inPatient = patientTypes.has(type) && type !== "Schedule";
  return {
    "resource.inPatient": inPatient,
    "resource.careRelationship": inPatient && !["patient", "proxy"].includes(role),
    "resource.own": inPatient && role === "patient",
    "resource.represented": inPatient && role === "proxy",
    "context.emergency": purpose === "ETREAT",
  };
}

function needed(set, requests, table) {
  return conditions.filter(({ fact }) => table.facts[fact] &&
    !allowed(set, requests, { ...table, facts: { ...table.facts, [fact]: false } }))
    .map(({ words }) => words).join(", ");
}

function fieldsOf(rules) {
  const fields = new Set(rules.flatMap((rule) => listOf(rule.annotations.fields)));
  return fields.has("*") ? "*" : [...fields];
}

// What is allowed as such, and what only under conditions or more under them.
function* rowsOf(set, requests, table) {
  const best = allowed(set, requests, table);
  if (!best) return;
  const row = (rules, condition) => ({ role: table.roles[0], purpose: table.purpose,
    type: table.type, action: table.action, rules, fields: fieldsOf(rules), condition });
  const condition = needed(set, requests, table);
  if (condition) return yield row(best, condition);
  const facts = { ...table.facts, "resource.careRelationship": false };
  const bare = allowed(set, requests, { ...table, facts });
  yield row(bare, "");
  if (bare.length !== best.length) yield row(best, "in care");
}

// One row for each role, purpose, type and action that is allowed: rules, fields ("*" or names),
// condition ("" or words).
function recordRows(set, requests, groups, patientTypes) {
  const rows = [];
  for (const [group, types] of Object.entries(groups)) for (const type of types) {
    for (const action of actions) for (const role of roles) {
      if (!set.ofAction(action).policies.some((policy) =>
        policy.kind === "permit" && admits(policy.json, role, type, group))) continue;
      for (const purpose of Object.keys(purposes)) {
        rows.push(...rowsOf(set, requests, {
          principal: role === "service" ? "Service" : "User", roles: [role], purpose, action, type,
          facts: bestFacts(role, purpose, type, patientTypes) }));
      }
    }
  }
  return rows;
}

function functionRows(set, requests) {
  const rows = [];
  for (const role of roles) for (const purpose of Object.keys(purposes)) {
    for (const name of functions) for (const action of ["administerRead", "administerWrite"]) {
      const table = { principal: role === "service" ? "Service" : "User", roles: [role], purpose,
        action, function: name, facts: {} };
      const rules = allowed(set, requests, table);
      if (rules) rows.push({ role, purpose, function: name, action, rules });
    }
  }
  return rows;
}

export function matrixOf(set, requests, groups, patientTypes) {
  return {
    records: recordRows(set, requests, groups, patientTypes),
    functions: functionRows(set, requests),
  };
}

// Permits that nobody has, and elements that no type has on which the permit shows them.
export function problemsOfFields(set, matrix, types) {
  const typesOf = new Map();
  const held = new Set(matrix.functions.flatMap((row) => row.rules.map((rule) => rule.id)));
  for (const row of matrix.records) for (const rule of row.rules) {
    held.add(rule.id);
    typesOf.set(rule, (typesOf.get(rule) ?? new Set()).add(row.type));
  }
  const problems = set.policies.filter((each) => each.kind === "permit" && !held.has(each.id))
    .map((policy) => `${policy.id}: no role has it`);
  for (const [rule, names] of typesOf) for (const element of listOf(rule.annotations.fields)) {
    if (element !== "*" && ![...names].some((type) => types.get(type).has(element))) {
      problems.push(`${rule.id}: no ${[...names].join(" or ")} has ${element}`);
    }
  }
  return problems;
}

// Of a group of patients' records those that may stand in a patient's compartment; of others, all.
function countedOf(types, patientTypes) {
  const some = types.filter((type) => patientTypes.has(type) && type !== "Schedule");
  return some.length > 0 ? some : types;
}

// Whole groups by their name, other types by theirs; with an asterisk where elements are withheld.
function typesText(rows, groups, patientTypes) {
  const whole = new Set(rows.filter((row) => row.fields === "*").map((row) => row.type));
  const words = [];
  for (const [group, types] of Object.entries(groups)) {
    const counted = countedOf(types, patientTypes);
    if (counted.length > 1 && counted.every((type) => whole.has(type))) {
      words.push(`all ${group}`);
      counted.forEach((type) => whole.delete(type));
    }
  }
  const part = rows.filter((row) => row.fields !== "*").map((row) => `${row.type}\\*`);
  return [...words, ...[...whole, ...part].sort()].join(", ");
}

function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

function cellText(rows, groups, patientTypes) {
  return [...grouped(rows, (row) => row.condition)].sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([condition, some]) =>
      `${condition ? `${condition}: ` : ""}${typesText(some, groups, patientTypes)}`)
    .join("; ");
}

// Actions of a role with the same text stand together, and then roles with the same lines.
function* purposeLines(purpose, rows, groups, patientTypes) {
  yield* ["", `## ${purpose}: ${purposes[purpose]}`, "", "| role | may | what |", "|---|---|---|"];
  const lines = [];
  for (const role of roles) {
    const cells = actions.map((action) => ({ name: actionNames[action] ?? action,
      text: cellText(rows.filter((row) => row.role === role && row.action === action), groups,
        patientTypes) })).filter(({ text }) => text);
    for (const [text, some] of grouped(cells, (cell) => cell.text)) {
      lines.push({ role, line: `${some.map(({ name }) => name).join(", ")} | ${text}` });
    }
  }
  for (const [line, some] of grouped(lines, (each) => each.line)) {
    yield `| ${some.map(({ role }) => role).join(", ")} | ${line} |`;
  }
}

function* elementLines(rows) {
  const byRule = new Map();
  for (const { rules, type } of rows) for (const rule of rules) {
    if (rule.annotations.fields === "*") continue;
    byRule.set(rule, (byRule.get(rule) ?? new Set()).add(type));
  }
  if (byRule.size === 0) return;
  yield* ["", "| type\\* | elements that are shown | rule |", "|---|---|---|"];
  for (const [rule, names] of byRule) {
    yield `| ${[...names].sort().join(", ")} | ${listOf(rule.annotations.fields).join(", ")} | ` +
      `\`${rule.id}\` |`;
  }
}

function* functionLines(rows) {
  yield* ["", "| role | purpose | sees | changes |", "|---|---|---|---|"];
  for (const role of roles) for (const purpose of Object.keys(purposes)) {
    const of = (action) => rows.filter((row) => row.role === role && row.purpose === purpose &&
      row.action === action).map((row) => row.function).join(", ");
    const [sees, changes] = [of("administerRead"), of("administerWrite")];
    if (sees || changes) yield `| ${role} | ${purpose} | ${sees} | ${changes} |`;
  }
}

// The types that "all [group]" stands for (typesText).
function* groupLines(groups, patientTypes) {
  yield* ["", "## What the groups are", "", "Of groups of patients' records, the types that may stand with a patient.",
    "", "| group | types |", "|---|---|"];
  for (const [group, types] of Object.entries(groups)) {
    const counted = countedOf(types, patientTypes);
    if (counted.length > 1) yield `| ${group} | ${counted.join(", ")} |`;
  }
}

export function textOf(matrix, groups, patientTypes) {
  const lines = [
    "# What each role may do for each purpose",
    "",
    "Generated from `policies/hospital` by `node tests/outside/policies/hospital.mjs --write`: it asks about",
    "every role, purpose, type of FHIR R4 and action, with facts as favourable as they can be. So this is the",
    "most that a role has. Forbids for labels, networks, devices, hours and risk, and SMART scopes and",
    "consents, only take away ([policies.md](policies.md)). What is not here is refused.",
    "",
    "How to read a row: *who* (a role, [policies.md](policies.md#who-roles)) *may do what* (read, search, create,",
    "update, delete) *with which records*, for the purpose in the heading, which every request states. \"nurse | create,",
    "update | in care: Observation\" is: a nurse may write observations of patients in her or his care, and of nobody else.",
    "",
    "- `all clinical` and the like: every type of that group, [below](#what-the-groups-are).",
    "- A type with an asterisk shows the elements of the table below its purpose only, beside `resourceType`, `id`, `meta`.",
    "- \"in care\": takes part in an encounter, an appointment or a care team of the patient ([policies.md](policies.md#care)).",
    "  \"own\": the patient's own records. \"of who is represented\": of the patient for whom a proxy acts. What follows",
    "  such words holds only then, up to the next semicolon.",
    "- \"read across patients\": in one answer those of many; without it, one patient at a time.",
    "- The last column of the tables of elements names the rule, as the audit log and `salus policy explain` do.",
    "",
    "The server is held to this page by tests: Cedar's own authorizer writes it, and `e2e.role_routes` asks a running server",
    "as each role for each purpose on each route, and compares.",
  ];
  for (const purpose of Object.keys(purposes)) {
    const rows = matrix.records.filter((row) => row.purpose === purpose);
    if (rows.length === 0) continue;
    lines.push(...purposeLines(purpose, rows, groups, patientTypes), ...elementLines(rows));
  }
  lines.push("", "## Administration of the server", ...functionLines(matrix.functions));
  lines.push(...groupLines(groups, patientTypes), "");
  return lines.join("\n");
}
