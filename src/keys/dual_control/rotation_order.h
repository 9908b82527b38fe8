// RotationOrder: the proof that whoever may order a rotation did (KEY-1). Once a tenant has
// custodians, it takes the signature of one whose role is `rotate`; before that there are no roles,
// and an administrator's word is enough. docs/formats/ballots.md has the form. Values, any thread.
#pragma once

#include <optional>
#include <string>

#include "foundation/clock.h"
#include "keys/dual_control/custodian_set.h"
#include "keys/rotation_kind.h"

namespace salus::keys {

// How far from the server's clock the time of an order may be.
inline constexpr std::int64_t kOrderAgeMost = 600;   // seconds
inline constexpr std::int64_t kOrderAheadMost = 60;  // seconds

// What is asked for: all keys of a kind that were made before a time are replaced. So an order that
// is repeated asks for nothing new.
struct OrderRequest {
    RotationKind kind = RotationKind::shard;
    std::int64_t before = 0;  // unix seconds
    std::string instance;     // realm and tenant: another's is not taken
    CustodianName custodian;  // nobody: not signed
    Bytes signature;          // of order_message()
};

// Canonical JSON (RFC 8785). REQUIRES: names and instance as they are checked at start-up.
[[nodiscard]] std::string to_text(OrderRequest const& request);
// "salus-rotation-v1" || SHA-256(text).
[[nodiscard]] Bytes order_message(OrderRequest const& request);

class RotationOrder {
public:
    // `custodians` are the pinned ones of now; nullptr: none are appointed. Errc::forbidden: nobody
    // signed, or none whose role is `rotate`, or it is not his signature, or it is for another
    // instance; the root, which ballots replace (KEY-2). Errc::invalid: of another time than now.
    static Result<RotationOrder> judge(OrderRequest const& request, CustodianSet const* custodians,
                                       std::string_view instance, std::int64_t now);

    [[nodiscard]] RotationKind kind() const noexcept { return kind_; }
    [[nodiscard]] WallTime before() const noexcept { return before_; }

private:
    RotationOrder(RotationKind kind, WallTime before) : kind_(kind), before_(before) {}

    RotationKind kind_;
    WallTime before_;
};

}  // namespace salus::keys
