// Policies at random, as Cedar's text: typed expressions of every operator and every function of the
// extensions, over what random_requests.mjs makes; a few are of a wrong type, or read what may be
// missing, so that they err. Every generator returns what may stand as an operand without more
// parentheses; raw() may not.
import * as world from "./random_requests.mjs";

const quoted = (text) => JSON.stringify(text);
const entity = (type, id) => `${type}::${quoted(id)}`;

// What reads a value of each type.
const READS = {
  boolean: ["resource.own", "resource.inPatient", "resource.represented", "resource.careRelationship", "context.emergency",
    "context.device.managed", 'context.device["encrypted"]', "principal.active", "resource.owner.active"],
  number: ["context.hour", "context.weekday", "context.authAge", "context.network.reputation", "context.recent.requests",
    "context.recent.patients", "principal.level", "resource.details.size", "resource.owner.level"],
  text: ["context.purpose", "context.action", "context.acr", "context.network.zone", "context.network.country", "principal.tenant",
    "principal.client", "resource.tenant", "resource.location", 'resource.details["a key"]', "resource.details.place.ward",
    'resource.getTag("ward")', "context.typed"],
  texts: ["resource.labels", "principal.wards", 'resource.getTag("PSY")'],
  numbers: ["resource.grades"],
  entity: ["principal", "principal", "action", "resource", "resource", "resource.owner", "context.subject"],
  entities: ["resource.careTeam"],
  record: ["context.network", "context.device", "context.recent", "resource.details", "resource.details.place"],
  ip: ["context.network.address"],
  datetime: ["context.now", "resource.created"],
  duration: ["context.age"],
  decimal: ["context.risk"],
};
const TYPES = Object.keys(READS);
const SPELLED = { ip: world.addresses, datetime: world.instants, duration: world.spans, decimal: world.decimals };
const MISSPELLED = ["", "10.0.0.256", "10.0.0.0/33", "2026-13-01", "2023-02-29", "1h1d", "1.23456", "1", "::g", "1ms1s", "01.2.3.4", "99999999999999d", "2026-11-27T24:00:00Z"];
const WORDS = [...world.labels, ...world.purposes, ...world.zones, ...world.tenants, ...world.wards, "phr", "mfa", "", "é\u{1f600}", 'a"b\\c\n'];
const PATTERNS = ["*", "w*", "*T*", "TREAT", "w\\*", "*R*A*", "", "n?rth", "*ö*", "**", "*\\**", "\\u{77}1", "*o*t*h"];
const BIG = ["9223372036854775807", "(-9223372036854775808)", "4611686018427387904", "3037000500"];

export class RandomPolicies {
  constructor(random) {
    this.random = random;
  }

  // By id.
  policySet(count) {
    const policies = {};
    for (let number = 0; number < count; ++number) policies[`p${number}`] = this.policy(`p${number}`);
    return policies;
  }

  policy(id) {
    const { random } = this;
    const limit = random.chance(25);
    const effect = limit || random.chance(65) ? "permit" : "forbid";
    let text = `@id(${quoted(id)})`;
    if (limit) text += random.oneOf(['\n@redact("telecom, address")', '\n@obligate("audit:elevated, review:24h")']);
    else if (effect === "permit") text += '\n@fields("*")';
    const action = limit ? 'action == Action::"limit"' : this.actionScope();
    text += `\n${effect}(${this.principalScope()}, ${action}, ${this.resourceScope()})`;
    for (let conditions = random.oneOf([0, 1, 1, 1, 2, 3]); conditions > 0; --conditions)
      text += `\n${random.chance(75) ? "when" : "unless"} { ${this.raw(random.oneOf([1, 2, 2, 3]))} }`;
    return `${text};`;
  }

  principalScope() {
    const role = entity("Role", this.random.oneOf([...world.roles, "staff"]));
    return this.random.oneOf(["principal", "principal", "principal is User", `principal in ${role}`, `principal is User in ${role}`,
      `principal == ${entity("User", this.random.oneOf(world.people))}`, `principal == ${entity("Service", "import")}`]);
  }

  actionScope() {
    const action = () => entity("Action", this.random.oneOf(world.actions));
    return this.random.oneOf(["action", "action", `action == ${action()}`, `action in [${action()}, ${action()}, ${action()}]`,
      'action in Action::"any"', `action in ${action()}`, "action in []"]);
  }

  resourceScope() {
    const type = this.random.oneOf(world.types);
    return this.random.oneOf(["resource", "resource", "resource is Record", `resource in ${entity("Type", type)}`,
      'resource is Record in TypeGroup::"clinical"', `resource == ${entity("Record", type)}`, 'resource == Function::"audit"']);
  }

