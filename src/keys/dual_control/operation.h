// What needs more than one person (KEY-2), and who may ask for it (KEY-1). Pure functions, any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "foundation/literal.h"

namespace salus::keys {

// The roles of key management that people hold (NIST SP 800-57 part 2, section 3). Using keys is
// the server's own part, which no person has.
enum class Role : std::uint8_t { generate, rotate, destroy };

enum class Operation : std::uint8_t {
    change_custodians,  // another set of custodians, or another policy
    rotate_root,        // a new key-encryption key, and the end of the old one
    erase_patient,      // cryptographic erasure (ENC-5)
    release_hold,       // ends a legal hold
    prune_audit,        // the beginning of the audit log goes, its retention being over (AUD-6)
};

[[nodiscard]] Literal name_of(Role role) noexcept;
[[nodiscard]] std::optional<Role> role_named(std::string_view name) noexcept;
[[nodiscard]] Literal name_of(Operation operation) noexcept;
[[nodiscard]] std::optional<Operation> operation_named(std::string_view name) noexcept;
[[nodiscard]] std::span<Operation const> all_operations() noexcept;

// The role whose people may propose it; nothing: any custodian may.
[[nodiscard]] std::optional<Role> proposing_role(Operation operation) noexcept;
// What is destroyed cannot be had back: a cool-off comes first.
[[nodiscard]] bool is_destructive(Operation operation) noexcept;

}  // namespace salus::keys
