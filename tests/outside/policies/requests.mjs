// From facts to a request as Cedar takes it.

const uid = (type, id) => ({ type, id });
const copyOf = (value) => JSON.parse(JSON.stringify(value));

// "resource.labels" and the like; null takes the fact away.
function setFact(facts, path, value) {
  const names = path.split(".");
  const last = names.pop();
  const holder = names.reduce((inner, name) => inner[name], facts);
  if (!holder) throw new Error(`no such fact: ${path}`);
  if (value === null) delete holder[last];
  else holder[last] = value;
}

// Every fact's path, the members of records each by itself.
export function pathsOf(facts, prefix = "") {
  return Object.entries(facts).flatMap(([name, value]) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? pathsOf(value, `${prefix}${name}.`) : [`${prefix}${name}`]);
}

export class Requests {
  // groups: group to types; facts: policies/hospital/facts.json.
  constructor(groups, facts) {
    this.facts = facts;
    this.typeEntities = Object.entries(groups).flatMap(([group, types]) => types.map((type) =>
      ({ uid: uid("Type", type), attrs: {}, parents: [uid("TypeGroup", group)] })));
    this.types = new Map(this.typeEntities.map((entity) => [entity.uid.id, entity]));
  }

  factsOf(table, further = {}) {
    const facts = copyOf(this.facts);
    facts.context.purpose = table.purpose;
    for (const [path, value] of Object.entries({ ...table.facts, ...further })) {
      setFact(facts, path, value);
    }
    return facts;
  }

  // `table`: a case of policies/hospital/tests.
  request(table, further = {}) {
    const facts = this.factsOf(table, further);
    if (table.type && !this.types.has(table.type)) throw new Error(`no such type: ${table.type}`);
    const principal = uid(table.principal ?? "User", "p");
    const resource = table.function ? uid("Function", table.function) : uid("Record", "r");
    const context = facts.context;
    if (context.now) context.now = { __extn: { fn: "datetime", arg: context.now } };
    const network = context.network;
    if (network.address) network.address = { __extn: { fn: "ip", arg: network.address } };
    return {
      principal, action: table.action, resource, context,
      entities: [
        { uid: principal, attrs: facts.principal,
          parents: table.roles.map((role) => uid("Role", role)) },
        table.function
          ? { uid: resource, attrs: facts.function, parents: [] }
          : { uid: resource, attrs: facts.resource, parents: [uid("Type", table.type)] },
        ...(table.type ? [this.types.get(table.type)] : []),
      ],
    };
  }
}
