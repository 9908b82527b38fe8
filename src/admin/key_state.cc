#include "admin/key_state.h"

#include "admin/audit_pruning.h"
#include "admin/custodians.h"
#include "admin/legal_holds.h"

namespace salus::admin {
namespace {

std::optional<CompartmentId> compartment_in(std::string_view hex) {
    auto const bytes = from_hex(hex);
    if (!bytes || bytes->size() != sizeof(CompartmentId::Array)) return std::nullopt;
    return CompartmentId::from(*bytes);
}

// A hold that was placed and released meanwhile makes another state.
Result<std::string> patient_state(KeysDesk const& desk, std::string_view target) {
    auto const patient = compartment_in(target);
    if (!patient || patient->hex() != target)
        return fail(Errc::invalid, "a patient is named by the compartment's id");
    SALUS_TRY(auto const held, is_held(desk, *patient));
    if (held) return fail(Errc::conflict, "a legal hold keeps this patient");
    SALUS_TRY(auto const holds, holds_of(desk, *patient));
    SALUS_TRY(auto const live, desk.tenant.keyring.rotation().live_data_keys(*patient));
    if (live.empty()) return fail(Errc::not_found, "there is no such patient");
    return "holds " + std::to_string(holds.version);
}

Result<std::string> hold_state(KeysDesk const& desk, std::string_view target) {
    SALUS_TRY(auto const named, parse_hold_target(target));
    SALUS_TRY(auto const hold, find_hold(desk, named));
    return "placed " + std::to_string(hold.placed);
}

// What is due is judged when it is carried out; a hold that was placed or released meanwhile makes
// another state.
Result<std::string> audit_state(KeysDesk const& desk, std::string_view target) {
    SALUS_TRY(auto const named, parse_prune_target(target));
    SALUS_TRY(auto const all, all_holds(desk));
    if (all.holds.whole_log) return fail(Errc::conflict, "a legal hold keeps the audit log");
    return "prune " + to_text(named) + ", " + all.state;
}

Result<std::string> text_of_state(KeysDesk const& desk, keys::Operation operation,
                                  std::string_view target) {
    switch (operation) {
        case keys::Operation::change_custodians: {
            SALUS_TRY(auto const set, require_custodians(desk));
            return to_hex(set.hash());
        }
        case keys::Operation::erase_patient: return patient_state(desk, target);
        case keys::Operation::release_hold: return hold_state(desk, target);
        case keys::Operation::prune_audit: return audit_state(desk, target);
        case keys::Operation::rotate_root: return std::string("root");
    }
    return fail(Errc::internal, "an operation without a state");
}

}  // namespace

Result<crypto::Sha256Digest> state_of(KeysDesk const& desk, keys::Operation operation,
                                      std::string_view target) {
    SALUS_TRY(auto const state, text_of_state(desk, operation, target));
    std::string text = "salus-state-v1\n";
    text.append(name_of(operation).text()).append("\n").append(target).append("\n").append(state);
    return crypto::sha256(bytes_of(text));
}

std::optional<CompartmentId> patient_of(keys::Operation operation, std::string_view target) {
    switch (operation) {
        case keys::Operation::erase_patient: return compartment_in(target);
        case keys::Operation::release_hold: {
            auto const held = compartment_in(target.substr(0, target.find('/')));
            return held == whole_tenant() ? std::nullopt : held;
        }
        case keys::Operation::prune_audit:
        case keys::Operation::change_custodians:
        case keys::Operation::rotate_root: return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace salus::admin
