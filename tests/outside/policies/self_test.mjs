// Shows that each check of hospital.mjs can fail: a set or a case is broken in one way, and the
// check that ought to find it does.
import assert from "node:assert/strict";
import { problemsOfAbsence, problemsOfCase, problemsOfCoverage } from "./cases.mjs";
import { PolicySet, policiesOf } from "./policy_set.mjs";
import { problemsOfForm, problemsOfGroups } from "./rules_of_form.mjs";

const head = (id) => `@id("${id}") @description("A rule that stands here to be found out.")`;
const permit = (id, annotations, condition) => `${head(id)} ${annotations}
permit (principal, action == Action::"read", resource is Record) when { ${condition} };`;

export function selfTest({ set, requests, tables, schema, types, groups }) {
  const withText = (text, name) =>
    new PolicySet([...set.policies, ...policiesOf(text, "broken")], name);
  const fails = (broken) => tables.filter((table) =>
    [...problemsOfCase(table, broken.decide(requests.request(table)))].length > 0);

  const unknownFact = withText(permit("one", '@fields("*")', 'resource.colour == "red"'), "one");
  assert.notEqual(unknownFact.problems(schema).length, 0, "a fact that the schema does not have");

  for (const [annotations, what] of [["", "a permit without fields"],
    ['@fields("surname")', "no element"], ['@fields("*") @colour("red")', "no annotation"]]) {
    assert.equal(problemsOfForm(withText(permit("two", annotations, "true"), what), types).length,
      1, what);
  }
  const duty = `${head("three")} @obligate("sing") permit (principal, action == Action::"limit",
    resource);`;
  assert.equal(problemsOfForm(withText(duty, "three"), types).length, 1, "no duty");
  assert.equal(problemsOfGroups({ ...groups, audit: [] }, types).length, 1, "a type in no group");

  for (const id of ["tenant-wall", "treat-nurse-read", "sensitive-payment", "sign-in-person"]) {
    assert.notEqual(fails(set.without(id)).length, 0, `without ${id}`);
  }
  const wide = withText(permit("four", '@fields("*")', 'context.purpose == "TREAT"'), "four");
  assert.notEqual(fails(wide).length, 0, "a permit too many");
  assert.equal(problemsOfCoverage(wide, requests, tables).length, 1, "a rule that no case needs");

  // Absence widens: whoever has no place is nowhere forbidden.
  const absent = withText(`${head("five")} forbid (principal, action, resource is Record) when {
    resource has locations && resource.locations.contains("here") };`, "five");
  const table = { principal: "User", roles: ["nurse"], purpose: "TREAT", action: "read",
    type: "Observation", facts: { "resource.careRelationship": true, "resource.locations": ["here"] },
    expect: "deny", rules: ["five"] };
  const decision = absent.decide(requests.request(table));
  assert.equal(decision.allow, false);
  assert.equal([...problemsOfAbsence(absent, requests, table, decision)].length, 1, "absence");
  console.log("every check can fail");
}
