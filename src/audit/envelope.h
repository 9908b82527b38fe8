// What the log adds around a record to make it a leaf: one flat canonical JSON object, its keys in
// order, with the caller's members under "what" (docs/formats/audit-log.md, "Leaf").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/record.h"
#include "crypto/hash.h"

namespace salus::audit {

// Borrows its texts.
struct Envelope {
    std::string_view boot;                       // b: 32 hexadecimal digits
    std::optional<crypto::Sha256Digest> detail;  // dh: SHA-256 of the sealed detail
    std::uint64_t index = 0;                     // i
    std::uint64_t intent = 0;                    // in: only when phase is outcome
    std::int64_t monotonic = 0;                  // m: microseconds since boot
    std::string_view origin;                     // o: without quotes and backslashes
    crypto::Sha256Digest previous{};             // p: leaf hash of the leaf before; zeros at 0
    Phase phase = Phase::none;                   // ph: absent, "intent" or "outcome"
    std::optional<std::int64_t> raw_time;        // r: the wall clock, where it is behind t
    std::int64_t time = 0;                       // t: microseconds since 1970, never decreasing
    std::string_view what;                       // what: the members, without braces
};

void append_leaf(std::string& out, Envelope const& envelope);
// Nothing unless the text is, byte for byte, what append_leaf makes of the answer: each member in
// its place, each value in its one spelling. `what` is not looked into.
[[nodiscard]] std::optional<Envelope> parse_leaf(std::string_view leaf);

}  // namespace salus::audit
