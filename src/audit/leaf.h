// Builds what the caller says in a leaf: the members of "what" (docs/formats/audit-log.md), in
// canonical JSON (the subset of RFC 8785 with strings, integers below 2^53, objects and arrays).
//
// Every setter takes a type that is not ePHI: ids of our own making, digests, pseudonyms, codes
// from the source. There is none for free text. Names, query strings and addresses of callers
// belong in the sealed detail. Belongs to one thread.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/log_head.h"
#include "audit/pruned_prefix.h"
#include "audit/record.h"
#include "crypto/hash.h"
#include "foundation/literal.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"

namespace salus::audit {

enum class Event : std::uint8_t {
    // FHIR interactions
    read,
    vread,
    validate,
    search,
    create,
    update,
    remove,  // "delete"
    history,
    transaction,
    batch,
    patch,
    everything,
    meta,
    capabilities,
    // identity
    token,
    token_refused,
    token_introspected,
    token_revoked,
    authorization_requested,
    launch_opened,
    authorized,
    authorization_refused,
    emergency_declared,
    signed_in,
    sign_in_page,
    sign_in_failed,
    signed_out,
    session_ended,
    factor_added,
    factor_removed,
    password_changed,
    grant_revoked,
    account_viewed,
    authentication_refused,
    denied,
    error,
    // administration
    client_added,
    client_changed,
    client_removed,
    clients_listed,
    user_added,
    user_changed,
    users_listed,
    configuration_changed,
    policy_proposed,
    policy_approved,
    policy_changed,
    policy_withdrawn,
    policy_asked,
    consent_changed,
    definitions_changed,
    definitions_listed,
    control_check,
    backup_administration,
    // keys
    key_created,
    key_rotated,
    key_destroyed,
    key_retired,
    key_readmitted,
    key_sealed,
    key_unsealed,
    key_resealed,
    key_rotation_ordered,
    key_status_read,
    key_unwrapped,
    key_refused,
    key_custodians,
    key_proposed,
    key_voted,
    key_executed,
    key_hold,
    key_read,
    // the process and the log itself
    start,
    stop,
    heartbeat,
    recovered,
    clock,
    intent_closed,
    signing,
    export_data,
    backup_begun,
    backup_made,
    backup_drilled,
    audit_read,
    review,
    reconciliation,
    delivery,
    retention_pruned,
    checkpoints,  // of the logs below a parent log
};
[[nodiscard]] Literal name_of(Event event) noexcept;

enum class Outcome : std::uint8_t { ok, denied, error };
[[nodiscard]] Literal name_of(Outcome outcome) noexcept;

// A person or system as the log names it: a keyed hash of issuer and subject.
using UserPseudonym = OpaqueId<struct UserPseudonymTag>;

// Scopes in their canonical spelling, as request/scope.h gives them. Borrows.
struct CanonicalScopes {
    std::string_view text;
};

// A custodian's name (docs/formats/ballots.md): of a person at work, chosen for this use.
using CustodianName = TextId<struct RecordedCustodianTag>;

// A step of an operation on keys that people decide about, and these people (KEY-3).
struct KeyOperation {
    Literal operation;
    std::string proposal;  // SHA-256 of its text, hexadecimal; empty: none
    CustodianName proposer;
    std::vector<CustodianName> approvers;  // those whose ballots count
    CustodianName voter;                   // a ballot: whose, and what it decided
    Literal decision;
};

// A FHIR resource type or a document type of ours: [A-Za-z][A-Za-z0-9-]{0,63}. Borrows.
struct DocumentType {
    std::string_view text;
};

class LeafBuilder {
public:
    LeafBuilder(Event event, Outcome outcome);

    LeafBuilder& client(ClientId const& id);
    LeafBuilder& tenant(TenantName const& name);
    LeafBuilder& user(UserPseudonym const& user);
    LeafBuilder& purpose(Literal code);  // HL7 v3 PurposeOfUse
    LeafBuilder& patient(CompartmentId const& compartment);
    LeafBuilder& request(RequestId const& id);
    LeafBuilder& status(int http_status);
    LeafBuilder& scopes(CanonicalScopes scopes);
    LeafBuilder& policy(crypto::Sha256Digest const& policy_hash);
    LeafBuilder& rule(PolicyRuleId const& id);
    LeafBuilder& reason(Literal why);
    // The client or user that an administrative act was about.
    LeafBuilder& target(ClientId const& id);
    LeafBuilder& target(UserPseudonym const& user);
    // `stored` is SHA-256 of the sealed bytes as they stand in the store, so that the log can be
    // compared with the store; absent when nothing was read or written.
    LeafBuilder& resource(DocumentType type, Address const& address, std::uint64_t version,
                          std::optional<crypto::Sha256Digest> const& stored);
    LeafBuilder& number(Literal name, std::int64_t value);
    LeafBuilder& key_operation(KeyOperation const& step);
    LeafBuilder& pruned(PrunedPrefix const& prefix);
    LeafBuilder& log_heads(std::span<LogHead const> heads);

    LeafBuilder& intent();
    LeafBuilder& outcome_of(std::uint64_t intent_index);

    // Errc::invalid when a text has a character outside printable ASCII, a type is not a type, or a
    // number is beyond 2^53 or named twice; Errc::too_large when the leaf would be.
    // REQUIRES: called once.
    [[nodiscard]] Result<Record> build();
    [[nodiscard]] Result<Record> build(crypto::Sealed detail);

private:
    // In the order of their names, which is the order of canonical JSON.
    enum Slot : std::uint8_t {
        event_,
        outcome_,
        purpose_,
        patient_,
        request_,
        scopes_,
        status_,
        target_,
        who_client_,
        who_tenant_,
        who_user_,
        reason_,
        kSlots,
    };

    void text(Slot slot, std::string_view value);
    void close_slot(Slot slot, std::size_t begin);
    void add(std::string& out, std::string_view name, Slot slot) const;
    void add_decision(std::string& out) const;
    void add_numbers(std::string& out);
    void add_who(std::string& out) const;

    struct Piece {
        std::uint32_t begin = 0;
        std::uint32_t size = 0;
    };
    std::string values_;  // encoded values in the order of the calls
    std::array<Piece, kSlots> pieces_{};
    std::string policy_;
    std::string rules_;
    std::string resources_;
    std::string key_operation_;
    std::string log_heads_;
    std::string pruned_;
    std::vector<std::pair<std::string_view, std::int64_t>> numbers_;  // names are Literals
    Phase phase_ = Phase::none;
    std::uint64_t intent_ = 0;
    bool valid_ = true;
};

}  // namespace salus::audit
