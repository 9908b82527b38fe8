#include "oauth/client_registration.h"

#include "oauth/client.h"
#include "oauth/client_administration.h"
#include "oauth/form_reader.h"
#include "records/add_document.h"

namespace salus::oauth {

Result<request::Prepared> register_client(request::Exchange& exchange, records::Records& records,
                                          json::Parser& parser, Clock const& clock) {
    SALUS_TRY(auto const document, parser.parse(FormReader::take(exchange.request.body.clone())));
    SALUS_TRY(auto const client, client_from_json(document.root()));
    exchange.facts.target_client = client.id;
    SALUS_TRY(auto const existing, records.current(kClientType, client.id.text()));
    if (existing) return fail(Errc::conflict, "this client_id is taken");

    records::Change change;
    change.document_class = records::DocumentClass::client;
    change.type = kClientType;
    change.id = client.id.text();
    change.compartment = records.addressing().identity_compartment();
    change.when = clock.now();
    change.text = EphiText(to_json(client));

    request::Prepared prepared;
    prepared.status = 201;
    prepared.headers.set("Content-Type", "application/json");
    prepared.content = request::PlainContent{to_json(client)};
    SALUS_TRY_VOID(records::add_document(records, change, prepared));
    identity::Documents documents(records, parser, clock);
    SALUS_TRY_VOID(note_client(documents, client.id, prepared));
    return prepared;
}

}  // namespace salus::oauth
