// Invented people's and places' names, and the shares of the population's groups. Constant tables.
#pragma once

#include <span>

#include "sample_data/resource_text.h"

namespace salus::sample_data {

struct Place {
    Literal city;
    Literal state;
    Literal postal_prefix;  // 001 to 004: ranges that the postal service has not given out
};

// OMB categories and their share of the sample population.
struct Group {
    Code code;
    int per_mille;
};

[[nodiscard]] std::span<Literal const> female_names() noexcept;
[[nodiscard]] std::span<Literal const> male_names() noexcept;
[[nodiscard]] std::span<Literal const> family_names() noexcept;
[[nodiscard]] std::span<Literal const> streets() noexcept;
[[nodiscard]] std::span<Place const> places() noexcept;
[[nodiscard]] std::span<Group const> races() noexcept;
[[nodiscard]] std::span<Group const> ethnicities() noexcept;
[[nodiscard]] std::span<Literal const> organization_names() noexcept;

}  // namespace salus::sample_data
