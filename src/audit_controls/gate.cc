#include "audit_controls/gate.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "fhir/operation_outcome.h"
#include "request/scope_constraint.h"

namespace salus::audit_controls {
namespace {

// A resource takes some 130 bytes of a leaf, which holds 65,535.
constexpr std::size_t kResourcesPerLeaf = 300;

using I = request::Interaction;
using E = audit::Event;

struct Row {
    request::Interaction interaction;
    audit::Event event;
};
// In the order of the enumeration.
constexpr std::array kRows{
    Row{I::read, E::read},
    Row{I::vread, E::vread},
    Row{I::update, E::update},
    Row{I::remove, E::remove},
    Row{I::history_instance, E::history},
    Row{I::patch, E::patch},
    Row{I::everything, E::everything},
    Row{I::meta, E::meta},
    Row{I::meta_add, E::update},
    Row{I::meta_delete, E::update},
    Row{I::create, E::create},
    Row{I::search_type, E::search},
    Row{I::validate, E::validate},
    Row{I::history_type, E::history},
    Row{I::transaction, E::transaction},
    Row{I::batch, E::batch},
    Row{I::history_system, E::history},
    Row{I::capabilities, E::capabilities},
    Row{I::open_api, E::capabilities},
    Row{I::token, E::token},
    Row{I::introspection, E::token_introspected},
    Row{I::revocation, E::token_revoked},
    Row{I::pushed_authorization, E::authorization_requested},
    Row{I::launch_open, E::launch_opened},
    Row{I::user_info, E::read},
    Row{I::openid_configuration, E::capabilities},
    Row{I::authorization, E::authorization_requested},
    Row{I::sign_in, E::sign_in_page},
    Row{I::account, E::account_viewed},
    Row{I::end_session, E::signed_out},
    Row{I::page_script, E::capabilities},
    Row{I::authorization_server_metadata, E::capabilities},
    Row{I::smart_configuration, E::capabilities},
    Row{I::json_web_key_set, E::capabilities},
    Row{I::access_evaluation_metadata, E::capabilities},
    Row{I::definitions_load, E::definitions_changed},
    Row{I::definitions_list, E::definitions_listed},
    Row{I::definitions_remove, E::definitions_changed},
    Row{I::key_status, E::key_status_read},
    Row{I::key_rotation, E::key_rotation_ordered},
    Row{I::client_add, E::client_added},
    Row{I::client_list, E::clients_listed},
    Row{I::client_remove, E::client_removed},
    Row{I::user_add, E::user_added},
    Row{I::user_list, E::users_listed},
    Row{I::user_change, E::user_changed},
    Row{I::custodians_set, E::key_custodians},
    Row{I::custodians_read, E::key_read},
    Row{I::proposal_draft, E::key_read},
    Row{I::proposal_add, E::key_proposed},
    Row{I::proposal_list, E::key_read},
    Row{I::proposal_read, E::key_read},
    Row{I::ballot_add, E::key_voted},
    Row{I::proposal_execute, E::key_executed},
    Row{I::hold_place, E::key_hold},
    Row{I::hold_list, E::key_read},
    Row{I::keys_seal, E::key_sealed},
    Row{I::control_check, E::control_check},
    Row{I::backup_begin, E::backup_administration},
    Row{I::backup_state, E::backup_administration},
    Row{I::backup_drill_report, E::backup_administration},
    Row{I::policy_read, E::policy_asked},
    Row{I::policy_document, E::policy_asked},
    Row{I::policy_explain, E::policy_asked},
    Row{I::access_evaluation, E::policy_asked},
    Row{I::access_evaluations, E::policy_asked},
    Row{I::policy_versions, E::policy_asked},
    Row{I::policy_version, E::policy_asked},
    Row{I::policy_propose, E::policy_proposed},
    Row{I::policy_replay, E::policy_asked},
    Row{I::policy_approve, E::policy_approved},
    Row{I::policy_activate, E::policy_changed},
    Row{I::policy_withdraw, E::policy_withdrawn},
    Row{I::audit_search, E::audit_read},
    Row{I::audit_event, E::audit_read},
    Row{I::access_report, E::audit_read},
    Row{I::accounting, E::audit_read},
    Row{I::audit_proof, E::audit_read},
    Row{I::audit_details, E::audit_read},
};

consteval bool is_complete() {
    for (std::size_t i = 0; i < kRows.size(); ++i) {
        if (static_cast<std::size_t>(kRows[i].interaction) != i) return false;
    }
    return kRows.back().interaction == I::audit_details;
}
static_assert(is_complete());

audit::Event event_of(request::Interaction interaction) {
    auto const index = static_cast<std::size_t>(interaction);
    return index < kRows.size() ? kRows[index].event : E::error;
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
    leaf.request(exchange.id).tenant(tenant_.name).policy(exchange.policy.hash);
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
