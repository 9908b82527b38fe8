// What a policy set has to be beyond Cedar's grammar (policies/README.md, "Form").
import { listOf } from "./policy_set.mjs";

const duty = /^(sign-in:(phr|mfa):\d+|audit:elevated|notify:privacy|review:24h|watermark)$/;
const onRecords = ["read", "search", "create", "update", "delete", "spanPatients", "declassify"];
const known = ["id", "description", "reference", "fields", "redact", "obligate"];

function* ofPermit({ actions, annotations }) {
  if (actions.length === 0) yield "a permit names its actions";
  const records = actions.some((action) => onRecords.includes(action));
  if (records && !annotations.fields) yield "a permit on records has @fields";
  if (!records && annotations.fields) yield "a permit on functions has no @fields";
  if (annotations.redact || annotations.obligate) yield "@redact and @obligate stand on limits";
}

function* ofLimit({ actions, annotations }) {
  if (actions.length !== 1) yield "a limit is on no other action";
  if (annotations.fields) yield "@fields stands on permits";
  if (!annotations.redact && !annotations.obligate) yield "a limit redacts or obligates";
  for (const each of listOf(annotations.obligate ?? "")) {
    if (!duty.test(each)) yield `no duty that the server knows: ${each}`;
  }
}

function* ofForbid({ actions, annotations }) {
  if (actions.includes("limit")) yield "a forbid is not on limit alone";
  if (annotations.fields || annotations.redact || annotations.obligate) {
    yield "a forbid has neither fields nor duties";
  }
}

const ofKind = { permit: ofPermit, limit: ofLimit, forbid: ofForbid };

function* ofPolicy(policy, elements) {
  const { annotations } = policy;
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(policy.id ?? "")) yield "@id is in lower case with hyphens";
  if (!/^[A-Z].{20,90}\.$/.test(annotations.description ?? "")) {
    yield "@description is one sentence of at most 92 characters";
  }
  for (const name of Object.keys(annotations)) {
    if (!known.includes(name)) yield `an annotation that nobody reads: @${name}`;
  }
  yield* ofKind[policy.kind](policy);
  for (const name of listOf(`${annotations.fields ?? ""},${annotations.redact ?? ""}`)) {
    if (name !== "*" && !elements.has(name)) yield `no top-level element of FHIR R4: ${name}`;
  }
}

// types: fhirTypes().
export function problemsOfForm(set, types) {
  const elements = new Set([...types.values()].flatMap((each) => [...each]));
  const problems = set.policies.flatMap((policy) =>
    [...ofPolicy(policy, elements)].map((text) => `${policy.file}, ${policy.id}: ${text}`));
  const ids = set.policies.map((policy) => policy.id);
  for (const id of ids.filter((each, index) => ids.indexOf(each) !== index)) {
    problems.push(`two policies are named ${id}`);
  }
  return problems;
}

// Each type stands in one group.
export function problemsOfGroups(groups, types) {
  const all = Object.values(groups).flat();
  return [
    ...all.filter((type) => !types.has(type)).map((type) => `no type of FHIR R4: ${type}`),
    ...[...types.keys()].filter((type) => !all.includes(type)).map((type) => `in no group: ${type}`),
    ...all.filter((type, index) => all.indexOf(type) !== index).map((type) => `in two: ${type}`),
  ];
}
