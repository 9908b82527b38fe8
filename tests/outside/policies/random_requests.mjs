// Entities and requests at random, in Cedar's JSON, about what Salus decides: who does what with
// which record, in which circumstances. Some of what policies may read is missing now and then.
export const uid = (type, id) => ({ type, id });
const entity = (type, id) => ({ __entity: uid(type, id) });
const extension = (fn, arg) => ({ __extn: { fn, arg } });

export const people = ["ada", "ben", "eve", 'o"hara', "çelik"];
export const services = ["import", "registry"];
export const roles = ["clinician", "nurse", "clerk", "administrator"];
export const types = ["Patient", "Observation", "Consent"];
export const actions = ["read", "search", "create", "update", "limit", "spanPatients"];
export const labels = ["42CFRPart2", "PSY", "SEX", "HIV", "MINOR", "R", "V"];
export const purposes = ["TREAT", "HPAYMT", "HOPERAT", "ETREAT", "PATRQT"];
export const zones = ["internal", "allowed", "denied", "other"];
export const tenants = ["north", "south"];
export const wards = ["w1", "w2", "w*", "wörd"];
export const addresses = ["10.1.2.3", "10.0.0.0/8", "127.0.0.1", "224.0.0.7", "::1", "ff02::1", "2001:db8::5", "2001:db8::/32", "192.168.0.0/16"];
export const instants = ["2026-11-27", "2026-11-27T08:30:00Z", "2026-11-27T08:30:00.250Z", "2026-11-27T23:59:59+0130", "1969-12-31T23:59:59Z", "2024-02-29"];
export const spans = ["1h", "1h30m", "90m", "-1d", "2d3h4m5s6ms", "0ms", "250ms", "-5m"];
export const decimals = ["0.5", "0.25", "12.3456", "-1.0", "0.5000", "922337203685477.5807"];
export const numbers = [0, 1, 2, 5, 7, 8, 9, 17, 100, 900, -3];

// Those that the two stand in, and what those stand in.
function groups(who, what) {
  const all = [{ uid: what.parents[0], attrs: {}, parents: what.uid.id === "Consent" ? [] : [uid("TypeGroup", "clinical")] }];
  for (const role of who.parents)
    all.push({ uid: role, attrs: {}, parents: role.id === "clerk" ? [] : [uid("Role", "staff")] });
  return all;
}

// Attributes without those that happen to be missing.
function missing(random, attributes, percent) {
  return Object.fromEntries(Object.entries(attributes).filter(() => !random.chance(percent)));
}

function principal(random) {
  const person = random.chance(80);
  const id = random.oneOf(person ? people : services);
  return {
    uid: uid(person ? "User" : "Service", id),
    attrs: missing(random, {
      tenant: random.oneOf(tenants),
      client: random.oneOf(["app", "portal"]),
      level: random.oneOf(numbers),
      wards: random.some(wards),
      active: random.chance(80),
    }, 4),
    parents: random.some(roles, 30).map((role) => uid("Role", role)),
  };
}

function record(random) {
  const type = random.oneOf(types);
  const owner = random.oneOf(people);
  return {
    uid: uid("Record", type),
    attrs: missing(random, {
      tenant: random.oneOf(tenants),
      inPatient: random.chance(50),
      own: random.chance(30),
      represented: random.chance(10),
      careRelationship: random.chance(60),
      labels: random.some(labels, 25),
      location: random.oneOf(wards),
      owner: entity("User", owner),
      careTeam: random.some(people).map((id) => entity("User", id)),
      created: extension("datetime", random.oneOf(instants)),
      grades: random.some(numbers, 30),
      details: { size: random.oneOf(numbers), place: { ward: random.oneOf(wards) }, "a key": "PSY" },
    }, 8),
    tags: missing(random, { ward: random.oneOf(wards), PSY: random.some(labels), TREAT: random.chance(50) }, 30),
    parents: [uid("Type", type)],
  };
}

function context(random, action) {
  return missing(random, {
    purpose: random.oneOf(purposes),
    action: action === "limit" ? random.oneOf(actions) : action,
    now: extension("datetime", random.oneOf(instants)),
    hour: random.below(24),
    weekday: 1 + random.below(7),
    acr: random.oneOf(["phr", "mfa", ""]),
    authAge: random.oneOf([0, 60, 899, 900, 901, 86400]),
    network: {
      zone: random.oneOf(zones),
      country: random.oneOf(["", "CH", "US"]),
      reputation: random.below(101),
      address: extension("ip", random.oneOf(addresses)),
    },
    device: { managed: random.chance(60), encrypted: random.chance(60), claimed: random.chance(20) },
    recent: { requests: random.below(1000), patients: random.below(50), refusals: random.below(5) },
    emergency: random.chance(10),
    risk: extension("decimal", random.oneOf(decimals)),
    age: extension("duration", random.oneOf(spans)),
    subject: entity("User", random.oneOf(people)),
    typed: random.oneOf([random.oneOf(addresses), random.oneOf(instants), random.oneOf(spans), random.oneOf(decimals)]),
  }, 4);
}

// What cedar-wasm is asked but the policies, and Salus too.
export function request(random) {
  const who = principal(random);
  const what = record(random);
  const action = random.oneOf(actions);
  const entities = [...groups(who, what), who, what,
    { uid: uid("Action", action), attrs: {}, parents: [uid("Action", "any")] }];
  if (who.uid.id !== "eve" && random.chance(40))
    entities.push({ uid: uid("User", "eve"), attrs: { tenant: "south", active: true, level: 3 }, parents: [uid("Role", "nurse")] });
  return {
    principal: who.uid, action: uid("Action", action),
    resource: random.chance(3) ? uid("Function", "audit") : what.uid,
    context: context(random, action), entities,
  };
}
