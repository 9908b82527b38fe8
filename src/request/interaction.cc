#include "request/interaction.h"

#include <array>

namespace salus::request {
namespace {

using I = Interaction;
using F = Family;
using A = Access;

constexpr bool kWrites = true;
constexpr bool kReads = false;

constexpr std::array kPatch{I::read, I::update};
constexpr std::array kHistory{I::history_instance, I::search_type};
constexpr std::array kRead{I::read};

struct Row {
    Interaction interaction;
    InteractionForm form;
};

// In the order of the enumeration.
constexpr std::array kRows{
    Row{I::read, {"read", F::resource, A::read, kReads, {}}},
    Row{I::vread, {"vread", F::resource, A::read, kReads, {}}},
    Row{I::update, {"update", F::resource, A::update, kWrites, {}}},
    Row{I::remove, {"delete", F::resource, A::remove, kWrites, {}}},
    Row{I::history_instance, {"history", F::resource, A::read, kReads, {}}},
    Row{I::patch, {"patch", F::resource, A::none, kWrites, kPatch}},
    Row{I::everything, {"everything", F::resource, A::none, kReads, kRead}},
    Row{I::meta, {"meta", F::resource, A::none, kReads, kRead}},
    Row{I::meta_add, {"meta-add", F::resource, A::none, kWrites, kPatch}},
    Row{I::meta_delete, {"meta-delete", F::resource, A::none, kWrites, kPatch}},
    Row{I::create, {"create", F::resource, A::create, kWrites, {}}},
    Row{I::search_type, {"search", F::resource, A::search, kReads, {}}},
    // Who may create it may ask whether it is right; nothing stored is looked at.
    Row{I::validate, {"validate", F::resource, A::create, kReads, {}}},
    Row{I::history_type, {"history-type", F::resource, A::none, kReads, kHistory}},
    Row{I::transaction, {"transaction", F::bundle, A::none, kWrites, {}}},
    // Each of its entries is asked by itself.
    Row{I::batch, {"batch", F::bundle, A::none, kReads, {}}},
    Row{I::history_system, {"history-system", F::resource, A::none, kReads, kHistory}},
    Row{I::capabilities, {"capabilities", F::discovery, A::none, kReads, {}}},
    Row{I::open_api, {"openapi", F::discovery, A::none, kReads, {}}},
    // Consumes the assertion's jti.
    Row{I::token, {"token", F::token, A::none, kWrites, {}}},
    // Who asks with an assertion uses it up.
    Row{I::introspection, {"introspection", F::token, A::none, kWrites, {}}},
    Row{I::revocation, {"revocation", F::token, A::none, kWrites, {}}},
    Row{I::pushed_authorization, {"pushed-authorization", F::token, A::none, kWrites, {}}},
    Row{I::launch_open, {"launch-open", F::launch, A::update, kWrites, {}}},
    Row{I::user_info, {"userinfo", F::user_info, A::none, kReads, {}}},
    Row{I::openid_configuration, {"metadata.openid", F::discovery, A::none, kReads, {}}},
    Row{I::authorization, {"authorization", F::page, A::none, kWrites, {}}},
    Row{I::sign_in, {"sign-in", F::page, A::none, kWrites, {}}},
    Row{I::account, {"account", F::page, A::none, kWrites, {}}},
    Row{I::end_session, {"end-session", F::page, A::none, kWrites, {}}},
    Row{I::page_script, {"page-script", F::discovery, A::none, kReads, {}}},
    Row{I::authorization_server_metadata, {"metadata.oauth", F::discovery, A::none, kReads, {}}},
    Row{I::smart_configuration, {"metadata.smart", F::discovery, A::none, kReads, {}}},
    Row{I::json_web_key_set, {"metadata.jwks", F::discovery, A::none, kReads, {}}},
    Row{I::access_evaluation_metadata, {"metadata.authzen", F::discovery, A::none, kReads, {}}},
    Row{I::definitions_load, {"admin.definitions-load", F::definitions, A::update, kWrites, {}}},
    Row{I::definitions_list, {"admin.definitions-list", F::definitions, A::read, kReads, {}}},
    Row{I::definitions_remove,
        {"admin.definitions-remove", F::definitions, A::update, kWrites, {}}},
    Row{I::key_status, {"admin.key-status", F::keys, A::read, kReads, {}}},
    // Notes an order, which changes no key and no record: the work that follows records each
    // of its steps by itself.
    Row{I::key_rotation, {"admin.key-rotation", F::keys, A::update, kReads, {}}},
    Row{I::client_add, {"admin.client-add", F::clients, A::update, kWrites, {}}},
    Row{I::client_list, {"admin.client-list", F::clients, A::read, kReads, {}}},
    Row{I::client_remove, {"admin.client-remove", F::clients, A::update, kWrites, {}}},
    Row{I::user_add, {"admin.user-add", F::users, A::update, kWrites, {}}},
    Row{I::user_list, {"admin.user-list", F::users, A::read, kReads, {}}},
    Row{I::user_change, {"admin.user-change", F::users, A::update, kWrites, {}}},
    Row{I::custodians_set, {"admin.custodians-set", F::keys, A::update, kWrites, {}}},
    Row{I::custodians_read, {"admin.custodians-read", F::keys, A::read, kReads, {}}},
    Row{I::proposal_draft, {"admin.proposal-draft", F::keys, A::read, kReads, {}}},
    Row{I::proposal_add, {"admin.proposal-add", F::keys, A::update, kWrites, {}}},
    Row{I::proposal_list, {"admin.proposal-list", F::keys, A::read, kReads, {}}},
    Row{I::proposal_read, {"admin.proposal-read", F::keys, A::read, kReads, {}}},
    Row{I::ballot_add, {"admin.ballot-add", F::keys, A::update, kWrites, {}}},
    Row{I::proposal_execute, {"admin.proposal-execute", F::keys, A::update, kWrites, {}}},
    Row{I::hold_place, {"admin.hold-place", F::keys, A::update, kWrites, {}}},
    Row{I::hold_list, {"admin.hold-list", F::keys, A::read, kReads, {}}},
    // Changes no record, and no key.
    Row{I::keys_seal, {"admin.keys-seal", F::keys, A::update, kReads, {}}},
    Row{I::control_check, {"admin.check", F::check, A::read, kReads, {}}},
    Row{I::backup_begin, {"admin.backup-begin", F::backups, A::update, kReads, {}}},
    Row{I::backup_state, {"admin.backup-state", F::backups, A::read, kReads, {}}},
    Row{I::backup_drill_report, {"admin.backup-drill-report", F::backups, A::update, kReads, {}}},
    Row{I::policy_read, {"admin.policy-read", F::policies, A::read, kReads, {}}},
    Row{I::policy_document, {"admin.policy-document", F::policies, A::read, kReads, {}}},
    Row{I::policy_explain, {"admin.policy-explain", F::policies, A::read, kReads, {}}},
    Row{I::access_evaluation, {"access-evaluation", F::policies, A::read, kReads, {}}},
    Row{I::access_evaluations, {"access-evaluations", F::policies, A::read, kReads, {}}},
    Row{I::policy_versions, {"admin.policy-versions", F::policies, A::read, kReads, {}}},
    Row{I::policy_version, {"admin.policy-version", F::policies, A::read, kReads, {}}},
    Row{I::policy_propose, {"admin.policy-propose", F::policies, A::update, kWrites, {}}},
    Row{I::policy_replay, {"admin.policy-replay", F::policies, A::read, kReads, {}}},
    Row{I::policy_approve, {"admin.policy-approve", F::policies, A::update, kWrites, {}}},
    Row{I::policy_activate, {"admin.policy-activate", F::policies, A::update, kWrites, {}}},
    Row{I::policy_withdraw, {"admin.policy-withdraw", F::policies, A::update, kWrites, {}}},
    Row{I::audit_search, {"audit.search", F::audit_event, A::search, kReads, {}}},
    Row{I::audit_event, {"audit.event", F::audit_event, A::read, kReads, {}}},
    Row{I::access_report, {"access-report", F::audit_event, A::read, kReads, {}}},
    Row{I::accounting, {"accounting", F::audit_event, A::read, kReads, {}}},
    Row{I::audit_proof, {"audit.proof", F::receipt, A::none, kReads, {}}},
    Row{I::audit_details, {"audit.details", F::audit_detail, A::read, kReads, {}}},
};

consteval bool is_in_order() {
    for (std::size_t i = 0; i < kRows.size(); ++i) {
        if (static_cast<std::size_t>(kRows[i].interaction) != i) return false;
    }
    return true;
}
static_assert(is_in_order());

constexpr InteractionForm kUnknown{"", F::resource, A::none, kWrites, {}};

constexpr auto kAll = [] {
    std::array<Interaction, kRows.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = kRows[i].interaction;
    return all;
}();

}  // namespace

std::span<Interaction const> all_interactions() noexcept {
    return kAll;
}

InteractionForm const& form_of(Interaction interaction) noexcept {
    auto const index = static_cast<std::size_t>(interaction);
    return index < kRows.size() ? kRows[index].form : kUnknown;
}

bool is_administration(Family family) noexcept {
    return family == F::definitions || family == F::clients || family == F::users ||
           family == F::keys || family == F::check || family == F::backups || family == F::policies;
}

Literal name_of(Interaction interaction) noexcept {
    return form_of(interaction).name;
}

std::span<Interaction const> parts_of(Interaction const& interaction) noexcept {
    auto const parts = form_of(interaction).parts;
    return parts.empty() ? std::span(&interaction, 1) : parts;
}

bool is_write(Interaction interaction) noexcept {
    return form_of(interaction).writes;
}

bool is_audit_view(Interaction interaction) noexcept {
    auto const family = form_of(interaction).family;
    return family == F::audit_event || family == F::audit_detail || family == F::receipt;
}

bool is_public(Interaction interaction) noexcept {
    auto const family = form_of(interaction).family;
    return family == F::discovery || family == F::token || family == F::page;
}

}  // namespace salus::request
