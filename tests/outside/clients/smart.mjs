// What fhirclient, the SMART library from npm, does with the API.
import assert from "node:assert/strict";
import smart from "fhirclient";

function connect(serverUrl, token) {
  const request = { headers: { host: "app.invalid" }, url: "/", socket: { encrypted: true } };
  const storage = { get: async () => null, set: async () => {}, unset: async () => false };
  return smart(request, {}, storage).client({
    serverUrl,
    tokenResponse: { access_token: token, token_type: "Bearer" },
  });
}

export async function drive(serverUrl, token, patient) {
  const client = connect(serverUrl, token);
  assert.equal(await client.getFhirRelease(), 4);
  assert.equal((await client.request(`Patient/${patient}`)).resourceType, "Patient");

  // All pages, as the library walks them.
  const all = await client.request(`Observation?patient=${patient}&_count=2&_sort=_id`,
    { pageLimit: 0, flat: true });
  assert.equal(new Set(all.map((resource) => resource.id)).size, 7);
  const values = client.byCodes(all, "code")("8867-4").map((each) => each.valueQuantity.value);
  assert.deepEqual(values.sort(), [60, 61, 62, 63, 64, 65, 66]);
  const resolved = await client.request(`Observation?patient=${patient}&_count=1`,
    { resolveReferences: ["subject"], graph: true });
  assert.equal(resolved.entry[0].resource.subject.id, patient);

  const created = await client.create({
    resourceType: "Condition",
    subject: { reference: `Patient/${patient}` },
    code: { text: "x" },
  });
  assert.equal(created.meta.versionId, "1");
  const updated = await client.update({ ...created, code: { text: "y" } });
  assert.equal(updated.meta.versionId, "2");
  const patched = await client.patch(`Condition/${created.id}`,
    [{ op: "replace", path: "/code/text", value: "z" }]);
  assert.equal(patched.code.text, "z");
  await client.delete(`Condition/${created.id}`);
  await assert.rejects(client.request(`Condition/${created.id}`), (error) => {
    assert.equal(error.statusCode ?? error.status, 410);
    return true;
  });
  await assert.rejects(connect(serverUrl, "wrong").request(`Patient/${patient}`), (error) => {
    assert.equal(error.statusCode ?? error.status, 401);
    return true;
  });
}
