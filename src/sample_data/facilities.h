// Facilities: the organizations and practitioners that a population shares. The seed alone decides
// them, so the same ones stand in each patient's Bundle. Thread safety: immutable.
#pragma once

#include <vector>

#include "sample_data/seeded_random.h"
#include "sample_data/transaction.h"

namespace salus::sample_data {

struct Organization {
    std::string uuid;
    std::string identifier;
    Literal name;
};

struct Practitioner {
    std::string uuid;
    std::string identifier;
    std::string given;
    std::string family;
    std::size_t organization;  // index of the employer
};

class Facilities {
public:
    explicit Facilities(std::uint64_t seed);

    [[nodiscard]] std::span<Practitioner const> practitioners() const noexcept {
        return practitioners_;
    }
    [[nodiscard]] Organization const& employer_of(Practitioner const& practitioner) const;
    // The practitioners and their employers, each to be created only where it does not exist yet.
    void write_team(Transaction& transaction, std::span<Practitioner const* const> team) const;

private:
    std::vector<Organization> organizations_;
    std::vector<Practitioner> practitioners_;
};

}  // namespace salus::sample_data
