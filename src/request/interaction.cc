#include "request/interaction.h"

#include <array>

namespace salus::request {

std::span<Interaction const> all_interactions() noexcept {
    static constexpr std::array kAll{
        Interaction::read,
        Interaction::vread,
        Interaction::update,
        Interaction::remove,
        Interaction::history_instance,
        Interaction::patch,
        Interaction::everything,
        Interaction::meta,
        Interaction::meta_add,
        Interaction::meta_delete,
        Interaction::create,
        Interaction::search_type,
        Interaction::validate,
        Interaction::history_type,
        Interaction::transaction,
        Interaction::batch,
        Interaction::history_system,
        Interaction::capabilities,
        Interaction::open_api,
        Interaction::token,
        Interaction::authorization_server_metadata,
        Interaction::smart_configuration,
        Interaction::json_web_key_set,
        Interaction::definitions_load,
        Interaction::definitions_list,
        Interaction::definitions_remove,
        Interaction::key_status,
        Interaction::key_rotation,
        Interaction::client_add,
        Interaction::custodians_set,
        Interaction::custodians_read,
        Interaction::proposal_draft,
        Interaction::proposal_add,
        Interaction::proposal_list,
        Interaction::proposal_read,
        Interaction::ballot_add,
        Interaction::proposal_execute,
        Interaction::hold_place,
        Interaction::hold_list,
        Interaction::keys_seal,
        Interaction::control_check,
        Interaction::backup_begin,
        Interaction::backup_state,
        Interaction::backup_drill_report,
        Interaction::audit_search,
        Interaction::audit_event,
        Interaction::access_report,
        Interaction::accounting,
        Interaction::audit_proof,
        Interaction::audit_details,
    };
    return kAll;
}

Literal name_of(Interaction interaction) noexcept {
    switch (interaction) {
        case Interaction::read: return "read";
        case Interaction::vread: return "vread";
        case Interaction::update: return "update";
        case Interaction::remove: return "delete";
        case Interaction::history_instance: return "history";
        case Interaction::patch: return "patch";
        case Interaction::everything: return "everything";
        case Interaction::meta: return "meta";
        case Interaction::meta_add: return "meta-add";
        case Interaction::meta_delete: return "meta-delete";
        case Interaction::create: return "create";
        case Interaction::search_type: return "search";
        case Interaction::validate: return "validate";
        case Interaction::history_type: return "history-type";
        case Interaction::transaction: return "transaction";
        case Interaction::batch: return "batch";
        case Interaction::history_system: return "history-system";
        case Interaction::capabilities: return "capabilities";
        case Interaction::open_api: return "openapi";
        case Interaction::token: return "token";
        case Interaction::authorization_server_metadata: return "metadata.oauth";
        case Interaction::smart_configuration: return "metadata.smart";
        case Interaction::json_web_key_set: return "metadata.jwks";
        case Interaction::definitions_load: return "admin.definitions-load";
        case Interaction::definitions_list: return "admin.definitions-list";
        case Interaction::definitions_remove: return "admin.definitions-remove";
        case Interaction::key_status: return "admin.key-status";
        case Interaction::key_rotation: return "admin.key-rotation";
        case Interaction::client_add: return "admin.client-add";
        case Interaction::custodians_set: return "admin.custodians-set";
        case Interaction::custodians_read: return "admin.custodians-read";
        case Interaction::proposal_draft: return "admin.proposal-draft";
        case Interaction::proposal_add: return "admin.proposal-add";
        case Interaction::proposal_list: return "admin.proposal-list";
        case Interaction::proposal_read: return "admin.proposal-read";
        case Interaction::ballot_add: return "admin.ballot-add";
        case Interaction::proposal_execute: return "admin.proposal-execute";
        case Interaction::hold_place: return "admin.hold-place";
        case Interaction::hold_list: return "admin.hold-list";
        case Interaction::keys_seal: return "admin.keys-seal";
        case Interaction::control_check: return "admin.check";
        case Interaction::backup_begin: return "admin.backup-begin";
        case Interaction::backup_state: return "admin.backup-state";
        case Interaction::backup_drill_report: return "admin.backup-drill-report";
        case Interaction::audit_search: return "audit.search";
        case Interaction::audit_event: return "audit.event";
        case Interaction::access_report: return "access-report";
        case Interaction::accounting: return "accounting";
        case Interaction::audit_proof: return "audit.proof";
        case Interaction::audit_details: return "audit.details";
    }
    return "";
}

std::span<Interaction const> parts_of(Interaction const& interaction) noexcept {
    static constexpr std::array kPatch{Interaction::read, Interaction::update};
    static constexpr std::array kHistory{Interaction::history_instance, Interaction::search_type};
    static constexpr std::array kRead{Interaction::read};
    switch (interaction) {
        case Interaction::patch:
        case Interaction::meta_add:
        case Interaction::meta_delete: return kPatch;
        case Interaction::meta:
        case Interaction::everything: return kRead;
        case Interaction::history_type:
        case Interaction::history_system: return kHistory;
        case Interaction::read:
        case Interaction::vread:
        case Interaction::update:
        case Interaction::remove:
        case Interaction::history_instance:
        case Interaction::create:
        case Interaction::search_type:
        case Interaction::validate:
        case Interaction::transaction:
        case Interaction::batch:
        case Interaction::definitions_load:
        case Interaction::definitions_list:
        case Interaction::definitions_remove:
        case Interaction::key_status:
        case Interaction::key_rotation:
        case Interaction::capabilities:
        case Interaction::open_api:
        case Interaction::token:
        case Interaction::authorization_server_metadata:
        case Interaction::smart_configuration:
        case Interaction::json_web_key_set:
        case Interaction::client_add:
        case Interaction::custodians_set:
        case Interaction::custodians_read:
        case Interaction::proposal_draft:
        case Interaction::proposal_add:
        case Interaction::proposal_list:
        case Interaction::proposal_read:
        case Interaction::ballot_add:
        case Interaction::proposal_execute:
        case Interaction::hold_place:
        case Interaction::hold_list:
        case Interaction::keys_seal:
        case Interaction::backup_begin:
        case Interaction::backup_state:
        case Interaction::backup_drill_report:
        case Interaction::audit_search:
        case Interaction::audit_event:
        case Interaction::access_report:
        case Interaction::accounting:
        case Interaction::audit_proof:
        case Interaction::audit_details:
        case Interaction::control_check: break;
    }
    return {&interaction, 1};
}

bool is_write(Interaction interaction) noexcept {
    switch (interaction) {
        case Interaction::update:
        case Interaction::remove:
        case Interaction::patch:
        case Interaction::meta_add:
        case Interaction::meta_delete:
        case Interaction::create:
        case Interaction::transaction:
        case Interaction::token:  // consumes the assertion's jti
        case Interaction::definitions_load:
        case Interaction::definitions_remove:
        case Interaction::custodians_set:
        case Interaction::proposal_add:
        case Interaction::ballot_add:
        case Interaction::proposal_execute:
        case Interaction::hold_place:
        case Interaction::client_add: return true;
        case Interaction::read:
        case Interaction::vread:
        case Interaction::history_instance:
        case Interaction::everything:
        case Interaction::meta:
        case Interaction::search_type:
        case Interaction::validate:
        case Interaction::history_type:
        case Interaction::batch:  // each of its entries is asked by itself
        case Interaction::history_system:
        case Interaction::capabilities:
        case Interaction::open_api:
        case Interaction::authorization_server_metadata:
        case Interaction::smart_configuration:
        case Interaction::json_web_key_set:
        case Interaction::definitions_list:
        case Interaction::custodians_read:
        case Interaction::proposal_draft:
        case Interaction::proposal_list:
        case Interaction::proposal_read:
        case Interaction::hold_list:
        case Interaction::keys_seal:  // changes no record, and no key
        case Interaction::key_status:
        // Notes an order, which changes no key and no record: the work that follows records each
        // of its steps by itself.
        case Interaction::key_rotation:
        case Interaction::backup_begin:
        case Interaction::backup_state:
        case Interaction::backup_drill_report:
        case Interaction::audit_search:
        case Interaction::audit_event:
        case Interaction::access_report:
        case Interaction::accounting:
        case Interaction::audit_proof:
        case Interaction::audit_details:
        case Interaction::control_check: return false;
    }
    return true;
}

bool is_audit_view(Interaction interaction) noexcept {
    return interaction == Interaction::audit_search || interaction == Interaction::audit_event ||
           interaction == Interaction::access_report || interaction == Interaction::accounting ||
           interaction == Interaction::audit_proof || interaction == Interaction::audit_details;
}

bool is_public(Interaction interaction) noexcept {
    switch (interaction) {
        case Interaction::capabilities:
        case Interaction::open_api:
        case Interaction::token:
        case Interaction::authorization_server_metadata:
        case Interaction::smart_configuration:
        case Interaction::json_web_key_set: return true;
        case Interaction::read:
        case Interaction::vread:
        case Interaction::update:
        case Interaction::remove:
        case Interaction::history_instance:
        case Interaction::patch:
        case Interaction::everything:
        case Interaction::meta:
        case Interaction::meta_add:
        case Interaction::meta_delete:
        case Interaction::create:
        case Interaction::search_type:
        case Interaction::validate:
        case Interaction::transaction:
        case Interaction::definitions_load:
        case Interaction::definitions_list:
        case Interaction::definitions_remove:
        case Interaction::key_status:
        case Interaction::key_rotation:
        case Interaction::history_type:
        case Interaction::batch:
        case Interaction::history_system:
        case Interaction::client_add:
        case Interaction::custodians_set:
        case Interaction::custodians_read:
        case Interaction::proposal_draft:
        case Interaction::proposal_add:
        case Interaction::proposal_list:
        case Interaction::proposal_read:
        case Interaction::ballot_add:
        case Interaction::proposal_execute:
        case Interaction::hold_place:
        case Interaction::hold_list:
        case Interaction::keys_seal:
        case Interaction::backup_begin:
        case Interaction::backup_state:
        case Interaction::backup_drill_report:
        case Interaction::audit_search:
        case Interaction::audit_event:
        case Interaction::access_report:
        case Interaction::accounting:
        case Interaction::audit_proof:
        case Interaction::audit_details:
        case Interaction::control_check: return false;
    }
    return false;
}

}  // namespace salus::request
