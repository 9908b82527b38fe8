// A policy set in a folder, decided by Cedar's own authorizer and the law of Salus (policies/README.md).
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as cedar from "@cedar-policy/cedar-wasm/nodejs";

export const listOf = (text) => text.split(",").map((name) => name.trim()).filter(Boolean);

export function policiesOf(text, file) {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type !== "success") throw new Error(`${file}: ${JSON.stringify(parts.errors)}`);
  return parts.policies.map((policy) => {
    const json = cedar.policyToJson(policy);
    if (json.type !== "success") throw new Error(`${file}: ${JSON.stringify(json.errors)}`);
    return { file, text: policy, json: json.json, annotations: json.json.annotations ?? {} };
  });
}

const actionsOf = ({ action }) =>
  action.op === "All" ? [] : (action.entities ?? [action.entity]).map((each) => each.id);

// Its own `policies` are in the order of files and of their text.
export class PolicySet {
  constructor(policies, name = "hospital") {
    this.name = name;
    this.policies = policies;
    for (const policy of policies) {
      policy.id = policy.annotations.id;
      policy.actions = actionsOf(policy.json);
      policy.limit = policy.json.effect === "permit" && policy.actions.includes("limit");
      policy.kind = policy.limit ? "limit" : policy.json.effect;
    }
    this.byId = new Map(policies.map((policy) => [policy.id, policy]));
    this.scoped = new Map();
    const answer = cedar.preparsePolicySet(name, this.cedarForm());
    if (answer.type !== "success") throw new Error(JSON.stringify(answer.errors));
  }

  // Those that name the action, or none: the others cannot be satisfied. Quicker by the half.
  ofAction(name) {
    if (!this.scoped.has(name)) {
      this.scoped.set(name, new PolicySet(this.policies.filter(({ actions }) =>
        actions.length === 0 || actions.includes(name)), `${this.name}, ${name}`));
    }
    return this.scoped.get(name);
  }

  static read(folder) {
    const files = readdirSync(folder).filter((name) => name.endsWith(".cedar")).sort();
    return new PolicySet(files.flatMap((file) =>
      policiesOf(readFileSync(join(folder, file), "utf8"), file)));
  }

  without(id) {
    return new PolicySet(this.policies.filter((policy) => policy.id !== id), `without ${id}`);
  }

  cedarForm() {
    return { staticPolicies: Object.fromEntries(this.policies.map((each) => [each.id, each.text])) };
  }

  // What does not agree with the schema.
  problems(schema) {
    const answer = cedar.validate({ schema, policies: this.cedarForm() });
    if (answer.type !== "success") return answer.errors.map((error) => error.message);
    return [...answer.validationErrors, ...answer.validationWarnings, ...answer.otherWarnings]
      .map((each) => `${each.policyId ?? ""}: ${each.error?.message ?? each.message}`);
  }

  evaluate({ principal, action, resource, context, entities }, name) {
    const answer = cedar.statefulIsAuthorized({
      principal, action: { type: "Action", id: name }, resource, entities,
      context: { ...context, action }, preparsedPolicySetId: this.name, validateRequest: false,
    });
    if (answer.type !== "success") throw new Error(JSON.stringify(answer.errors));
    const { decision, diagnostics } = answer.response;
    return {
      allowed: decision === "allow",
      satisfied: diagnostics.reason.map((id) => this.byId.get(id)),
      erring: diagnostics.errors.map((error) => this.byId.get(error.policyId)),
    };
  }

  // allow, rules (ids: permits of what is allowed, forbids of what is not), erring (ids for which it is refused), fields ("*" or a set),
  // redacted (a set), duties (a set).
  decide(request) {
    const first = this.evaluate(request, request.action);
    const second = this.evaluate(request, "limit");
    const erring = [...new Set([...first.erring, ...second.erring]
      .filter((policy) => policy.kind !== "permit").map((policy) => policy.id))];
    const limits = second.satisfied.filter((policy) => policy.limit);
    const union = (policies, annotation) =>
      new Set(policies.flatMap((policy) => listOf(policy.annotations[annotation] ?? "")));
    const redacted = union(limits, "redact");
    const fields = union(first.satisfied, "fields");
    for (const name of redacted) fields.delete(name);
    const allow = first.allowed && erring.length === 0;
    const deciding = first.satisfied.filter((policy) => (policy.kind === "permit") === allow);
    return {
      allow,
      rules: deciding.map((policy) => policy.id).sort(),
      erring: erring.sort(),
      limits: limits.map((policy) => policy.id),
      fields: fields.has("*") ? "*" : fields,
      redacted,
      duties: union(limits, "obligate"),
    };
  }
}
