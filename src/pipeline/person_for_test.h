// For tests of tokens that act for a person: one who is a practitioner, signed in with a passkey,
// and allowed client-1. Included by tests only.
#pragma once

#include "identity/documents.h"
#include "identity/grant.h"
#include "identity/user.h"
#include "pipeline/pipeline_for_test.h"

namespace salus::testing {

// `practitioner`: "Practitioner/[id]", as whom they stand in records.
inline request::Person make_practitioner(PipelineRoom& room, std::string const& practitioner) {
    auto& instance = room.instance();
    records::IndexCache cache(limits::kMiB, instance.clock);
    auto const records =
        must(records::Records::make(room.owner().tenant(), instance.random, cache));
    json::Parser parser;
    identity::Documents documents(*records, parser, instance.clock);
    identity::Stored<identity::User> user{
        .value = {}, .id = identity::new_user_id(instance.random).text(), .version = 0};
    user->id = UserId(user.id);
    user->user_name = "ada";
    user->fhir_user = practitioner;
    identity::Stored<identity::Grant> grant{.value = {}, .id = "grant-1", .version = 0};
    grant->user = user->id;
    grant->generation = user->generation;
    grant->client = ClientId("client-1");
    grant->scope = request::parse_scope_request("user/*.cruds").value();
    grant->given = grant->used = grant->authenticated = instance.clock.now();
    request::Prepared changes;
    EXPECT_TRUE(documents.write(user, std::nullopt, changes).has_value());
    EXPECT_TRUE(documents.write(grant, grant->ends(), changes).has_value());
    EXPECT_TRUE(room.commit_behind(*std::move(changes.batch)).has_value());
    return {.id = user->id,
            .grant = grant.id,
            .acr = "phr",
            .authenticated = instance.clock.now(),
            .practitioner = practitioner};
}

}  // namespace salus::testing
