// Generator: invented patients in the shape of US Core (https://hl7.org/fhir/us/core/), as FHIR R4
// transaction Bundles, one a patient. Nobody in them exists. The same options give the same bytes
// on every platform, and a patient does not depend on how many others there are.
// Thread safety: bundle() from any thread; next_bundle() from one thread at a time.
#pragma once

#include "foundation/clock.h"
#include "sample_data/facilities.h"

namespace salus::sample_data {

struct Options {
    std::uint64_t seed = 1;
    std::size_t patients = 20;
    WallTime reference;       // nothing in the data is later
    int years_of_record = 4;  // about 60 to 200 resources a patient; in proportion otherwise
};

class Generator {
public:
    // REQUIRES: 1 <= years_of_record <= 20.
    explicit Generator(Options const& options);

    [[nodiscard]] bool finished() const noexcept { return next_ == options_.patients; }
    // The next patient's Bundle. REQUIRES: !finished().
    [[nodiscard]] std::string next_bundle();
    // The Bundle of the patient in this place, from 0. REQUIRES: index < patients.
    [[nodiscard]] std::string bundle(std::size_t index) const;

private:
    Options options_;
    Facilities facilities_;
    std::size_t next_ = 0;
};

// One patient with this many Observations and little else, as one Bundle: for measuring.
// REQUIRES: 1 <= observations <= limits::kBundleEntries - 10.
[[nodiscard]] std::string large_patient(std::uint64_t seed, std::size_t observations,
                                        WallTime reference);

}  // namespace salus::sample_data
