// Inside the room: which acknowledged writes an audit log tells of that a copy of the store does
// not have, because the store was read first. Thread safety: one thread.
#pragma once

#include <map>
#include <vector>

#include "audit/named_versions.h"
#include "audit/verifier.h"
#include "json/document.h"
#include "store/store.h"

namespace salus::backup {

class LaterWrites {
public:
    // Borrows the reader. `begin`: leaves that were there before the store was read.
    LaterWrites(store::Reader& reader, std::uint64_t begin) : reader_(reader), begin_(begin) {}
    // Every leaf of the log, in order.
    void add(audit::LeafView const& leaf);
    // The number of versions; the first error, if there was one.
    [[nodiscard]] Result<std::uint64_t> lost() const;

private:
    Result<void> look_for(std::vector<audit::NamedVersion> const& versions);

    store::Reader& reader_;
    std::uint64_t begin_;
    json::Parser parser_;
    std::map<std::uint64_t, std::vector<audit::NamedVersion>>
        intents_;  // without an outcome so far
    std::uint64_t lost_ = 0;
    Result<void> failure_;
};

}  // namespace salus::backup
