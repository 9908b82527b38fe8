#include "keys/dual_control/operation.h"

#include <algorithm>
#include <array>

namespace salus::keys {

Literal name_of(Role role) noexcept {
    switch (role) {
        case Role::generate: return "generate";
        case Role::rotate: return "rotate";
        case Role::destroy: return "destroy";
    }
    return "";
}

std::optional<Role> role_named(std::string_view name) noexcept {
    for (auto const role : {Role::generate, Role::rotate, Role::destroy}) {
        if (name_of(role).text() == name) return role;
    }
    return std::nullopt;
}

Literal name_of(Operation operation) noexcept {
    switch (operation) {
        case Operation::change_custodians: return "change-custodians";
        case Operation::rotate_root: return "rotate-root";
        case Operation::erase_patient: return "erase-patient";
        case Operation::release_hold: return "release-hold";
        case Operation::prune_audit: return "prune-audit";
    }
    return "";
}

std::span<Operation const> all_operations() noexcept {
    static constexpr std::array kAll{Operation::change_custodians, Operation::rotate_root,
                                     Operation::erase_patient, Operation::release_hold,
                                     Operation::prune_audit};
    return kAll;
}

std::optional<Operation> operation_named(std::string_view name) noexcept {
    auto const all = all_operations();
    auto const found = std::ranges::find_if(
        all, [&](Operation operation) { return name_of(operation).text() == name; });
    return found == all.end() ? std::nullopt : std::optional(*found);
}

std::optional<Role> proposing_role(Operation operation) noexcept {
    switch (operation) {
        case Operation::change_custodians: return Role::generate;
        case Operation::rotate_root: return Role::rotate;
        case Operation::erase_patient:
        case Operation::prune_audit: return Role::destroy;
        case Operation::release_hold: return std::nullopt;
    }
    return Role::destroy;
}

bool is_destructive(Operation operation) noexcept {
    switch (operation) {
        case Operation::erase_patient:
        case Operation::prune_audit: return true;
        case Operation::change_custodians:
        case Operation::rotate_root:
        case Operation::release_hold: return false;
    }
    return true;
}

}  // namespace salus::keys
