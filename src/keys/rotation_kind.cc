#include "keys/rotation_kind.h"

#include <algorithm>
#include <iterator>

#include "foundation/check.h"

namespace salus::keys {

Literal name_of(RotationKind kind) noexcept {
    switch (kind) {
        case RotationKind::kek: return "kek";
        case RotationKind::shard: return "shard";
        case RotationKind::data: return "data";
        case RotationKind::blind_index: return "index";
        case RotationKind::token_signing: return "signing";
        case RotationKind::cursor: return "cursor";
        case RotationKind::audit_detail: return "detail";
    }
    SALUS_CHECK(false);
}

std::optional<RotationKind> rotation_kind_of(std::string_view name) noexcept {
    auto const kind = std::ranges::find_if(kRotationKinds, [name](RotationKind candidate) {
        return name_of(candidate).text() == name;
    });
    if (kind == std::ranges::end(kRotationKinds)) return std::nullopt;
    return *kind;
}

}  // namespace salus::keys
