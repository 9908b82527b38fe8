// Inside the room: goes through the sightings in their order and finds what does not fit. Keeps
// what it needs of one document at a time. One thread.
#pragma once

#include <deque>
#include <vector>

#include "reconciliation/reconciliation.h"
#include "reconciliation/written_versions.h"

namespace salus::reconciliation {

class Comparison {
public:
    // Borrows both; findings go to the report.
    Comparison(WrittenVersions const& written, Report& report)
        : written_(written), report_(report) {}
    void add(Sighting const& sighting);
    void end();

private:
    void end_version();
    void end_document();
    void compare(Sighting const& row);
    void expect_row();
    [[nodiscard]] bool may_stand(crypto::Sha256Digest const& digest) const;
    [[nodiscard]] bool stood_before(crypto::Sha256Digest const& digest) const;
    void found(Kind kind, Sighting const& place, Sighting const* leaf);

    WrittenVersions const& written_;
    Report& report_;
    // Of the version at hand.
    std::optional<Sighting> place_;
    std::optional<Sighting> last_;              // the last that was written
    std::vector<Sighting> attempts_;            // since it
    std::vector<crypto::Sha256Digest> former_;  // of this version, under former keys
    std::optional<Sighting> row_;
    // Of the document at hand.
    bool stands_ = false;                       // a row was seen
    std::vector<Sighting> absent_;              // versions without a row, since the last with one
    std::uint64_t absent_count_ = 0;            // all of them
    std::deque<crypto::Sha256Digest> earlier_;  // of former versions, a few
};

}  // namespace salus::reconciliation
