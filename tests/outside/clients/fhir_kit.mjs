// What fhir-kit-client, a library from npm, does with the API.
import assert from "node:assert/strict";
import Client from "fhir-kit-client";

export async function drive(baseUrl, bearerToken) {
  const client = new Client({ baseUrl, bearerToken });
  const status = (resource) => Client.httpFor(resource).response.status;
  const etag = (resource) => Client.httpFor(resource).response.headers.get("etag");
  const refused = (promise, code) =>
    assert.rejects(promise, (error) => {
      assert.equal(error.response.status, code);
      assert.equal(error.response.data.resourceType, "OperationOutcome");
      return true;
    });

  const statement = await client.capabilityStatement();
  assert.equal(statement.fhirVersion, "4.0.1");

  // create, read, vread, update with If-Match, patch
  const body = {
    resourceType: "Patient",
    identifier: [{ system: "urn:kit", value: "1" }],
    name: [{ family: "Kit", given: ["Eva"] }],
    birthDate: "1980-02-29",
  };
  const patient = await client.create({ resourceType: "Patient", body });
  assert.equal(status(patient), 201);
  const { id } = patient;
  const read = await client.read({ resourceType: "Patient", id });
  assert.equal(read.meta.versionId, "1");
  const ifMatch = { headers: { "If-Match": etag(read) } };
  const changed = { ...read, gender: "female" };
  const update = { resourceType: "Patient", id, body: changed, options: ifMatch };
  const updated = await client.update(update);
  assert.equal(updated.meta.versionId, "2");
  await refused(client.update(update), 412);
  const patched = await client.patch({
    resourceType: "Patient",
    id,
    JSONPatch: [{ op: "replace", path: "/gender", value: "other" }],
  });
  assert.equal(patched.gender, "other");
  const first = await client.vread({ resourceType: "Patient", id, version: "1" });
  assert.equal(first.gender, undefined);

  // conditional create and update
  const again = await client.create({
    resourceType: "Patient",
    body,
    options: { headers: { "If-None-Exist": "identifier=urn:kit|1" } },
  });
  assert.equal(status(again), 200);
  assert.equal(again.id, id);
  const conditional = await client.update({
    resourceType: "Patient",
    searchParams: { identifier: "urn:kit|1" },
    body: { ...body, gender: "female" },
  });
  assert.equal(conditional.id, id);

  // transaction, batch
  const observation = (n) => ({
    resourceType: "Observation",
    status: "final",
    code: { coding: [{ system: "http://loinc.org", code: "8867-4" }] },
    subject: { reference: `Patient/${id}` },
    valueQuantity: { value: 60 + n, unit: "/min" },
  });
  const posts = [...Array(7).keys()].map((n) => ({
    fullUrl: `urn:uuid:00000000-0000-4000-8000-00000000000${n}`,
    resource: observation(n),
    request: { method: "POST", url: "Observation" },
  }));
  const transaction = await client.transaction({
    body: { resourceType: "Bundle", type: "transaction", entry: posts },
  });
  assert.equal(transaction.type, "transaction-response");
  assert.ok(transaction.entry.every((entry) => entry.response.status.startsWith("201")));
  const batch = await client.batch({
    body: {
      resourceType: "Bundle",
      type: "batch",
      entry: [
        { request: { method: "GET", url: `Patient/${id}` } },
        { request: { method: "GET", url: "Patient/nobody" } },
      ],
    },
  });
  assert.deepEqual(batch.entry.map((entry) => entry.response.status.slice(0, 3)), ["200", "404"]);

  // search: by address, by form, in a compartment, in pages
  let page = await client.search({
    resourceType: "Observation",
    searchParams: { patient: id, _count: 3, _sort: "_id" },
  });
  const seen = [];
  for (; page; page = await client.nextPage({ bundle: page })) {
    seen.push(...page.entry.map((entry) => entry.resource.id));
  }
  assert.equal(new Set(seen).size, 7);
  assert.equal(seen.length, 7);
  const posted = await client.search({
    resourceType: "Observation",
    searchParams: { patient: id, "value-quantity": "gt64" },
    options: { postSearch: true },
  });
  assert.equal(posted.total, 2);
  const inside = await client.compartmentSearch({
    resourceType: "Observation",
    compartment: { resourceType: "Patient", id },
    searchParams: { code: "http://loinc.org|8867-4" },
  });
  assert.equal(inside.total, 7);
  const included = await client.search({
    resourceType: "Observation",
    searchParams: { patient: id, _count: 1, _include: "Observation:subject" },
  });
  assert.deepEqual(included.entry.map((entry) => entry.search.mode), ["match", "include"]);
  const subject = included.entry[0].resource.subject.reference;
  assert.equal((await client.resolve({ reference: subject, context: included })).id, id);
  await refused(client.search({ resourceType: "Patient", searchParams: { name: "Kit" } }), 403);

  // history, operations
  const history = await client.resourceHistory({ resourceType: "Patient", id });
  assert.deepEqual(history.entry.map((entry) => entry.response.etag),
    ['W/"4"', 'W/"3"', 'W/"2"', 'W/"1"']);
  const everything = await client.operation({
    name: "everything", resourceType: "Patient", id, method: "GET",
  });
  assert.equal(everything.total, 8);
  const validated = await client.operation({
    name: "validate",
    resourceType: "Patient",
    input: { resourceType: "Patient", gender: "no code" },
  });
  assert.equal(validated.issue[0].severity, "error");

  // errors
  await refused(client.read({ resourceType: "Patient", id: "nobody" }), 404);
  await refused(client.create({ resourceType: "Patient", body: { ...body, gender: 1 } }), 400);
  await refused(
    client.create({ resourceType: "Patient", body, options: ifMatch }), 400);
  const last = await client.create({ resourceType: "Patient", body });
  await client.delete({ resourceType: "Patient", id: last.id });
  await refused(client.read({ resourceType: "Patient", id: last.id }), 410);
  await refused(client.typeHistory({ resourceType: "Patient" }), 403);
  return id;
}

// With a token that may span patients.
export async function driveBroadly(baseUrl, bearerToken) {
  const client = new Client({ baseUrl, bearerToken });
  const seen = [];
  let page = await client.typeHistory({ resourceType: "Patient" });
  for (; page; page = await client.nextPage({ bundle: page })) seen.push(...(page.entry ?? []));
  assert.equal(seen[0].request.method, "DELETE");
  assert.equal(seen.at(-1).response.status, "201");
  assert.ok(seen.every((entry) => entry.request.url.startsWith("Patient/")));
  const system = await client.systemHistory();
  assert.equal(system.type, "history");
  assert.ok(system.entry.some((entry) => entry.request.url.startsWith("Observation/")));
  const found = await client.search({ resourceType: "Patient", searchParams: { name: "Kit" } });
  assert.equal(found.total, 1);
}
