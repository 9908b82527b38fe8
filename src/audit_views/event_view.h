// What a view of one event is rendered from: its leaf, and what the reader may know besides.
// Values; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "audit_views/recorded_leaf.h"

namespace salus::audit_views {

// Where the log is from.
struct ViewSource {
    std::string issuer;  // https URL of the tenant: the namespace of its ids
    std::string server;  // host name, as clients reach it

    // REQUIRES: an https URL with an authority.
    [[nodiscard]] static ViewSource of(std::string issuer);
};

// The sealed detail of a leaf, opened (docs/formats/audit-log.md): may be ePHI.
struct OpenedDetail {
    std::string address;
    std::string user_agent;
    std::string target;  // path and query of the request
    std::string form;
    std::string claimed_client;
};

// Borrows all.
struct EventView {
    RecordedLeaf const& leaf;
    OpenedDetail const* detail = nullptr;  // nullptr: not opened
    // "Patient/ID" where the reader named the patient himself; empty: the pseudonym alone.
    std::string_view patient{};
    std::string_view proof{};  // C2SP tlog-proof; empty: none
};

// Intents that have not been concluded yet. A write has two leaves: the intent names the documents,
// the outcome says what became of it; an event is both together.
class OpenIntents {
public:
    // Takes in an intent. Of an outcome, adds to it what its intent said, and forgets the intent:
    // false if it is not known. REQUIRES: leaves in the order of the log.
    [[nodiscard]] bool join(RecordedLeaf& leaf);

private:
    std::map<std::uint64_t, RecordedLeaf> intents_;  // audit::Log bounds how many are open
};

// The outcome, with what its intent said.
void add_intent(RecordedLeaf& outcome, RecordedLeaf const& intent);

}  // namespace salus::audit_views
