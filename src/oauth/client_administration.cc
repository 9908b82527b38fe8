#include "oauth/client_administration.h"

#include "identity/holdings.h"
#include "json/writer.h"
#include "oauth/client.h"
#include "oauth/form_reader.h"
#include "records/add_document.h"

namespace salus::oauth {
namespace {

using identity::Directory;
using identity::Stored;

Result<Stored<Directory>> directory_of(identity::Documents& documents) {
    SALUS_TRY(auto known, documents.read<Directory>("clients"));
    return std::move(known).value_or(Stored<Directory>{.value = {}, .id = "clients", .version = 0});
}

}  // namespace

Result<void> note_client(identity::Documents& documents, ClientId const& client,
                         request::Prepared& prepared) {
    SALUS_TRY(auto directory, directory_of(documents));
    identity::add_id(directory->ids, client.text());
    return documents.write(directory, std::nullopt, prepared);
}

Result<request::Prepared> list_clients(records::Records& records, json::Parser& parser,
                                       Clock const& clock) {
    identity::Documents documents(records, parser, clock);
    SALUS_TRY(auto const directory, directory_of(documents));
    std::string body;
    json::Writer writer(body);
    writer.begin_object().key("clients").begin_array();
    for (auto const& id : directory->ids) {
        SALUS_TRY(auto const client, find_client(records, parser, id));
        if (client) writer.raw(to_json(*client));
    }
    writer.end_array().end_object();
    request::Prepared prepared;
    prepared.headers.set("Content-Type", "application/json");
    prepared.headers.set("Cache-Control", "no-store");
    prepared.content = request::PlainContent{std::move(body)};
    return prepared;
}

Result<request::Prepared> remove_client(records::Records& records, json::Parser& parser,
                                        Clock const& clock, request::Exchange& exchange,
                                        request::Permit const& permit,
                                        authentication::Revocations& news) {
    auto const id = FormReader::take(permit.intent().id.clone());
    SALUS_TRY(auto const stored, read_client(records, id));
    if (!stored) return fail(Errc::not_found, "no such client");
    exchange.facts.target_client = ClientId(id);
    request::Prepared prepared;
    prepared.status = 204;
    records::Change change;
    change.document_class = records::DocumentClass::client;
    change.type = kClientType;
    change.id = id;
    change.compartment = records.addressing().identity_compartment();
    change.version = stored->version + 1;
    change.state = store::VersionState::deleted;
    change.when = clock.now();
    SALUS_TRY_VOID(records::add_document(records, change, prepared));
    identity::Documents documents(records, parser, clock);
    SALUS_TRY(auto directory, directory_of(documents));
    identity::remove_id(directory->ids, id);
    SALUS_TRY_VOID(documents.write(directory, std::nullopt, prepared));
    prepared.after_commit = [&news, id] { news.add(id); };
    return prepared;
}

}  // namespace salus::oauth
