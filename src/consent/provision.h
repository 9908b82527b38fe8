// One provision of a consent, and whether it is about a request and a resource. Three answers: what
// cannot be known (another vocabulary, an actor of whom it is not known whether the user is one)
// counts as yes for a denial and as no for a permission, so that it never widens.
//
// Within one element any value matches; all elements have to
// (https://hl7.org/fhir/R4/consent.html). Thread safety: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "consent/facts.h"

namespace salus::consent {

enum class Match : std::uint8_t { no, unknown, yes };

// Values of an element that are understood; `beyond`: there are others.
template <class T>
struct Listed {
    std::vector<T> items{};
    bool beyond = false;
    // The element says nothing.
    [[nodiscard]] bool empty() const noexcept { return items.empty() && !beyond; }
};

// Nanoseconds since the Unix epoch, [start, end).
using Period = fhir::TimeRange;

// Who receives: by reference (Type/id), by role, or both.
struct Recipient {
    std::vector<Code> roles;  // any of them; empty: whatever role
    std::string reference;    // empty: whoever
};

// http://hl7.org/fhir/consent-data-meaning
enum class DataMeaning : std::uint8_t { instance, related, dependents, authored_by };

struct DataReference {
    DataMeaning meaning;
    std::string reference;  // Type/id
};

struct Provision {
    bool permits = false;
    std::string path;  // for reasons: p, p.1, p.1.2

    // About the request.
    std::optional<Period> period{};
    Listed<Recipient> recipients{};
    Listed<std::string> custodians{};  // Type/id
    bool other_actors = false;         // in a part that is not understood (author, grantor ...)
    Listed<Code> purposes{};
    Actions actions{};
    bool other_actions = false;
    // About the resource.
    Listed<Code> labels{};
    Listed<Code> classes{};
    Listed<Code> codes{};
    std::optional<Period> data_period{};
    Listed<DataReference> data{};
    // Exceptions.
    std::vector<Provision> provisions{};

    [[nodiscard]] bool is_about_request() const;
    [[nodiscard]] bool is_about_data() const;
};

// Without its exceptions.
[[nodiscard]] Match matches(Provision const& provision, RequestFacts const& request);
[[nodiscard]] Match matches(Provision const& provision, RequestFacts const& request,
                            ResourceFacts const& resource);
// As the latter, without the elements that an exception states itself: what it inherits.
[[nodiscard]] Match matches_beside(Provision const& rule, Provision const& exception,
                                   RequestFacts const& request, ResourceFacts const& resource);
// Whether a purpose that a consent names is that of the request.
[[nodiscard]] Match matches_purpose(Code const& named, RequestFacts const& request);
// Research, or a kind of it.
[[nodiscard]] bool is_research(RequestFacts const& request);

}  // namespace salus::consent
