#include "factors/webauthn/relying_party.h"

#include <algorithm>

#include "json/escape.h"

namespace salus::factors::webauthn {
namespace {

constexpr std::size_t kLongestDomain = 253;
constexpr std::size_t kLongestPartyName = 64;
constexpr std::size_t kMostOrigins = 16;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Labels of letters, digits and hyphens, in lower case.
bool is_domain(std::string_view text) {
    if (text.empty() || text.size() > kLongestDomain) return false;
    char before = '.';
    for (char const c : text) {
        bool const letter = (c >= 'a' && c <= 'z') || is_digit(c);
        bool const edge = c == '.' || c == '-';
        if (!letter && (!edge || before == '.' || (c == '.' && before == '-'))) return false;
        before = c;
    }
    return before != '.' && before != '-';
}

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 && text.front() != '0' &&
           std::ranges::all_of(text, is_digit);
}

bool is_origin_of(std::string_view origin, std::string_view domain) {
    constexpr std::string_view kSecure = "https://";
    constexpr std::string_view kPlain = "http://";
    bool const secure = origin.starts_with(kSecure);
    if (!secure && (domain != "localhost" || !origin.starts_with(kPlain))) return false;
    origin.remove_prefix(secure ? kSecure.size() : kPlain.size());
    auto const colon = origin.find(':');
    auto const host = origin.substr(0, colon);
    if (colon != std::string_view::npos) {
        auto const port = origin.substr(colon + 1);
        if (!is_port(port) || port == (secure ? "443" : "80")) return false;
    }
    if (!is_domain(host)) return false;
    return host == domain ||
           (host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.');
}

}  // namespace

Result<RelyingParty> RelyingParty::make(std::string id, std::string name,
                                        std::vector<std::string> origins) {
    if (!is_domain(id)) return fail(Errc::invalid, "a relying party needs a domain in lower case");
    if (name.empty() || name.size() > kLongestPartyName || !json::is_utf8(name)) {
        return fail(Errc::invalid, "a relying party needs a name of 1 to 64 bytes");
    }
    if (origins.empty() || origins.size() > kMostOrigins ||
        !std::ranges::all_of(origins, [&](auto const& o) { return is_origin_of(o, id); })) {
        return fail(Errc::invalid, "an origin is none of the relying party's domain");
    }
    RelyingParty party;
    party.id_hash_ = crypto::sha256(bytes_of(id));
    party.id_ = std::move(id);
    party.name_ = std::move(name);
    party.origins_ = std::move(origins);
    return party;
}

std::string_view name_of(UserVerification value) noexcept {
    switch (value) {
        case UserVerification::required: return "required";
        case UserVerification::preferred: return "preferred";
        case UserVerification::discouraged: return "discouraged";
    }
    return {};
}

}  // namespace salus::factors::webauthn
