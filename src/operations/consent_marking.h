// The tokens by which a patient's consents are found (blind_tokens.h), for consents that an earlier
// version stored: it gave them none, so that no look-up would meet them. Versions, documents and
// index entries stay as they are. To be done before requests are served.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "records/records.h"

namespace salus::operations {

// Of all that was committed what has a sequence from `from` on, and below `below` (0: from the
// newest).
struct CommitRange {
    std::uint64_t from = 0;
    std::uint64_t below = 0;
};

struct MarkingStep {
    std::vector<store::Retoken> batch;  // for store::Store::retoken
    std::uint64_t below = 0;            // of what is left of the range; 0: that was all
};

// Of at most limits::kResealedAtOnce versions, the last committed first. `base`:
// request::Tenant::fhir_base. `left_out`: how many could not be read is added here: a damaged
// entry, or one whose key is gone. Errc::unavailable: keys or store are.
[[nodiscard]] Result<MarkingStep> mark_consents(records::Records& records, std::string_view base,
                                                CommitRange range, std::size_t& left_out);

}  // namespace salus::operations
