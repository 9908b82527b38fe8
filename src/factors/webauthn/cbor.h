// CBOR (RFC 8949) in CTAP2's canonical form alone (CTAP 2.1 section 8), as WebAuthn section 6 asks
// of whoever reads it: definite lengths, shortest integers, map keys sorted and unique, no tags, no
// floating point numbers, nested at most four deep. What is not so is refused, so a value has one
// spelling. Integers are of 64 bits with a sign; keys are integers or text.
// Thread safety: values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "foundation/bytes.h"
#include "foundation/result.h"

namespace salus::factors::webauthn {

class Cbor {
public:
    enum class Kind : std::uint8_t { integer, bytes, text, array, map, boolean, null };

    // One item and nothing behind it. Errc::invalid; Errc::too_large beyond limits::kCborItems.
    static Result<Cbor> parse(BytesView bytes);
    // The first item. `bytes` becomes what follows it.
    static Result<Cbor> parse_first(BytesView& bytes);

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    // Nothing for a value of another kind.
    [[nodiscard]] std::optional<std::int64_t> integer() const noexcept;
    [[nodiscard]] std::optional<BytesView> bytes() const noexcept;
    [[nodiscard]] std::optional<std::string_view> text() const noexcept;
    [[nodiscard]] std::optional<bool> boolean() const noexcept;
    // Of an array; of a map its keys and values in turn; none for the rest.
    [[nodiscard]] std::span<Cbor const> items() const noexcept { return items_; }
    // Members of a map or elements of an array.
    [[nodiscard]] std::size_t size() const noexcept;
    // The value of a map's member; nothing if absent or no map.
    [[nodiscard]] Cbor const* member(std::int64_t key) const noexcept;
    [[nodiscard]] Cbor const* member(std::string_view key) const noexcept;

private:
    friend class CborReader;
    explicit Cbor(Kind kind) : kind_(kind) {}

    Kind kind_;
    std::int64_t number_ = 0;
    Bytes content_;
    std::vector<Cbor> items_;
};

}  // namespace salus::factors::webauthn
