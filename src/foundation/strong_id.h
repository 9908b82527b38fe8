// Ids that cannot be mixed up: a TenantName is not a ClientId, though both are text. Values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>

#include "foundation/bytes.h"

namespace salus {

// A text id. None of these is ePHI, so each may be logged; ids of patients are not among them.
template <class Tag>
class TextId {
public:
    TextId() = default;
    explicit TextId(std::string text) : text_(std::move(text)) {}
    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
    friend auto operator<=>(TextId const&, TextId const&) = default;

private:
    std::string text_;
};

using TenantName = TextId<struct TenantNameTag>;  // [a-z0-9-]{1,32}, from the configuration
using ClientId = TextId<struct ClientIdTag>;      // made by us at registration
using UserId = TextId<struct UserIdTag>;          // made by us when a user is added
using RequestId = TextId<struct RequestIdTag>;    // made by us for each request
using PolicyRuleId = TextId<struct PolicyRuleIdTag>;

// An opaque 128-bit id: random or keyed, so it tells nothing about what it names.
template <class Tag>
class OpaqueId {
public:
    using Array = std::array<std::uint8_t, 16>;
    OpaqueId() = default;
    explicit OpaqueId(Array const& bytes) : bytes_(bytes) {}
    // REQUIRES: bytes.size() >= 16; takes the first 16.
    static OpaqueId from(BytesView bytes) {
        OpaqueId id;
        std::memcpy(id.bytes_.data(), bytes.data(), id.bytes_.size());
        return id;
    }
    [[nodiscard]] BytesView bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::string hex() const { return to_hex(bytes_); }
    friend auto operator<=>(OpaqueId const&, OpaqueId const&) = default;

private:
    Array bytes_{};
};

// A patient's compartment, a tenant's shared compartment, or a tenant's identity compartment.
using CompartmentId = OpaqueId<struct CompartmentIdTag>;
// Where a document stands: a keyed hash of tenant, type and logical id.
using Address = OpaqueId<struct AddressTag>;
// A keyed hash of a value that can be looked up across compartments.
using BlindToken = OpaqueId<struct BlindTokenTag>;

}  // namespace salus

template <class Tag>
struct std::hash<salus::OpaqueId<Tag>> {
    std::size_t operator()(salus::OpaqueId<Tag> const& id) const noexcept {
        return static_cast<std::size_t>(salus::read_u64(id.bytes()));
    }
};
template <class Tag>
struct std::hash<salus::TextId<Tag>> {
    std::size_t operator()(salus::TextId<Tag> const& id) const noexcept {
        return std::hash<std::string>{}(id.text());
    }
};
