#include "audit/named_versions.h"

#include <algorithm>

namespace salus::audit {
namespace {

constexpr std::size_t kIdBytes = sizeof(Address::Array);

std::unexpected<Error> unreadable() {
    return fail(Errc::corrupt, "what a leaf of the audit log names cannot be read");
}

Result<crypto::Sha256Digest> digest_of(json::Value value) {
    if (!value.is_string()) return unreadable();
    auto const bytes = from_base64(value.text());
    crypto::Sha256Digest digest{};
    if (!bytes || bytes->size() != digest.size()) return unreadable();
    std::ranges::copy(*bytes, digest.begin());
    return digest;
}

// [type, address, version], and the hash if there is one.
Result<NamedVersion> named_version(json::Value resource) {
    std::vector<json::Value> parts;
    if (!resource.is_array()) return unreadable();
    for (auto const part : resource.elements()) parts.push_back(part);
    if (parts.size() < 3 || parts.size() > 4) return unreadable();
    if (!parts[0].is_string() || !parts[1].is_string()) return unreadable();
    auto const address = from_hex(parts[1].text());
    auto const version = parts[2].integer();
    if (!address || address->size() != kIdBytes || !version || *version < 0) return unreadable();
    NamedVersion named{.type = parts[0].text(),
                       .address = Address::from(*address),
                       .version = static_cast<std::uint64_t>(*version),
                       .stored = {}};
    if (parts.size() == 4) {
        SALUS_TRY(named.stored, digest_of(parts[3]));
    }
    return named;
}

}  // namespace

Result<std::vector<NamedVersion>> named_versions(json::Value what) {
    std::vector<NamedVersion> named;
    auto const resources = what.member("res");
    if (!resources) return named;
    if (!resources->is_array()) return unreadable();
    named.reserve(resources->size());
    for (auto const resource : resources->elements()) {
        SALUS_TRY(auto one, named_version(resource));
        named.push_back(std::move(one));
    }
    return named;
}

std::optional<CompartmentId> named_patient(json::Value what) {
    auto const text = what.text_member("pt");
    auto const bytes = text ? from_hex(*text) : std::nullopt;
    if (!bytes || bytes->size() != kIdBytes) return std::nullopt;
    return CompartmentId::from(*bytes);
}

// Leaves are canonical JSON, where an unescaped quote only ends a text.
std::optional<CompartmentId> patient_in(std::string_view what) {
    constexpr std::string_view kMember = R"("pt":")";
    constexpr std::size_t kDigits = 2 * sizeof(CompartmentId);
    auto const at = what.find(kMember);
    if (at == std::string_view::npos) return std::nullopt;
    auto const bytes = from_hex(what.substr(at + kMember.size(), kDigits));
    if (!bytes || bytes->size() != sizeof(CompartmentId)) return std::nullopt;
    return CompartmentId::from(*bytes);
}

}  // namespace salus::audit