  make(type, depth) {
    const wanted = this.random.chance(0.7) ? this.random.oneOf(TYPES) : type;
    if (depth > 0 && this.random.chance(6)) return this.conditional(wanted, depth);
    if (depth > 0 && this.random.chance(3)) return `{a: ${this.make(wanted, depth - 1)}, "b c": 1}.a`;
    return this[wanted](depth);
  }

  conditional(type, depth) {
    return `(if ${this.raw(depth - 1)} then ${this.make(type, depth - 1)} else ${this.make(type, depth - 1)})`;
  }

  read(type) {
    return this.random.oneOf(READS[type]);
  }

  boolean(depth) {
    if (depth === 0) return this.random.chance(15) ? this.random.oneOf(["true", "false"]) : this.random.chance(60) ? this.read("boolean") : `(${this.comparison(0)})`;
    return `(${this.raw(depth)})`;
  }

  // A Boolean, without parentheses: so that the operators' precedence counts.
  raw(depth) {
    if (depth <= 0) return this.comparison(0);
    const part = () => (this.random.chance(60) ? this.comparison(depth - 1) : this.boolean(depth - 1));
    const chain = (operator) => Array.from({ length: 2 + this.random.below(2) }, part).join(operator);
    switch (this.random.below(8)) {
      case 0: case 1: return chain(" && ");
      case 2: return chain(" || ");
      case 3: return `${part()} || ${part()} && ${part()}`;
      case 4: return `${"!".repeat(1 + this.random.below(3))}${this.make("boolean", depth - 1)}`;
      case 5: return `if ${part()} then ${part()} else ${part()}`;
      case 6: return this.guarded(depth - 1);
      default: return part();
    }
  }

  // Asks whether it is there, then reads it.
  guarded(depth) {
    return this.random.oneOf([
      `resource has location && resource.location ${this.random.oneOf(["==", "!="])} ${this.make("text", depth)}`,
      `resource has details.place.ward && ${this.make("texts", depth)}.contains(resource.details.place.ward)`,
      `resource.hasTag("ward") && resource.getTag("ward") like ${this.pattern()}`,
      `resource has owner && resource.owner has active && resource.owner.active`,
      `context has network && context.network has address && context.network.address.isInRange(${this.make("ip", 0)})`,
      `principal has "wards" && principal.wards.containsAny(${this.make("texts", depth)})`,
      `resource is Record && resource has created && resource.created.durationSince(${this.make("datetime", 0)}) > ${this.make("duration", 0)}`,
    ]);
  }

  pattern() {
    return `"${this.random.oneOf(PATTERNS)}"`;
  }

  comparison(depth) {
    const { random } = this;
    const make = (type) => this.make(type, depth);
    const equality = random.oneOf(["==", "==", "!="]);
    const order = random.oneOf(["<", "<=", ">", ">="]);
    const ordered = random.oneOf(["number", "number", "datetime", "duration"]);
    const same = random.oneOf(TYPES);
    switch (random.below(20)) {
      case 0: case 1: case 2: return `${make("text")} ${equality} ${make("text")}`;
      case 3: return `${make(same)} ${equality} ${make(same)}`;
      case 4: return `${make(same)} ${equality} ${make(random.oneOf(TYPES))}`;
      case 5: case 6: return `${make(ordered)} ${order} ${make(ordered)}`;
      case 7: case 8: return `${make("entity")} in ${make(random.oneOf(["entity", "entities"]))}`;
      case 9: return `${make("text")} like ${this.pattern()}`;
      case 10: return `${make("entity")} is ${random.oneOf(["User", "Record", "Action", "Clinic::User"])}`;
      case 11: return `${make("entity")} is ${random.oneOf(["User", "Record"])} in ${make(random.oneOf(["entity", "entities"]))}`;
      case 12: return `${make(random.oneOf(["entity", "entity", "record"]))} has ${random.oneOf(["tenant", "location", "labels", "zone", '"a key"', "details.size", "owner.active", "place.ward.x"])}`;
      case 13: case 14: return this.membership(depth);
      case 15: return `${make("entity")}.hasTag(${make("text")})`;
      case 16: return this.extensionTest(depth);
      case 17: return this.read("boolean");
      case 18: return `${this.read("boolean")} ${equality} ${make("boolean")}`;
      default: return make("boolean");
    }
  }

  membership(depth) {
    const [set, element] = this.random.oneOf([["texts", "text"], ["numbers", "number"], ["entities", "entity"]]);
    const method = this.random.oneOf(["contains", "contains", "containsAll", "containsAny", "isEmpty"]);
    const argument = method === "isEmpty" ? "" : this.make(method === "contains" ? element : set, depth);
    return `${this.make(set, depth)}.${method}(${argument})`;
  }

