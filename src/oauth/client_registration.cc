#include "oauth/client_registration.h"

#include "oauth/client.h"
#include "oauth/form_reader.h"

namespace salus::oauth {

Result<request::Prepared> register_client(request::Exchange& exchange, records::Records& records,
                                          json::Parser& parser, Clock const& clock) {
    SALUS_TRY(auto const document,
              parser.parse(FormReader::take(std::move(exchange.request.body))));
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
    SALUS_TRY(auto write, records.seal(change));

    request::Prepared prepared;
    prepared.status = 201;
    prepared.headers.set("Content-Type", "application/json");
    prepared.content = request::PlainContent{to_json(client)};
    prepared.touched.push_back({.action = "create",
                                .compartment = change.compartment,
                                .patient_compartment = false,
                                .type = change.type,
                                .address = write.address,
                                .version = 1,
                                .stored_hash = records::stored_hash(write.document)});
    prepared.conflict = Error{Errc::conflict, "this client_id is taken", {}};
    prepared.batch.emplace();
    prepared.batch->writes.push_back(std::move(write));
    return prepared;
}

}  // namespace salus::oauth
