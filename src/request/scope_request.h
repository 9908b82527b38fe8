// What a client may ask for in the name of a person: SMART scopes on resources (scope.h) and the
// words of OpenID Connect Core (section 5.4) and SMART App Launch 2.2 ("Scopes and launch context")
// that are no scopes on resources. What is neither is refused, never passed over, but for the words
// of claims that nobody has here (`email`, `address`, `phone`). Any thread; values.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/literal.h"
#include "request/scope.h"

namespace salus::request {

enum class ScopeWord : std::uint8_t {
    openid,
    profile,
    fhir_user,       // "fhirUser": who the person is, as a resource
    launch,          // the context that an EHR opened
    launch_patient,  // "launch/patient": a patient, chosen at sign-in
    offline_access,  // a refresh token that outlives the session
    online_access,   // one that ends with the session
};

class ScopeWords {
public:
    ScopeWords() = default;
    ScopeWords(std::initializer_list<ScopeWord> words) {
        for (auto const word : words) add(word);
    }
    [[nodiscard]] bool has(ScopeWord word) const noexcept { return (bits_ & bit(word)) != 0; }
    void add(ScopeWord word) noexcept { bits_ |= bit(word); }
    void remove(ScopeWord word) noexcept { bits_ &= static_cast<std::uint8_t>(~bit(word)); }
    [[nodiscard]] bool empty() const noexcept { return bits_ == 0; }
    [[nodiscard]] bool within(ScopeWords other) const noexcept {
        return (bits_ & ~other.bits_) == 0;
    }
    friend ScopeWords operator&(ScopeWords a, ScopeWords b) noexcept {
        a.bits_ &= b.bits_;
        return a;
    }
    friend bool operator==(ScopeWords, ScopeWords) = default;

private:
    static constexpr std::uint8_t bit(ScopeWord word) noexcept {
        return static_cast<std::uint8_t>(1U << static_cast<unsigned>(word));
    }
    std::uint8_t bits_ = 0;
};

struct ScopeRequest {
    ScopeWords words;
    std::vector<Scope> scopes;
    friend bool operator==(ScopeRequest const&, ScopeRequest const&) = default;
};

[[nodiscard]] Literal name_of(ScopeWord word) noexcept;
// Space-separated (RFC 6749 section 3.3); nothing if any part is refused, or there is none.
[[nodiscard]] std::optional<ScopeRequest> parse_scope_request(std::string_view text);
// Words first, each in its one spelling.
[[nodiscard]] std::string to_text(ScopeRequest const& request);
// What of `asked` lies inside `limit`.
[[nodiscard]] ScopeRequest intersect(ScopeRequest const& asked, ScopeRequest const& limit);
// Whether the first asks for nothing that the second does not allow.
[[nodiscard]] bool is_within(ScopeRequest const& asked, ScopeRequest const& limit);

}  // namespace salus::request
