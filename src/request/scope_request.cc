#include "request/scope_request.h"

#include <algorithm>
#include <array>

namespace salus::request {
namespace {

struct Word {
    ScopeWord word;
    Literal name;
};
constexpr std::array kWords{
    Word{ScopeWord::openid, "openid"},
    Word{ScopeWord::profile, "profile"},
    Word{ScopeWord::fhir_user, "fhirUser"},
    Word{ScopeWord::launch, "launch"},
    Word{ScopeWord::launch_patient, "launch/patient"},
    Word{ScopeWord::offline_access, "offline_access"},
    Word{ScopeWord::online_access, "online_access"},
};

// OpenID Connect Core section 5.4: claims that nobody has here. Clients of every kind ask for them,
// and a provider is to ignore what it does not know (section 3.1.2.1); what was granted, the answer
// says.
constexpr auto kPassedOver = std::to_array<std::string_view>({"email", "address", "phone"});

}  // namespace

Literal name_of(ScopeWord word) noexcept {
    return kWords[static_cast<std::size_t>(word)].name;
}

std::optional<ScopeRequest> parse_scope_request(std::string_view text) {
    ScopeRequest request;
    std::string rest;
    while (!text.empty()) {
        auto const end = std::min(text.find(' '), text.size());
        auto const part = text.substr(0, end);
        auto const* word = std::ranges::find_if(
            kWords, [&](Word const& candidate) { return candidate.name.text() == part; });
        if (word != kWords.end()) {
            request.words.add(word->word);
        } else if (!part.empty() && std::ranges::find(kPassedOver, part) == kPassedOver.end()) {
            rest.append(part).push_back(' ');
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (rest.empty()) return request.words.empty() ? std::nullopt : std::optional(request);
    auto scopes = parse_scopes(rest);
    if (!scopes) return std::nullopt;
    request.scopes = *std::move(scopes);
    return request;
}

std::string to_text(ScopeRequest const& request) {
    std::string out;
    for (auto const& word : kWords) {
        if (!request.words.has(word.word)) continue;
        if (!out.empty()) out.push_back(' ');
        out.append(word.name.text());
    }
    auto const scopes = to_text(request.scopes);
    if (!out.empty() && !scopes.empty()) out.push_back(' ');
    return out + scopes;
}

ScopeRequest intersect(ScopeRequest const& asked, ScopeRequest const& limit) {
    return {.words = asked.words & limit.words, .scopes = intersect(asked.scopes, limit.scopes)};
}

bool is_within(ScopeRequest const& asked, ScopeRequest const& limit) {
    return asked.words.within(limit.words) && intersect(asked.scopes, limit.scopes) == asked.scopes;
}

}  // namespace salus::request
