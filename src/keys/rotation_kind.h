// The kinds of keys that are rotated, and their names. Values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "foundation/literal.h"

namespace salus::keys {

// What can be rotated. The address key cannot: it names rows, and the names are bound into
// everything that was sealed.
enum class RotationKind : std::uint8_t {  // DO NOT CHANGE: in the key store
    kek = 1,                              // the tenant's key-encryption key: shard keys re-wrapped
    shard = 2,                            // shard keys: data and purpose keys re-wrapped
    data = 3,                             // data keys: records sealed anew
    blind_index = 4,                      // tokens made anew
    token_signing = 5,                    // tokens signed by a new key
    cursor = 6,                           // paging cursors
    audit_detail = 7,                     // later details sealed by a new key; older ones stay
};
inline constexpr RotationKind kRotationKinds[] = {
    RotationKind::kek,           RotationKind::shard,  RotationKind::data,
    RotationKind::blind_index,   RotationKind::cursor, RotationKind::audit_detail,
    RotationKind::token_signing,
};
// As the configuration, the command line and the API say it: kek, shard, data, index, signing,
// cursor, detail.
[[nodiscard]] Literal name_of(RotationKind kind) noexcept;
[[nodiscard]] std::optional<RotationKind> rotation_kind_of(std::string_view name) noexcept;

}  // namespace salus::keys
