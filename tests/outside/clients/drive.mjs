// node drive.mjs BASE: drives the server by two libraries, with the tokens in SALUS_TOKEN and
// SALUS_BROAD_TOKEN. 0 if all went as FHIR says.
import * as kit from "./fhir_kit.mjs";
import * as smart from "./smart.mjs";

const [base] = process.argv.slice(2);
const { SALUS_TOKEN: token, SALUS_BROAD_TOKEN: broad } = process.env;
const patient = await kit.drive(base, token);
await kit.driveBroadly(base, broad);
await smart.drive(base, token, patient);
