// The tokens by which a patient's consents are found (blind_tokens.h), for consents that an earlier
// version stored: it gave them none, so that no look-up would meet them. Versions, documents and
// index entries stay as they are. To be done before requests are served.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "records/records.h"

namespace salus::operations {

struct MarkingStep {
    std::vector<store::Retoken> batch;  // for store::Store::retoken
    std::uint64_t below = 0;            // where the next step begins; 0: that was all
};

// Of at most limits::kResealedAtOnce versions, the last committed first, below this sequence (0:
// from the newest). `base`: request::Tenant::fhir_base. `left_out`: how many could not be read is
// added here: a damaged entry, or one whose key is gone. Errc::unavailable: keys or store are.
[[nodiscard]] Result<MarkingStep> mark_consents(records::Records& records, std::string_view base,
                                                std::uint64_t below, std::size_t& left_out);

}  // namespace salus::operations