  extensionTest(depth) {
    const { random } = this;
    switch (random.below(4)) {
      case 0: return `${this.make("ip", depth)}.${random.oneOf(["isIpv4", "isIpv6", "isLoopback", "isMulticast"])}()`;
      case 1: return `${this.make("ip", depth)}.isInRange(${this.make("ip", depth)})`;
      case 2: return `${this.make("decimal", depth)}.${random.oneOf(["lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"])}(${this.make("decimal", depth)})`;
      default: return `${this.make("duration", depth)}.${random.oneOf(["toDays", "toHours", "toMinutes"])}() ${random.oneOf(["==", "<", ">="])} ${this.make("number", 0)}`;
    }
  }

  number(depth) {
    const { random } = this;
    if (depth === 0 || random.chance(40)) {
      if (random.chance(4)) return random.oneOf(BIG);
      return random.chance(40) ? this.numeral() : this.read("number");
    }
    const part = () => this.make("number", depth - 1);
    switch (random.below(5)) {
      case 0: return `(${part()} + ${part()} * ${part()})`;
      case 1: return `(${part()} - ${part()} - ${part()})`;
      case 2: return `(${part()} * ${part()})`;
      case 3: return `(${"-".repeat(1 + random.below(3))}${part()})`;
      default: return `${this.make("duration", depth - 1)}.${random.oneOf(["toMilliseconds", "toSeconds", "toMinutes", "toHours", "toDays"])}()`;
    }
  }

  numeral() {
    const number = this.random.oneOf(world.numbers);
    return number < 0 ? `(${number})` : String(number);
  }

  text(depth) {
    if (depth > 0 && this.random.chance(5)) return `${this.make("entity", depth - 1)}.getTag(${this.make("text", depth - 1)})`;
    if (depth > 0 && this.random.chance(5)) return `${this.make("record", depth - 1)}.${this.random.oneOf(["zone", "ward", "country"])}`;
    if (depth > 0 && this.random.chance(8)) return `${this.make("entity", depth - 1)}.tenant`;
    return this.random.chance(50) ? this.read("text") : this.word();
  }

  word() {
    const word = this.random.oneOf(WORDS);
    return this.random.chance(10) ? `"${[...word].map((one) => `\\u{${one.codePointAt(0).toString(16)}}`).join("")}"` : quoted(word);
  }

  set(type, depth) {
    const elements = Array.from({ length: this.random.below(4) }, () => this.make(type, Math.max(depth - 1, 0)));
    return `[${elements.join(", ")}]`;
  }
  texts(depth) {
    return this.random.chance(60) ? this.read("texts") : this.set("text", depth);
  }
  numbers(depth) {
    return this.random.chance(60) ? this.read("numbers") : this.set("number", depth);
  }
  entities(depth) {
    return this.random.chance(40) ? this.read("entities") : this.set("entity", depth);
  }

  entity() {
    const { random } = this;
    if (random.chance(65)) return this.read("entity");
    return random.oneOf([
      entity("User", random.oneOf(world.people)), entity("Role", random.oneOf([...world.roles, "staff"])),
      entity("Type", random.oneOf(world.types)), 'TypeGroup::"clinical"', 'Action::"read"', 'Action::"any"', 'Clinic::User::"ada"']);
  }

  record(depth) {
    if (this.random.chance(60)) return this.read("record");
    return `{"zone": ${this.make("text", Math.max(depth - 1, 0))}, ward: ${this.make("text", 0)}}`;
  }

  extension(type) {
    if (this.random.chance(50)) return this.read(type);
    if (this.random.chance(3)) return `${type}(${quoted(this.random.oneOf(MISSPELLED))})`;
    if (this.random.chance(3)) return `${type}(context.typed)`;
    return `${type}(${quoted(this.random.oneOf(SPELLED[type]))})`;
  }
  ip() {
    return this.extension("ip");
  }
  decimal() {
    return this.extension("decimal");
  }
  datetime(depth) {
    if (depth > 0 && this.random.chance(20)) return `${this.make("datetime", depth - 1)}.offset(${this.make("duration", depth - 1)})`;
    if (depth > 0 && this.random.chance(20)) return `${this.make("datetime", depth - 1)}.toDate()`;
    return this.extension("datetime");
  }
  duration(depth) {
    if (depth > 0 && this.random.chance(20)) return `${this.make("datetime", depth - 1)}.durationSince(${this.make("datetime", depth - 1)})`;
    if (depth > 0 && this.random.chance(20)) return `${this.make("datetime", depth - 1)}.toTime()`;
    return this.extension("duration");
  }
}
