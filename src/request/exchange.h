// Exchange: one request on its way through the pipeline, and what is known of it for the audit
// record. Each stage adds what it learns, so that a refusal at any stage is recorded with all of it
// (AUD-1). Owned by the pipeline; used by one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/leaf.h"
#include "crypto/hash.h"
#include "http/message.h"
#include "request/access_facts.h"
#include "request/caller.h"
#include "request/challenge.h"
#include "request/interaction.h"
#include "request/prepared.h"
#include "request/tenant.h"

namespace salus::authorization {
class Policy;
}

namespace salus::request {

// The version of the policy that decides all of one request, from its first stage to its record,
// whatever is activated meanwhile (AZ-8). A value; a copy costs a reference count.
struct DecidingPolicy {
    std::uint64_t version = 0;  // 0: the configuration's
    crypto::Sha256Digest hash{};
    std::shared_ptr<authorization::Policy const> rules;  // nullptr: nothing may be permitted
};

// The first data key of a compartment, made because this request seals something there.
struct NewDataKey {
    CompartmentId compartment;
    bool patient_compartment = false;
};

struct AuditFacts {
    CallerPointer caller;     // once authenticated
    EphiText claimed_client;  // token endpoint: whom the assertion names, unproven text
    std::optional<ClientId> proven_client;   // token endpoint: whom it proved
    std::optional<ClientId> target_client;   // administration: whom the act is about
    std::optional<UserId> user;              // once known: the person who acts
    std::optional<UserId> target_user;       // administration: whom the act is about
    std::optional<audit::Event> event;       // where one interaction does several things: which
    EphiText stated_reason;                  // why a person says that they do it
    std::optional<Interaction> interaction;  // once classified
    std::string type;
    std::optional<CompartmentId> compartment;  // the patient's, once known
    std::vector<Touched> touched;              // once prepared
    std::vector<Touched> consulted;            // once prepared: a write's answer tells of these
    std::vector<NewDataKey> new_keys;          // once prepared, until they are recorded
    std::optional<audit::KeyOperation> key_operation;  // once known
    std::vector<PolicyRuleId> rules;                   // once decided
    std::vector<std::uint64_t> intent_leaves;          // once a write's intent is recorded
};

// An entry of a bundle that is answered by itself, as a request of its own: each of a batch, and
// the reads of a transaction once its writes are done.
struct EntryRequest {
    std::size_t position = 0;  // in the bundle
    http::Request request;
    std::optional<Error> refusal;  // the entry cannot be read as a request
};

struct Exchange {
    http::Request request;
    RequestId id;
    WallTime started{};
    bool is_entry = false;              // of a bundle
    std::vector<EntryRequest> entries;  // of a bundle, once classified
    Tenant const* tenant = nullptr;     // set before the first stage
    DecidingPolicy policy;              // set with it
    AuditFacts facts;
    AccessFacts access;   // its circumstances, once observed
    Challenge challenge;  // of a request that is refused for its credentials
};

}  // namespace salus::request
