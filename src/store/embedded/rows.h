// What several statements of the embedded engine read from a row, checked.
#pragma once

#include <algorithm>
#include <span>

#include "sqlite/statement.h"
#include "store/store.h"

namespace salus::store::embedded {

// history.state. DO NOT CHANGE: on disk.
enum class RowState : std::uint8_t { live = 1, deleted = 2, erased = 3 };

template <class Id>
[[nodiscard]] Result<Id> id_of(BytesView bytes) {
    if (bytes.size() != sizeof(typename Id::Array)) {
        return fail(Errc::corrupt, "an id in the store has a wrong length");
    }
    return Id::from(bytes);
}

[[nodiscard]] inline Result<RowState> state_of(std::int64_t number) {
    if (number < 1 || number > 3) {
        return fail(Errc::corrupt, "a version in the store has an unknown state");
    }
    return static_cast<RowState>(number);
}

[[nodiscard]] inline Result<crypto::Sealed> sealed_of(BytesView bytes) {
    return crypto::Sealed::from_storage(Bytes(bytes.begin(), bytes.end()));
}

// The tokens of a row in history: ascending, each once, one behind the other.
[[nodiscard]] inline std::vector<BlindToken> sorted_once(std::vector<BlindToken> tokens) {
    std::ranges::sort(tokens);
    auto const repeated = std::ranges::unique(tokens);
    tokens.erase(repeated.begin(), repeated.end());
    return tokens;
}

[[nodiscard]] inline Bytes joined(std::span<BlindToken const> tokens) {
    Bytes bytes;
    bytes.reserve(tokens.size() * sizeof(BlindToken::Array));
    for (auto const& token : tokens) append(bytes, token.bytes());
    return bytes;
}

}  // namespace salus::store::embedded
