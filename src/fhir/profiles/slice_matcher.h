// Which slice an item is in, by the slicing's discriminators
// (https://hl7.org/fhir/R4/profiling.html#discriminator). Private to the room.
// Thread safety: serves one validation.
#pragma once

#include <optional>
#include <span>

#include "fhir/profiles/profile_checker.h"

namespace salus::fhir {

class SliceMatcher {
public:
    SliceMatcher(ProfileChecker const& checker, ProfileNode const& node)
        : checker_(checker), node_(node) {}

    struct Match {
        std::optional<std::size_t> slice;
        bool unknown = false;  // a discriminator could not be evaluated here (resolve())
    };
    [[nodiscard]] Match match(ProfiledItem const& item) const;

private:
    using Answer = std::optional<bool>;  // nothing: it cannot be told
    using Steps = std::span<std::string const>;
    [[nodiscard]] Answer is_in(ProfiledItem const& item, ProfileNode const& slice) const;
    [[nodiscard]] Answer has_value(ProfiledItem const& item, ProfileNode const& rule,
                                   Steps steps) const;
    [[nodiscard]] Answer own_value(ProfiledItem const& item, ProfileNode const& rule) const;
    [[nodiscard]] Answer by_profiles(ProfiledItem const& item, ProfileNode const& rule,
                                     Steps steps) const;
    [[nodiscard]] Answer exists(ProfiledItem const& item, ProfileNode const& rule,
                                Steps steps) const;
    [[nodiscard]] Answer has_type(ProfiledItem const& item, ProfileNode const& rule,
                                  Steps steps) const;

    ProfileChecker const& checker_;
    ProfileNode const& node_;
};

}  // namespace salus::fhir
