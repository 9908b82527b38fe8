#include "audit_controls/gate.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "fhir/operation_outcome.h"
#include "request/scope_constraint.h"

namespace salus::audit_controls {
namespace {

// A resource takes some 130 bytes of a leaf, which holds 65,535.
constexpr std::size_t kResourcesPerLeaf = 300;

audit::Event event_of(request::Interaction interaction) {
    using request::Interaction;
    switch (interaction) {
        case Interaction::read: return audit::Event::read;
        case Interaction::vread: return audit::Event::vread;
        case Interaction::update: return audit::Event::update;
        case Interaction::remove: return audit::Event::remove;
        case Interaction::history_instance:
        case Interaction::history_type:
        case Interaction::history_system: return audit::Event::history;
        case Interaction::patch: return audit::Event::patch;
        case Interaction::everything: return audit::Event::everything;
        case Interaction::meta: return audit::Event::meta;
        case Interaction::meta_add:
        case Interaction::meta_delete: return audit::Event::update;
        case Interaction::create: return audit::Event::create;
        case Interaction::search_type: return audit::Event::search;
        case Interaction::validate: return audit::Event::validate;
        case Interaction::transaction: return audit::Event::transaction;
        case Interaction::batch: return audit::Event::batch;
        case Interaction::capabilities:
        case Interaction::open_api:
        case Interaction::authorization_server_metadata:
        case Interaction::smart_configuration:
        case Interaction::openid_configuration:
        case Interaction::page_script:
        case Interaction::json_web_key_set: return audit::Event::capabilities;
        case Interaction::token: return audit::Event::token;
        case Interaction::introspection: return audit::Event::token_introspected;
        case Interaction::revocation: return audit::Event::token_revoked;
        case Interaction::pushed_authorization:
        case Interaction::authorization: return audit::Event::authorization_requested;
        case Interaction::user_info: return audit::Event::read;
        case Interaction::sign_in: return audit::Event::sign_in_page;
        case Interaction::account: return audit::Event::account_viewed;
        case Interaction::end_session: return audit::Event::signed_out;
        case Interaction::definitions_load:
        case Interaction::definitions_remove: return audit::Event::definitions_changed;
        case Interaction::definitions_list: return audit::Event::definitions_listed;
        case Interaction::key_status: return audit::Event::key_status_read;
        case Interaction::key_rotation: return audit::Event::key_rotation_ordered;
        case Interaction::client_add: return audit::Event::client_added;
        case Interaction::client_list: return audit::Event::clients_listed;
        case Interaction::client_remove: return audit::Event::client_removed;
        case Interaction::user_add: return audit::Event::user_added;
        case Interaction::user_list: return audit::Event::users_listed;
        case Interaction::user_change: return audit::Event::user_changed;
        case Interaction::custodians_set: return audit::Event::key_custodians;
        case Interaction::proposal_add: return audit::Event::key_proposed;
        case Interaction::ballot_add: return audit::Event::key_voted;
        case Interaction::proposal_execute: return audit::Event::key_executed;
        case Interaction::hold_place: return audit::Event::key_hold;
        case Interaction::keys_seal: return audit::Event::key_sealed;
        case Interaction::custodians_read:
        case Interaction::proposal_draft:
        case Interaction::proposal_list:
        case Interaction::proposal_read:
        case Interaction::hold_list: return audit::Event::key_read;
        case Interaction::control_check: return audit::Event::control_check;
        case Interaction::audit_search:
        case Interaction::audit_event:
        case Interaction::access_report:
        case Interaction::accounting:
        case Interaction::audit_proof:
        case Interaction::audit_details: return audit::Event::audit_read;
        case Interaction::backup_begin:
        case Interaction::backup_state:
        case Interaction::backup_drill_report: return audit::Event::backup_administration;
    }
    return audit::Event::error;
}

audit::Event event_of(request::AuditFacts const& facts) {
    return facts.event ? *facts.event : event_of(*facts.interaction);
}

// A user's id is random and made by us: it is its own pseudonym.
audit::UserPseudonym pseudonym_of(UserId const& id) {
    auto const bytes = from_hex(id.text());
    bool const fits = bytes && bytes->size() == audit::UserPseudonym::Array().size();
    return audit::UserPseudonym::from(fits ? BytesView(*bytes)
                                           : BytesView(crypto::sha256(bytes_of(id.text()))));
}

// Consecutive runs of one compartment, at most kResourcesPerLeaf long.
std::vector<std::span<request::Touched const>> runs(std::vector<request::Touched> const& touched) {
    std::vector<std::span<request::Touched const>> result;
    for (std::size_t begin = 0; begin < touched.size();) {
        auto end = begin + 1;
        while (end < touched.size() && end - begin < kResourcesPerLeaf &&
               touched[end].compartment == touched[begin].compartment) {
            ++end;
        }
        result.push_back(std::span(touched).subspan(begin, end - begin));
        begin = end;
    }
    return result;
}

audit::Outcome outcome_of(int status) {
    if (status < 400) return audit::Outcome::ok;
    return status < 500 ? audit::Outcome::denied : audit::Outcome::error;
}

}  // namespace

audit::LeafBuilder Gate::begin(request::Exchange const& exchange, audit::Event event,
                               audit::Outcome outcome) const {
    audit::LeafBuilder leaf(event, outcome);
    leaf.request(exchange.id).tenant(tenant_.name).policy(policy_hash_);
    auto const& facts = exchange.facts;
    if (facts.caller && !facts.caller->anonymous()) {
        auto const& caller = facts.caller->facts();
        leaf.client(caller.client).scopes({request::labels_of(caller.scope_text)});
        if (caller.purpose) leaf.purpose(request::code_of(*caller.purpose));
        if (caller.person) leaf.user(pseudonym_of(caller.person->id));
    }
    if (facts.user) leaf.user(pseudonym_of(*facts.user));
    if (facts.proven_client) leaf.client(*facts.proven_client);
    if (facts.target_client) leaf.target(*facts.target_client);
    if (facts.target_user) leaf.target(pseudonym_of(*facts.target_user));
    for (auto const& rule : facts.rules) leaf.rule(rule);
    if (facts.key_operation) {
        leaf.key_operation(*facts.key_operation);
        if (facts.compartment) leaf.patient(*facts.compartment);
    }
    return leaf;
}

Result<audit::Record> Gate::finish(request::Exchange const& exchange, audit::LeafBuilder builder,
                                   bool with_detail) {
    if (!with_detail) return std::move(builder).build();
    SALUS_TRY(auto detail, details_.seal(exchange));
    return std::move(builder).build(std::move(detail));
}

// One leaf for each compartment touched, or one leaf when nothing was.
Result<std::vector<audit::Record>> Gate::leaves(request::Exchange const& exchange,
                                                std::vector<request::Touched> const& all,
                                                audit::Outcome outcome, audit::Phase phase,
                                                int status) {
    auto const& facts = exchange.facts;
    auto const event = event_of(facts);
    std::vector<audit::Record> records;
    auto const add = [&](audit::LeafBuilder leaf) -> Result<void> {
        if (phase == audit::Phase::intent) leaf.intent();
        if (status != 0) leaf.status(status);
        SALUS_TRY(auto record, finish(exchange, std::move(leaf), records.empty()));
        records.push_back(std::move(record));
        return {};
    };
    std::set<CompartmentId> new_keys;
    for (auto const& key : facts.new_keys) new_keys.insert(key.compartment);
    for (auto const run : runs(all)) {
        auto leaf = begin(exchange, event, outcome);
        if (new_keys.erase(run.front().compartment) > 0) leaf.number("new_key", 1);
        if (run.front().patient_compartment) leaf.patient(run.front().compartment);
        for (auto const& touched : run) {
            leaf.resource({touched.type}, touched.address, touched.version, touched.stored_hash);
        }
        SALUS_TRY_VOID(add(std::move(leaf)));
    }
    if (records.empty()) {
        auto leaf = begin(exchange, event, outcome);
        // A search without a hit still tells that the caller asked about this patient.
        if (facts.compartment) leaf.patient(*facts.compartment);
        SALUS_TRY_VOID(add(std::move(leaf)));
    }
    return records;
}

Result<std::vector<audit::Record>> Gate::conclusions(request::Exchange const& exchange,
                                                     audit::Event event, audit::Outcome outcome,
                                                     int status, Literal reason) {
    std::vector<audit::Record> records;
    for (auto const intent : exchange.facts.intent_leaves) {
        auto leaf = begin(exchange, event, outcome);
        leaf.outcome_of(intent).status(status);
        if (!reason.empty()) leaf.reason(reason);
        SALUS_TRY(auto record, finish(exchange, std::move(leaf), false));
        records.push_back(std::move(record));
    }
    return records;
}

Result<void> Gate::add_new_keys(request::Exchange const& exchange,
                                std::span<request::Touched const> named,
                                std::vector<audit::Record>& records) const {
    for (auto const& key : exchange.facts.new_keys) {
        bool const is_named = std::ranges::any_of(named, [&](request::Touched const& touched) {
            return touched.compartment == key.compartment;
        });
        if (is_named) continue;
        auto leaf = begin(exchange, audit::Event::key_created, audit::Outcome::ok);
        leaf.reason("data").number("version", 1);
        if (key.patient_compartment) leaf.patient(key.compartment);
        SALUS_TRY(auto record, std::move(leaf).build());
        records.push_back(std::move(record));
    }
    return {};
}

Task<Result<request::Receipt>> Gate::record(request::Exchange const& exchange,
                                            request::Disclosable const& answer, Executor& home) {
    auto const status = answer.status();
    auto const outcome = outcome_of(status);
    auto const& facts = exchange.facts;
    bool const concludes = !facts.intent_leaves.empty();
    auto made = concludes ? conclusions(exchange, event_of(facts), outcome, status, Literal())
                          : leaves(exchange, facts.touched, outcome, audit::Phase::none, status);
    SALUS_CO_TRY(auto records, std::move(made));
    // An intent names what is written and nothing else: after a crash it is compared with the
    // store. What the answer tells of besides has leaves of its own.
    if (!facts.consulted.empty()) {
        SALUS_CO_TRY(auto more,
                     leaves(exchange, facts.consulted, outcome, audit::Phase::none, status));
        std::ranges::move(more, std::back_inserter(records));
    }
    SALUS_CO_TRY_VOID(add_new_keys(exchange, facts.touched, records));
    SALUS_CO_TRY(auto const positions, co_await tenant_.audit_log.append(std::move(records), home));
    co_return request::Receipt(positions.front().index, exchange.id);
}

Task<Result<request::RecordedIntent>> Gate::record_intent(request::Exchange& exchange,
                                                          Executor& home) {
    auto const& touched = exchange.facts.touched;
    SALUS_CO_TRY(auto records,
                 leaves(exchange, touched, audit::Outcome::ok, audit::Phase::intent, 0));
    auto const intents = records.size();
    SALUS_CO_TRY_VOID(add_new_keys(exchange, touched, records));
    SALUS_CO_TRY(auto const positions, co_await tenant_.audit_log.append(std::move(records), home));
    exchange.facts.new_keys.clear();
    exchange.facts.intent_leaves.clear();
    for (auto const& position : std::span(positions).first(intents)) {
        exchange.facts.intent_leaves.push_back(position.index);
    }
    co_return request::RecordedIntent(positions.front().index);
}

Task<Result<void>> Gate::record_conflict(request::Exchange& exchange, Executor& home) {
    SALUS_CO_TRY(auto records,
                 conclusions(exchange, event_of(exchange.facts), audit::Outcome::error, 409,
                             "another request was faster"));
    SALUS_CO_TRY_VOID(co_await tenant_.audit_log.append(std::move(records), home));
    exchange.facts.intent_leaves.clear();
    co_return Result<void>();
}

Task<Result<request::Receipt>> Gate::record_refusal(request::Exchange const& exchange, Error error,
                                                    Executor& home) {
    auto const& facts = exchange.facts;
    auto const status = fhir::http_status(error.code);
    auto const outcome = outcome_of(status);
    auto const event = error.code == Errc::unauthenticated ? audit::Event::authentication_refused
                       : outcome == audit::Outcome::denied ? audit::Event::denied
                                                           : audit::Event::error;
    std::vector<audit::Record> records;
    if (!facts.intent_leaves.empty()) {
        SALUS_CO_TRY(records, conclusions(exchange, event, outcome, status, error.why));
    } else {
        auto leaf = begin(exchange, event, outcome);
        leaf.status(status).reason(error.why);
        if (facts.compartment) leaf.patient(*facts.compartment);
        SALUS_CO_TRY(auto record, finish(exchange, std::move(leaf), true));
        records.push_back(std::move(record));
    }
    SALUS_CO_TRY_VOID(add_new_keys(exchange, {}, records));
    SALUS_CO_TRY(auto const positions, co_await tenant_.audit_log.append(std::move(records), home));
    co_return request::Receipt(positions.front().index, exchange.id);
}

}  // namespace salus::audit_controls
